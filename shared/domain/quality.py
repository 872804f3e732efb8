"""How well was it measured: reliability, unanswered items, straight lines, and what satisfaction goes together with.

Everything is computed from sums over ballots that add up like moments, so memory does not grow with their number.
Nothing here removes a ballot, and no figure here is weighted: these are properties of the answers, not of a population.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.domain.ballot import Ballot
from shared.domain.moments import Levels, complete_rows, factor_columns, levels_by_stratum
from shared.domain.survey import Group, Question, Questionnaire
from shared.domain.tally import ANSWERED, Tally

Vector = NDArray[np.float64]

MIN_RELIABILITY = 30
"""Ballots below which no alpha is told."""

MIN_IMPORTANCE = 30, 10
"""Ballots below which no importance is told: at least the first number, and the second for each factor."""

MANY_WITHOUT_OPINION = 0.3
"""Share of "no opinion" above which a criterion is flagged."""

STRAIGHT_LINE = 5
"""Criteria that have to be rated, all on one level, for a straight line; all of them where there are fewer."""


@dataclass(frozen=True, eq=False)
class Spread:
    """n, Σv and Σvvᵀ of vectors v: enough for their means, variances and correlations."""

    count: int
    sums: Vector
    products: Vector

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.count + other.count, self.sums + other.sums, self.products + other.products)

    @property
    def covariance(self) -> Vector:
        """With n − 1 below; needs two vectors."""
        centred = self.products - np.outer(self.sums, self.sums) / self.count
        return np.asarray(centred / (self.count - 1))


@dataclass(frozen=True, eq=False)
class Sums:
    """What is summed over the complete ballots of a group.

    `factors` has the levels of each factor's criteria, of ballots that rated all of them; `scores` the factor scores
    and the level of the overall question, of ballots that have them all. `straight_lines` counts ballots.
    """

    ballots: int
    straight_lines: int
    factors: tuple[Spread, ...]
    scores: Spread

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.ballots + other.ballots,
            self.straight_lines + other.straight_lines,
            tuple(one + more for one, more in zip(self.factors, other.factors, strict=True)),
            self.scores + other.scores,
        )


def quality_sums(ballots: Iterable[Ballot], group: Group, min_answered: float) -> Sums:
    """The sums over the counted complete ballots of `group` among `ballots`."""
    total = no_sums(group.questionnaire)
    for _, levels in levels_by_stratum(ballots, group):
        total += sums_of_levels(levels, group.questionnaire, min_answered)
    return total


def no_sums(questionnaire: Questionnaire) -> Sums:
    """The sums of no ballots."""
    return sums_of_levels(np.empty((0, len(questionnaire.rated)), np.int8), questionnaire, 0.0)


def sums_of_levels(levels: Levels, questionnaire: Questionnaire, min_answered: float) -> Sums:
    """The sums over the complete rows of a matrix of levels; matrices of some 30,000 rows are a good size."""
    complete = levels[complete_rows(levels, questionnaire, min_answered)]
    columns = factor_columns(questionnaire)
    return Sums(
        len(complete),
        int(_straight(complete[:, : len(questionnaire.criteria)]).sum()),
        tuple(_spread(part[(part > 0).all(axis=1)]) for part in (complete[:, where] for where in columns)),
        _spread(_scores(complete, questionnaire)),
    )


def _spread(vectors: NDArray[Any]) -> Spread:
    values = vectors.astype(np.float64)
    return Spread(len(values), values.sum(axis=0), values.T @ values)


def _straight(criteria: Levels) -> NDArray[np.bool_]:
    rated = criteria > 0
    highest = np.where(rated, criteria, 0).max(axis=1, initial=0)
    lowest = np.where(rated, criteria, 127).min(axis=1, initial=127)
    enough = rated.sum(axis=1) >= min(STRAIGHT_LINE, criteria.shape[1])
    straight: NDArray[np.bool_] = enough & (highest == lowest)
    return straight


def _scores(levels: Levels, questionnaire: Questionnaire) -> Vector:
    """Each ballot's mean level in each factor, then its overall level; rows where one of them is missing are left out.

    A factor has a score where at least half of its criteria are rated.
    """
    if questionnaire.overall is None:
        return np.empty((0, len(questionnaire.factors) + 1))
    scores = []
    for where in factor_columns(questionnaire):
        part = levels[:, where]
        rated = (part > 0).sum(axis=1)
        total = np.where(part > 0, part, 0).sum(axis=1)
        scores.append(np.where(2 * rated >= part.shape[1], total / np.maximum(rated, 1), np.nan))
    overall = levels[:, -1]
    table = np.column_stack([*scores, np.where(overall > 0, overall, np.nan)])
    return np.asarray(table[~np.isnan(table).any(axis=1)])


def alpha(spread: Spread) -> float | None:
    """Cronbach's alpha of items: k/(k − 1) · (1 − Σ s²_i / s²_T) (Psychometrika 16 (1951) 297-334).

    None for fewer than two items or ballots, or where all ballots say the same.
    """
    items = len(spread.sums)
    if items < 2 or spread.count < 2:
        return None
    covariance = spread.covariance
    total = float(covariance.sum())
    return items / (items - 1) * (1 - float(np.trace(covariance)) / total) if total > 1e-12 else None


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of what the overall answer varies goes with each factor: shares that add up to 1 (`weights`) of R²."""

    weights: Mapping[str, float]
    r_squared: float
    ballots: int


