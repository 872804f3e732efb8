"""Running indices: recomputed from the tallies when a step of the disclosure rule is reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from shared.domain.disclosure.running import Counted, Looks, Move, Pace, move
from shared.domain.index import aggregate, criterion_ratios, factor_index
from shared.domain.survey import Group, Method, Survey
from shared.domain.tally import Tally, by_stratum
from shared.store.indices import Indices, Snapshot
from shared.store.tallies import Tallies

PAUSE = 1.0
"""Seconds that one worker leaves between two looks at a survey's tallies."""


class RunningIndices:
    """Follows the tallies of open surveys. An update that was lost mends itself with the next."""

    def __init__(self, tallies: Tallies, indices: Indices, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._tallies = tallies
        self._indices = indices
        self._monotonic = monotonic
        self._followed: dict[str, float] = {}

    def follow_soon(self, survey: Survey) -> None:
        """`follow`, unless that was done a moment ago: under load, the sweep brings the rest. Raises StoreUnavailable."""
        if self._monotonic() - self._followed.get(survey.id, -PAUSE) >= PAUSE:
            self.follow(survey)

    def follow(self, survey: Survey) -> None:
        """Move the running indices of `survey` on, where a step was reached. Raises StoreUnavailable."""
        self._followed[survey.id] = self._monotonic()
        strata = by_stratum(self._tallies.gather(survey.id))
        for group in survey.groups:
            self._follow_group(survey, group, {s.id: strata.get(s.id, Tally()) for s in group.strata})

    def _follow_group(self, survey: Survey, group: Group, strata: Mapping[str, Tally]) -> None:
        now = {stratum: tally.complete for stratum, tally in strata.items()}
        pace = Pace(survey.method.running_step, survey.method.min_base)

        def decide(looks: Looks) -> Move:
            return move(looks, now, pace)

        self._indices.advance(survey.id, group.id, decide, lambda: snapshot(group, strata, survey.method, now))


def snapshot(group: Group, strata: Mapping[str, Tally], method: Method, counted: Counted) -> Snapshot:
    """The group's indices as its tallies stand, in percent."""
    ratios = criterion_ratios(strata, group)
    overall = aggregate(ratios, group.questionnaire, method.aggregation)
    factors = {f.id: factor_index(ratios, f, method.aggregation) for f in group.questionnaire.factors}
    return Snapshot(dict(counted), _percent(overall), {id_: _percent(share) for id_, share in factors.items()})


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
