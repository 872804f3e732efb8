"""How sure an index is: every figure of a group with its limits, from the moments of its ballots.

Where a sample was drawn the limits are Wilson's on the effective sample size n_eff = p(1 − p)/V, V the linearised
variance of `shared.domain.sample`. Where everybody was asked nothing is sampled: if all answered there is no error,
and if not the limits are what the missing ballots could still make of the index. `docs/methodology.md` gives the
reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.index import Combination, Ratio, combination, factor_combination, weighting
from shared.domain.interval import Limits, combined_limits, finite_size, wilson
from shared.domain.moments import Moments, no_moments
from shared.domain.sample import Sample, sample, variance
from shared.domain.survey import Aggregation, Group, Method, Questionnaire, Stratum


class Kind(StrEnum):
    """What the limits of an estimate are.

    `INTERVAL`: a confidence interval. `CENSUS`: everybody answered, so that low = index = high. `BOUNDS`: everybody
    was asked and not all answered; the limits hold for certain, whatever the others would have said.
    """

    INTERVAL = "interval"
    CENSUS = "census"
    BOUNDS = "bounds"


@dataclass(frozen=True, slots=True)
class Estimate:
    """An index with its limits, in percent from 0 to 100, and the number of ballots with a valid answer behind it."""

    index: float
    low: float
    high: float
    base: int
    kind: Kind = Kind.INTERVAL


@dataclass(frozen=True, slots=True)
class Figures:
    """All indices of a group or of one of its strata; None for an index that nobody gave a valid answer to.

    `overall` follows the plan's rule, `aggregations` holds all four. `ballots` counts the complete ballots.
    """

    ballots: int
    kind: Kind
    overall: Estimate | None
    aggregations: Mapping[Aggregation, Estimate | None]
    factors: Mapping[str, Estimate | None]
    criteria: Mapping[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class GroupEstimates:
    """`weighted` and `uncovered` as in `shared.domain.index.Weighting`: both stand beside each figure of the group."""

    weighted: bool
    uncovered: tuple[str, ...]
    figures: Figures
    strata: Mapping[str, Figures]


def estimate(group: Group, moments: Mapping[str, Moments], method: Method) -> GroupEstimates:
    """Every figure of `group` and of each of its strata, with limits at the confidence of `method`.

    `moments` are the group's, stratum by stratum (`shared.domain.moments.moments`); a stratum left out has no
    ballots.
    """
    questionnaire = group.questionnaire
    known = {stratum.id: moments.get(stratum.id, no_moments(questionnaire)) for stratum in group.strata}
    weights = weighting(group, {id_: part.ballots for id_, part in known.items()})
    return GroupEstimates(
        weights.weighted,
        weights.uncovered,
        _figures(questionnaire, group.strata, known, method),
        {stratum.id: _figures(questionnaire, (stratum,), known, method) for stratum in group.strata},
    )


def composite(parts: Sequence[tuple[float, Estimate]]) -> Estimate:
    """One figure for several groups by the weights that the plan declares; the weights are brought to a sum of 1.

    Groups are sampled independently, so limits combine as in `combined_limits`; where a part has bounds the result's
    limits are the combined extremes, and bounds too.
    """
    whole = sum(weight for weight, _ in parts)
    shares = [(weight / whole, part) for weight, part in parts]
    index, limits = combined_limits([(c, part.index, Limits(part.low, part.high)) for c, part in shares])
    kinds = {part.kind for _, part in parts}
    kind = Kind.BOUNDS if Kind.BOUNDS in kinds else Kind.INTERVAL if Kind.INTERVAL in kinds else Kind.CENSUS
    if kind is Kind.BOUNDS:
        limits = Limits(sum(c * part.low for c, part in shares), sum(c * part.high for c, part in shares))
    return Estimate(index, max(0.0, limits.low), min(100.0, limits.high), sum(part.base for _, part in parts), kind)


def kind_of(strata: Sequence[Stratum], ballots: Mapping[str, int]) -> Kind:
    """What the limits of these strata's figures are: a census is planned by a quota equal to the population."""
    if any(stratum.population is None for stratum in strata):
        return Kind.INTERVAL
    if all(ballots[stratum.id] >= (stratum.population or 0) for stratum in strata):
        return Kind.CENSUS
    return Kind.BOUNDS if all(stratum.quota == stratum.population for stratum in strata) else Kind.INTERVAL


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all figures of one set of strata share. `missing` counts the bodies asked that did not answer."""

    sample: Sample
    kind: Kind
    missing: int
    confidence: float


def _figures(
    questionnaire: Questionnaire, strata: Sequence[Stratum], moments: Mapping[str, Moments], method: Method
) -> Figures:
    ballots = {stratum.id: moments[stratum.id].ballots for stratum in strata}
    drawn = sample(tuple(questionnaire.rated), strata, moments)
    missing = sum(max(0, (stratum.population or 0) - ballots[stratum.id]) for stratum in strata)
    frame = _Frame(drawn, kind_of(strata, ballots), missing, method.confidence)
    ratios = drawn.ratios()
    overall = {rule: _estimate(frame, combination(ratios, questionnaire, rule), None) for rule in Aggregation}
    return Figures(
        sum(ballots.values()),
        frame.kind,
        overall[method.aggregation],
        overall,
        dict(_factors(frame, questionnaire, method.aggregation)),
        {criterion.id: _estimate(frame, _alone(ratios, criterion.id), None) for criterion in questionnaire.criteria},
    )


def _factors(frame: _Frame, questionnaire: Questionnaire, aggregation: Aggregation) -> Iterator[tuple[str, Estimate | None]]:
    ratios = frame.sample.ratios()
    for column, factor in enumerate(questionnaire.factors):
        yield factor.id, _estimate(frame, factor_combination(ratios, factor, aggregation), column)


def _alone(ratios: Mapping[str, Ratio], criterion: str) -> Combination | None:
    return Combination({criterion: 1.0}) if ratios[criterion].valid > 0 else None


def _estimate(frame: _Frame, figure: Combination | None, factor: int | None) -> Estimate | None:
    """The estimate of one figure; `factor` is the position of the factor that it is the index of."""
    if figure is None:
        return None
    bases = _bases(frame.sample, figure, factor)
    share = figure.value(frame.sample.ratios())
    limits = _limits(frame, figure, share, bases)
    return Estimate(100 * share, 100 * limits.low, 100 * limits.high, sum(bases), frame.kind)


def _bases(of: Sample, figure: Combination, factor: int | None) -> list[int]:
    """In each part, the ballots with a valid answer to at least one item of the figure."""
    if factor is not None:
        return [int(part.moments.answered[factor]) for part in of.parts]
    if len(figure.coefficients) == 1:
        column = of.items.index(next(iter(figure.coefficients)))
        return [int(part.moments.valid[column]) for part in of.parts]
    return [part.moments.ballots for part in of.parts]


def _limits(frame: _Frame, figure: Combination, share: float, bases: list[int]) -> Limits:
    if frame.kind is Kind.CENSUS:
        return Limits(share, share)
    if frame.kind is Kind.BOUNDS:
        return _bounds(frame, figure)
    size = effective_size(frame.sample, figure, share, bases)
    return Limits(share, share) if size == float("inf") else wilson(share, size, frame.confidence)


def _bounds(frame: _Frame, figure: Combination) -> Limits:
    """The index if all the missing ballots were dissatisfied, and if all were satisfied, with everything."""
    low, high = {}, {}
    for item in figure.coefficients:
        column = frame.sample.items.index(item)
        satisfied = sum(int(part.moments.satisfied[column]) for part in frame.sample.parts)
        valid = sum(int(part.moments.valid[column]) for part in frame.sample.parts) + frame.missing
        low[item], high[item] = Ratio(satisfied, valid), Ratio(satisfied + frame.missing, valid)
    return Limits(figure.value(low), figure.value(high))


def effective_size(of: Sample, figure: Combination, share: float, bases: Sequence[int]) -> float:
    """How many independent answers tell as much about `figure` as the sample does.

    One item in a simple random sample: n (N − 1)/(N − n), the exact variance, which nothing has to be estimated for.
    Any other figure: p(1 − p)/V. Where p is 0 or 1 that says nothing, and the first formula is taken with Kish's
    size (Σ w)²/Σ w² of the ballots in `bases`, a number for each part of the sample.
    """
    at_an_end = _at_an_end(of, figure)
    if not at_an_end and (len(figure.coefficients) > 1 or len(of.parts) > 1):
        spread = variance(of, figure)
        return share * (1 - share) / spread if spread > 0 else float("inf")
    weights = [part.weight for part in of.parts]
    total = sum(w * base for w, base in zip(weights, bases, strict=True))
    kish = total**2 / sum(w * w * base for w, base in zip(weights, bases, strict=True))
    population = None if of.population is None else total
    return finite_size(kish, population)


def _at_an_end(of: Sample, figure: Combination) -> bool:
    columns = [of.items.index(item) for item in figure.coefficients]
    satisfied = sum(int(part.moments.satisfied[columns].sum()) for part in of.parts)
    valid = sum(int(part.moments.valid[columns].sum()) for part in of.parts)
    return satisfied in (0, valid)
