"""The cells of a group's results by name, and a group's results with other cells put in their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from shared.domain.results import Cell, CriterionResult, FactorResult, GroupResult, StratumResult


class Figure(StrEnum):
    """What a cell is the index of."""

    OVERALL = "overall"
    AGGREGATION = "aggregation"
    FACTOR = "factor"
    CRITERION = "criterion"


class Place(NamedTuple):
    """Where a cell stands: in a group, or in one of its strata; `id` is empty for the overall index."""

    group: str
    stratum: str | None
    figure: Figure
    id: str = ""

    def __str__(self) -> str:
        inside = self.group if self.stratum is None else f"{self.group}/{self.stratum}"
        return f"{inside} {self.figure.value} {self.id}".rstrip()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one cell: the rule (P1 to P6) and the reason in words, for operators."""

    place: Place
    rule: str
    reason: str


Cells = Mapping[Place, Cell]


def cells_of(group: GroupResult, aggregation: str) -> dict[Place, Cell]:
    """Every cell of a group and its strata in a fixed order. The plan's own aggregation is the overall index."""
    cells: dict[Place, Cell] = {Place(group.id, None, Figure.OVERALL): group.overall}
    for name, cell in group.aggregations.items():
        if name != aggregation:
            cells[Place(group.id, None, Figure.AGGREGATION, name)] = cell
    for factor in group.factors:
        cells[Place(group.id, None, Figure.FACTOR, factor.id)] = factor.cell
    for criterion in group.criteria:
        cells[Place(group.id, None, Figure.CRITERION, criterion.id)] = criterion.cell
    for stratum in group.strata:
        cells[Place(group.id, stratum.id, Figure.OVERALL)] = stratum.overall
        for factor in stratum.factors:
            cells[Place(group.id, stratum.id, Figure.FACTOR, factor.id)] = factor.cell
    return cells


def with_cells(group: GroupResult, cells: Cells) -> GroupResult:
    """The group with `cells` in place of its own, everything else as it was."""
    overall = cells[Place(group.id, None, Figure.OVERALL)]
    return replace(
        group,
        overall=overall,
        aggregations={name: cells.get(Place(group.id, None, Figure.AGGREGATION, name), overall) for name in group.aggregations},
        factors=_factors(group.factors, group.id, None, cells),
        criteria=tuple(_criterion(criterion, group.id, cells) for criterion in group.criteria),
        strata=tuple(_stratum(stratum, group.id, cells) for stratum in group.strata),
    )


def _factors(factors: tuple[FactorResult, ...], group: str, stratum: str | None, cells: Cells) -> tuple[FactorResult, ...]:
    return tuple(replace(f, cell=cells[Place(group, stratum, Figure.FACTOR, f.id)]) for f in factors)


def _criterion(criterion: CriterionResult, group: str, cells: Cells) -> CriterionResult:
    return replace(criterion, cell=cells[Place(group, None, Figure.CRITERION, criterion.id)])


def _stratum(stratum: StratumResult, group: str, cells: Cells) -> StratumResult:
    return replace(
        stratum,
        overall=cells[Place(group, stratum.id, Figure.OVERALL)],
        factors=_factors(stratum.factors, group, stratum.id, cells),
    )
