"""When running figures may move while a survey is open, so that no two looks isolate a ballot.

A figure that people see was computed from the ballots counted at some moment, its snapshot. Differences could give
single answers away: between two snapshots, between a snapshot and the final result, and between a snapshot and those
strata whose final figures were complete in it already. So a snapshot is taken in secret and shown only after enough
further ballots were counted; what still waits when the survey closes is never shown. Running figures are those of
whole groups: strata of a group would have to move at the same moments as the group, or be its complement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.disclosure.rules import COUNTS_FROM, unanimous

Counted = Mapping[str, int]
"""stratum id -> ballots counted."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far apart looks must be: `step` ballots as the plan says, and never fewer than `min_base`."""

    step: int
    min_base: int


@dataclass(frozen=True, slots=True)
class Looks:
    """How many ballots were counted in the snapshots of one group: in all those that people saw, oldest first, and in
    the one that waits."""

    shown: tuple[Counted, ...] = ()
    pending: Counted | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What to do: `reveal` the pending snapshot, then `take` one of the tallies as they are, in place of any other."""

    reveal: bool
    take: bool


def running(counted: int, last: int | None, step: int, min_base: int) -> bool:
    """Whether a new snapshot may be taken of `counted` ballots when the last one was taken at `last` (None: never).

    The first needs `min_base` ballots; every further one `step` more than the last and never fewer than `min_base`
    more, since the difference of two snapshots is a figure of the ballots between them.
    """
    if last is None:
        return counted >= min_base
    return counted - last >= distance(last, Pace(step, min_base))


def distance(last: int, pace: Pace) -> int:
    """The ballots from a snapshot of `last` ballots to the next one: a twentieth more, when that is more than the least.

    A figure of ten thousand ballots does not move by ten, and what is known of the snapshots shown stays short.
    """
    return max(pace.step, pace.min_base, last // 20)


def may_reveal(looks: Looks, now: Counted, min_base: int) -> bool:
    """Whether the pending snapshot may be shown, now that the strata have `now` ballots counted.

    Between it and each snapshot shown before, and between it and the final result, lie at least `min_base` ballots,
    and still do when the final figures of whole strata are subtracted: of those that came in altogether between two
    snapshots, or after the last. Counts only grow, so what is allowed stays allowed.
    """
    pending = looks.pending
    if pending is None:
        return False
    since = [_between(earlier, pending, now) for earlier in ({}, *looks.shown)]
    still_to_come = sum(count - pending.get(s, 0) for s, count in now.items() if pending.get(s, 0) > 0)
    return min(since) >= min_base and still_to_come >= min_base


def _between(earlier: Counted, later: Counted, now: Counted) -> int:
    """The ballots between two snapshots in strata that did not come in whole between them."""
    return sum(
        count - earlier.get(stratum, 0)
        for stratum, count in later.items()
        if earlier.get(stratum, 0) > 0 or count < now[stratum]
    )


def move(looks: Looks, now: Counted, pace: Pace) -> Move:
    """The next step for one group. Asked again after it was done, with the same counts, it asks for nothing.

    A pending snapshot that cannot be shown is given up for a newer one when twice the distance to it was counted:
    strata that were complete in it would keep it back for ever.
    """
    total = sum(now.values())
    if looks.pending is None:
        last = sum(looks.shown[-1].values()) if looks.shown else None
        return Move(reveal=False, take=running(total, last, pace.step, pace.min_base))
    taken = sum(looks.pending.values())
    waited, apart = total - taken, distance(taken, pace)
    if may_reveal(looks, now, pace.min_base):
        return Move(reveal=True, take=waited >= apart)
    return Move(reveal=False, take=waited >= 2 * apart)


def after(looks: Looks, done: Move, now: Counted) -> Looks:
    """The snapshots after `done`."""
    shown = looks.shown
    if done.reveal and looks.pending is not None:
        shown = (*shown, looks.pending)
    pending = dict(now) if done.take else None if done.reveal else looks.pending
    return Looks(shown, pending)


def running_figure(percent: float | None, base: int, min_base: int) -> float | None:
    """A running figure as people may see it: None below the minimum base, and near 0 or 100 % on a small one."""
    if percent is None or base < min_base or (base < COUNTS_FROM and unanimous(percent, base) is not None):
        return None
    return percent
