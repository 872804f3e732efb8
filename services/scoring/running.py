"""Running indices: recomputed from the tallies when a step of the disclosure rule is reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from shared.domain.disclosure.running import Counted, Looks, Move, Pace, move, running_figure
from shared.domain.index import aggregate, criterion_ratios, factor_index, response
from shared.domain.survey import Aggregation, Factor, Group, Method, Survey
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
        self._behind: dict[str, Survey] = {}

    def follow_soon(self, survey: Survey) -> None:
        """`follow`, unless that was done a moment ago: `catch_up` does it then. Raises StoreUnavailable."""
        if self._monotonic() - self._followed.get(survey.id, -PAUSE) >= PAUSE:
            self.follow(survey)
        else:
            self._behind[survey.id] = survey

    def catch_up(self) -> None:
        """`follow` the surveys that `follow_soon` left behind. Raises StoreUnavailable."""
        for survey in list(self._behind.values()):
            self.follow(survey)

    def follow(self, survey: Survey) -> None:
        """Move the running indices of `survey` on, where a step was reached. Raises StoreUnavailable."""
        self._behind.pop(survey.id, None)
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
    factors = {f.id: factor_index(ratios, f, method.aggregation) for f in group.questionnaire.factors}
    bases = {f.id: _least_base(strata, f) for f in group.questionnaire.factors}
    overall = aggregate(ratios, group.questionnaire, method.aggregation)
    everything = min(bases.values()) if method.aggregation is not Aggregation.OVERALL_QUESTION else _base(strata, group)
    return Snapshot(
        dict(counted),
        _shown(overall, everything, method),
        {id_: _shown(share, bases[id_], method) for id_, share in factors.items()},
    )


def _shown(share: float | None, base: int, method: Method) -> float | None:
    return running_figure(None if share is None else 100 * share, base, method.min_base)


def _least_base(strata: Mapping[str, Tally], factor: Factor) -> int:
    """The fewest valid answers that any criterion of the factor has, of those that have any: what its index rests on."""
    answers = [sum(response(tally, criterion.id).valid for tally in strata.values()) for criterion in factor.criteria]
    return min((number for number in answers if number), default=0)


def _base(strata: Mapping[str, Tally], group: Group) -> int:
    overall = group.questionnaire.overall
    return 0 if overall is None else sum(response(tally, overall.id).valid for tally in strata.values())
