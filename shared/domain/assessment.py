"""What may be told of how well a group was measured (`shared.domain.quality` computes it, unprotected).

Everything here is made after the disclosure gate: from cells that are published, or from sums over ballots in a form so
coarse that nothing about single ballots can be told from it. `docs/decisions/0030-what-quality-gives-away.md` goes through
the figures one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.domain.quality import (
    MANY_WITHOUT_OPINION,
    MIN_IMPORTANCE,
    MIN_RELIABILITY,
    Importance,
    Spread,
    Sums,
    alpha,
    importance,
    quadrants,
)
from shared.domain.results import Bounded, Cell, GroupResult, Shown, Suppressed
from shared.domain.survey import Questionnaire

LEAST_COUNT = 5
"""A count of ballots below this, or that leaves fewer than this, is told as a bound only."""


class Missing(StrEnum):
    """Why a figure on the quality of measurement is not told."""

    FEW_BALLOTS = "few-ballots"
    HIDDEN = "hidden"
    NO_VARIATION = "no-variation"
    ONE_CRITERION = "one-criterion"
    NO_OVERALL_QUESTION = "no-overall-question"


def quality_told(group: GroupResult, sums: Sums, questionnaire: Questionnaire) -> dict[str, Any]:
    """The `quality` of a group in results. `group` is the group as it is published, `sums` those of its ballots.

    `missing` says why a figure is not there. Below `MIN_RELIABILITY` complete ballots nothing else is told.
    """
    if sums.ballots < MIN_RELIABILITY:
        return {"least_ballots": MIN_RELIABILITY, "missing": {"all": Missing.FEW_BALLOTS.value}}
    cells = {factor.id: factor.cell for factor in group.factors}
    spreads = dict(zip(cells, sums.factors, strict=True))
    alphas = {id_: _alpha(cells[id_], spread) for id_, spread in spreads.items()}
    found = _importance(cells, sums, questionnaire)
    return {
        "ballots": sums.ballots,
        "straight_lines": count_told(sums.straight_lines, sums.ballots),
        "alpha": {id_: None if isinstance(value, Missing) else value for id_, value in alphas.items()},
        "many_without_opinion": [
            c.id for c in group.criteria if c.no_opinion is not None and c.no_opinion > 100 * MANY_WITHOUT_OPINION
        ],
        **_importance_json(cells, found),
        "missing": {
            "alpha": {id_: value.value for id_, value in alphas.items() if isinstance(value, Missing)},
            "importance": found.value if isinstance(found, Missing) else None,
        },
    }


def count_told(count: int, of: int) -> dict[str, int]:
    """A number of ballots among `of` as it may be told: `count`, or where few ballots are on one side, a bound."""
    if count < LEAST_COUNT:
        return {"at_most": LEAST_COUNT - 1}
    if of - count < LEAST_COUNT:
        return {"at_least": of - LEAST_COUNT + 1}
    return {"count": count}


def _alpha(cell: Cell, spread: Spread) -> float | Missing:
    if not isinstance(cell, Shown):
        return _why_not(cell)
    if len(spread.sums) < 2:
        return Missing.ONE_CRITERION
    if spread.count < MIN_RELIABILITY:
        return Missing.FEW_BALLOTS
    value = alpha(spread)
    return Missing.NO_VARIATION if value is None else round(value, 2)


def _importance(cells: Mapping[str, Cell], sums: Sums, questionnaire: Questionnaire) -> Importance | Missing:
    if questionnaire.overall is None:
        return Missing.NO_OVERALL_QUESTION
    hidden = next((cell for cell in cells.values() if not isinstance(cell, Shown)), None)
    if hidden is not None:
        return _why_not(hidden)
    found = importance(sums.scores, list(cells))
    if found is not None:
        return found
    return Missing.FEW_BALLOTS if _too_few(sums.scores.count, len(cells)) else Missing.NO_VARIATION


def _too_few(ballots: int, factors: int) -> bool:
    least, for_each = MIN_IMPORTANCE
    return ballots < max(least, for_each * factors)


def _importance_json(cells: Mapping[str, Cell], found: Importance | Missing) -> dict[str, Any]:
    if isinstance(found, Missing):
        return {"importance": None, "r_squared": None, "importance_ballots": None, "quadrants": {}}
    weights = {id_: round(weight, 3) for id_, weight in found.weights.items()}
    performance = {id_: cell.index for id_, cell in cells.items() if isinstance(cell, Shown)}
    return {
        "importance": weights,
        "r_squared": round(found.r_squared, 2),
        "importance_ballots": found.ballots,
        "quadrants": {id_: quadrant.value for id_, quadrant in quadrants(performance, weights).items()},
    }


def _why_not(cell: Cell) -> Missing:
    """Why nothing is said of a factor whose index is not shown."""
    if isinstance(cell, Bounded):
        return Missing.HIDDEN
    return Missing.FEW_BALLOTS if isinstance(cell, Suppressed) and cell.reason == "no-answers" else Missing.HIDDEN
