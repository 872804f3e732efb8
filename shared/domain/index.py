"""Indices from tallies: criterion, factor and overall, under each of the four aggregation rules.

Everything here starts from one pair of counts a criterion, the satisfied among the valid answers (`Ratio`), summed
over strata with the weights of `weighting`. How sure an index is, `shared.domain.inference` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.survey import NO_OPINION, Aggregation, Factor, Group, Questionnaire, Scale
from shared.domain.tally import Tally


@dataclass(frozen=True, slots=True)
class Ratio:
    """Satisfied among valid answers, as counts or, weighted, as estimated population totals."""

    satisfied: float
    valid: float

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nobody gave a valid answer: such an index is undefined, not 0."""
        return self.satisfied / self.valid if self.valid > 0 else None


Ratios = Mapping[str, Ratio]
"""criterion id (the overall question's among them) -> its ratio."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the complete ballots say to one criterion: every ballot is in exactly one of the three counts."""

    valid: int
    no_opinion: int
    skipped: int

    @property
    def ballots(self) -> int:
        return self.valid + self.no_opinion + self.skipped

    @property
    def no_opinion_rate(self) -> float | None:
        """Share of the complete ballots, from 0 to 1; None without ballots."""
        return self.no_opinion / self.ballots if self.ballots else None

    @property
    def skipped_rate(self) -> float | None:
        """Share of the complete ballots, from 0 to 1; None without ballots."""
        return self.skipped / self.ballots if self.ballots else None


def response(tally: Tally, criterion: str) -> Response:
    """How the complete ballots behind `tally` answered `criterion`."""
    counts = tally.of(criterion)
    no_opinion = counts.get(str(NO_OPINION), 0)
    valid = sum(counts.values()) - no_opinion
    return Response(valid, no_opinion, tally.complete - valid - no_opinion)


def ratio(tally: Tally, criterion: str, scale: Scale) -> Ratio:
    """The criterion's unweighted ratio: "no opinion" and skipped are in neither count."""
    counts = tally.of(criterion)
    satisfied = sum(counts.get(str(level), 0) for level in scale.satisfied)
    return Ratio(satisfied, sum(counts.get(str(level.value), 0) for level in scale.levels))


@dataclass(frozen=True, slots=True)
class Weighting:
    """What one complete ballot of each stratum stands for.

    `weighted` is True where the populations N_h of all strata are known; then a ballot stands for N_h / n_h persons
    or bodies. Otherwise every ballot stands for itself and the index describes the ballots received, not the
    population. `uncovered` are strata with people in them and no complete ballot. Nothing can be said about them:
    weighted figures are then of the population of the other strata, and have to be labelled so.
    """

    weights: Mapping[str, float]
    weighted: bool
    uncovered: tuple[str, ...]


def weighting(group: Group, complete: Mapping[str, int]) -> Weighting:
    """The weights of a group whose strata have `complete` ballots each (a stratum left out has none).

    A stratum with more ballots than its stated population is taken to be as large as its ballots.
    """
    weighted = group.population is not None
    weights: dict[str, float] = {}
    uncovered = []
    for stratum in group.strata:
        ballots = complete.get(stratum.id, 0)
        if ballots == 0:
            if stratum.population != 0:
                uncovered.append(stratum.id)
        elif stratum.population is None or not weighted:
            weights[stratum.id] = 1.0
        else:
            weights[stratum.id] = max(stratum.population, ballots) / ballots
    return Weighting(weights, weighted, tuple(uncovered))


def criterion_ratios(strata: Mapping[str, Tally], group: Group) -> dict[str, Ratio]:
    """The ratio of every criterion of `group` and of its overall question, over the tallies of its strata.

    With populations it is the combined ratio (Cochran, Sampling Techniques, 3rd ed., 6.11): weighted satisfied over
    weighted valid.
    """
    weights = weighting(group, {id_: tally.complete for id_, tally in strata.items()}).weights
    scale = group.questionnaire.scale
    ratios = {}
    for criterion in group.questionnaire.rated:
        parts = [(weight, ratio(strata[stratum], criterion, scale)) for stratum, weight in weights.items()]
        ratios[criterion] = Ratio(sum(w * part.satisfied for w, part in parts), sum(w * part.valid for w, part in parts))
    return ratios


@dataclass(frozen=True, slots=True)
class Combination:
    """How ratios make one figure: the mean of the shares with these coefficients, which add up to 1, or, `pooled`,
    the
    share of all satisfied among all valid answers to these criteria."""

    coefficients: Mapping[str, float]
    pooled: bool = False

    def value(self, ratios: Ratios) -> float:
        """The figure, from 0 to 1. Every criterion of the combination must have valid answers."""
        if self.pooled:
            valid = sum(ratios[criterion].valid for criterion in self.coefficients)
            return sum(ratios[criterion].satisfied for criterion in self.coefficients) / valid
        return sum(a * ratios[id_].satisfied / ratios[id_].valid for id_, a in self.coefficients.items())


def combination(ratios: Ratios, questionnaire: Questionnaire, aggregation: Aggregation) -> Combination | None:
    """How the overall index comes from `ratios` under `aggregation`; None where it is undefined.

    A criterion without a valid answer is left out of its factor's mean, and a factor without one out of the mean of
    factors: each mean is over what could be measured.
    """
    if aggregation is Aggregation.OVERALL_QUESTION:
        overall = questionnaire.overall
        return None if overall is None else _mean_of(_answered(ratios, [overall.id]))
    if aggregation is Aggregation.MEAN_OF_FACTORS:
        return _mean_of_factors(ratios, questionnaire)
    answered = _answered(ratios, [criterion.id for criterion in questionnaire.criteria])
    return _mean_of(answered, pooled=aggregation is Aggregation.POOLED)


def factor_combination(ratios: Ratios, factor: Factor, aggregation: Aggregation) -> Combination | None:
    """How a factor's index comes from `ratios`: the mean of its criteria, or under `POOLED` its answers pooled."""
    answered = _answered(ratios, [criterion.id for criterion in factor.criteria])
    return _mean_of(answered, pooled=aggregation is Aggregation.POOLED)


def aggregate(ratios: Ratios, questionnaire: Questionnaire, aggregation: Aggregation) -> float | None:
    """The overall index from 0 to 1, None where it is undefined (no valid answers, or no overall question)."""
    found = combination(ratios, questionnaire, aggregation)
    return None if found is None else found.value(ratios)


def factor_index(ratios: Ratios, factor: Factor, aggregation: Aggregation = Aggregation.MEAN_OF_FACTORS) -> float | None:
    """The factor's index from 0 to 1, None where none of its criteria has a valid answer."""
    found = factor_combination(ratios, factor, aggregation)
    return None if found is None else found.value(ratios)


def _answered(ratios: Ratios, criteria: list[str]) -> list[str]:
    return [id_ for id_ in criteria if id_ in ratios and ratios[id_].valid > 0]


def _mean_of(criteria: list[str], *, pooled: bool = False) -> Combination | None:
    return Combination(dict.fromkeys(criteria, 1 / len(criteria)), pooled) if criteria else None


def _mean_of_factors(ratios: Ratios, questionnaire: Questionnaire) -> Combination | None:
    factors = [_answered(ratios, [criterion.id for criterion in factor.criteria]) for factor in questionnaire.factors]
    measured = [criteria for criteria in factors if criteria]
    if not measured:
        return None
    return Combination({id_: 1 / (len(measured) * len(criteria)) for criteria in measured for id_ in criteria})
