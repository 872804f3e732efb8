"""When running figures may move while a survey is open, so that no two looks isolate a ballot.

A figure that people see was computed from the ballots counted at some moment, its snapshot. Three differences could
give single answers away: between two snapshots, between the last snapshot and the final result, and between a
snapshot and the strata that were already full in it. So a snapshot is taken in secret and shown only after enough
further ballots were counted; what is waiting when the survey closes is never shown. Running figures are those of
whole groups: strata of a group would have to move at the same moments as the group, or be its complement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Counted = Mapping[str, int]
"""stratum id -> ballots counted."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far apart looks must be: `step` ballots as the plan says, and never fewer than `min_base`."""

    step: int
    min_base: int

    @property
    def gap(self) -> int:
        return max(self.step, self.min_base)


@dataclass(frozen=True, slots=True)
class Looks:
    """What is known of one group's running figures: how many ballots were counted in the snapshot that people see and
    in the one that waits."""

    shown: Counted | None = None
    pending: Counted | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What to do with the two snapshots: `reveal` the pending one, then `take` a new one of the tallies as they are."""

    reveal: bool
    take: bool


def running(counted: int, last: int | None, step: int, min_base: int) -> bool:
    """Whether a new snapshot may be taken of `counted` ballots when the last one was taken at `last` (None: never).

    The first needs `min_base` ballots; every further one `step` more than the last and never fewer than `min_base`
    more, since the difference of two snapshots is a figure of the ballots between them.
    """
    if last is None:
        return counted >= min_base
    return counted - last >= Pace(step, min_base).gap


def may_reveal(pending: Counted, now: Counted, min_base: int) -> bool:
    """Whether the pending snapshot may be shown, now that the strata have `now` ballots counted.

    The final result includes at least `min_base` ballots more, and this holds too after the final figures of strata
    that were complete in the snapshot, or empty, are subtracted on both sides: the strata that were cut through hold
    at least `min_base` ballots before the cut and after it. Counts only grow, so what is allowed stays allowed.
    """
    cut = [stratum for stratum, before in pending.items() if 0 < before < now.get(stratum, 0)]
    before = sum(pending[stratum] for stratum in cut)
    after = sum(now[stratum] for stratum in cut) - before
    return before >= min_base and after >= min_base


def move(looks: Looks, now: Counted, pace: Pace) -> Move:
    """The next step for one group. Taken again with the same arguments after it was done, it asks for nothing.

    A pending snapshot that cannot be revealed stays until it can be. One of several strata whose cut stays too small
    is given up for a newer one once the distance to the last snapshot that was shown allows it.
    """
    total = sum(now.values())
    if looks.pending is None:
        last = None if looks.shown is None else sum(looks.shown.values())
        return Move(reveal=False, take=running(total, last, pace.step, pace.min_base))
    if may_reveal(looks.pending, now, pace.min_base):
        return Move(reveal=True, take=running(total, sum(looks.pending.values()), pace.step, pace.min_base))
    stale = total - sum(looks.pending.values()) >= 2 * pace.gap
    return Move(reveal=False, take=stale)


def after(looks: Looks, done: Move, now: Counted) -> Looks:
    """The two snapshots after `done`."""
    shown = looks.pending if done.reveal else looks.shown
    if done.take:
        return Looks(shown, dict(now))
    return Looks(shown, None if done.reveal else looks.pending)