def importance(scores: Spread, factors: list[str]) -> Importance | None:
    """Johnson's relative weights of the factor scores for the overall answer (Multivariate Behavioral Research 35
    (2000) 1-19).

    None where the ballots are fewer than `MIN_IMPORTANCE`, or where a score does not vary or follows from the others.
    """
    least, for_each = MIN_IMPORTANCE
    if scores.count < max(least, for_each * len(factors)):
        return None
    covariance = scores.covariance
    deviations = np.sqrt(np.diag(covariance))
    if deviations.min() < 1e-9:
        return None
    correlation = covariance / np.outer(deviations, deviations)
    parts = relative_weights(correlation[:-1, :-1], correlation[:-1, -1])
    if parts is None or parts.sum() < 1e-12:
        return None
    shares = (parts / parts.sum()).tolist()
    return Importance(dict(zip(factors, shares, strict=True)), float(parts.sum()), scores.count)


def relative_weights(among: Vector, with_overall: Vector) -> Vector | None:
    """The parts of R² that belong to each predictor, from correlations among predictors (m × m) and with the outcome (m).

    None where the predictors' correlations have no inverse.
    """
    values, vectors = np.linalg.eigh(among)
    if values.min() < 1e-9:
        return None
    root = (vectors * np.sqrt(values)) @ vectors.T
    return np.asarray(root**2 @ np.linalg.solve(root, with_overall) ** 2)


class Quadrant(StrEnum):
    """Importance against performance (Martilla and James, Journal of Marketing 41 (1977) 77-79)."""

    CONCENTRATE = "concentrate-here"
    KEEP_UP = "keep-up"
    LOW_PRIORITY = "low-priority"
    OVERKILL = "possible-overkill"


def quadrants(performance: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, Quadrant]:
    """Where each factor stands, the lines drawn at the two means; a factor on a line counts as above it.

    By construction some factor is always below the mean: "concentrate here" says where first, not that it is bad.
    """
    if not performance:
        return {}
    performs = sum(performance.values()) / len(performance)
    matters = sum(weights[id_] for id_ in performance) / len(performance)
    names = {
        (True, True): Quadrant.KEEP_UP,
        (True, False): Quadrant.CONCENTRATE,
        (False, True): Quadrant.OVERKILL,
        (False, False): Quadrant.LOW_PRIORITY,
    }
    return {id_: names[weights[id_] >= matters, index >= performs] for id_, index in performance.items()}


@dataclass(frozen=True, slots=True)
class ChoiceShares:
    """How often each choice was picked: a share from 0 to 1 of `base`, those who answered the question.

    Where several may be picked the shares add up to more than 1. Empty where nobody answered.
    """

    base: int
    shares: Mapping[str, float]


def choice_shares(tally: Tally, question: Question, *, ranked: bool = False) -> ChoiceShares:
    """The shares of a question's choices in plan order, or `ranked` from the highest, equal ones in plan order.

    What may be shown of a sensitive question is for the disclosure rules to say.
    """
    counts = tally.of(question.id)
    base = counts.get(ANSWERED, 0) if question.at_most > 1 else sum(counts.values())
    if base == 0:
        return ChoiceShares(0, {})
    shares = {choice.id: counts.get(choice.id, 0) / base for choice in question.choices}
    return ChoiceShares(base, dict(sorted(shares.items(), key=lambda pair: -pair[1])) if ranked else shares)
