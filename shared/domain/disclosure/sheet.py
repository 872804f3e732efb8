"""One group's cells on their way through the rules: what is still shown, what was hidden, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from shared.domain.disclosure.audit import Fact
from shared.domain.disclosure.cells import Cells, Decision, Figure, Place, with_cells
from shared.domain.disclosure.limits import coarse, told
from shared.domain.disclosure.model import Model
from shared.domain.disclosure.rules import COUNTS_FROM, complement, unanimous
from shared.domain.results import Bounded, Cell, CriterionResult, GroupResult, Shown, StratumResult, Suppressed
from shared.domain.survey import Method


@dataclass
class Sheet:
    """The draft of one group's release. `raw` are its unprotected cells, `cells` what is left of them.

    `known` is what earlier editions say of the same ballots, `shown_before` the figures that they showed. `closed` says that
    the group's own figures have to be held back too, although no whole stratum is hidden.
    """

    result: GroupResult
    model: Model
    method: Method
    raw: Cells
    cells: dict[Place, Cell]
    known: tuple[Fact, ...] = ()
    shown_before: frozenset[Place] = frozenset()
    closed: bool = False
    decisions: list[Decision] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def hides_figures(self) -> bool:
        """Whether any figure of a stratum that has answers is hidden."""
        return any(place.stratum is not None and is_hidden(cell) for place, cell in self.cells.items())

    @property
    def hides_strata(self) -> bool:
        """Whether a whole stratum that has answers is hidden."""
        return any(
            place.stratum is not None and place.figure is Figure.OVERALL and is_hidden(cell)
            for place, cell in self.cells.items()
        )

    @property
    def is_open(self) -> bool:
        """Whether the group's own figures are all shown as they are: it is large enough, and none of its strata is hidden.

        What they tell of a stratum that is shown itself is then no secret; only figures of strata are held back.
        """
        if self.closed or self.hides_strata or self.result.ballots - self.result.incomplete < COUNTS_FROM:
            return False
        own = [cell for place, cell in self.cells.items() if place.stratum is None]
        return not any(isinstance(cell, Bounded) or is_hidden(cell) for cell in own)

    @property
    def whole_limits(self) -> bool:
        """Whether the group's limits would be computed from shares of strata that are hidden."""
        return self.hides_strata and self.result.weighted

    @property
    def whole_percent(self) -> bool:
        """Whether the group's indices are rounded to whole percent.

        An unrounded index that weighs strata differently can be solved for the strata's own counts.
        """
        return self.hides_strata and self.model.weights_differ

    def step(self, place: Place) -> float:
        """What a shown figure is rounded to; 0 where it is not.

        Answers are whole numbers, and means of shares with different bases can be solved for them: 3/10 + 5/9 is no
        other sum of tenths and ninths. So a figure over different bases is rounded when it combines something hidden,
        or is one of a stratum beside hidden ones. The other aggregations combine the same criteria in other ways, and
        are rounded more than the overall index.
        """
        if place.stratum is None and self.whole_percent:
            return 1.0
        parts = self.model.parts(place)
        if place.figure is Figure.CRITERION or parts is None:
            return 0.0
        uneven = self.model.uneven(place)
        if place.stratum is not None:
            return 1.0 if uneven and self.hides_figures else 0.0
        inside = [self.cells.get(Place(place.group, None, Figure.CRITERION, id_)) for id_ in parts.coefficients]
        if all(cell is None or isinstance(cell, Shown) for cell in inside):
            return 0.0
        if place.figure is Figure.AGGREGATION:
            return 1.0
        return (1.0 if place.figure is Figure.FACTOR else 0.1) if uneven else 0.0

    def base(self, place: Place) -> int:
        cell = self.raw[place]
        return 0 if isinstance(cell, Suppressed) else cell.base

    def hide(self, place: Place, rule: str, reason: str, words: str) -> None:
        self.cells[place] = Suppressed(reason)
        self.decisions.append(Decision(place, rule, words))

    def published(self) -> GroupResult:
        """The group as it may be published."""
        cells = {place: self._told(place, cell) for place, cell in self.cells.items()}
        group = with_cells(self.result, cells)
        small = self.result.ballots - self.result.incomplete < COUNTS_FROM
        return replace(
            group,
            criteria=tuple(self._criterion(criterion, small) for criterion in group.criteria),
            strata=tuple(_stratum(stratum) for stratum in group.strata),
            quality={} if small else group.quality,
        )

    def _told(self, place: Place, cell: Cell) -> Cell:
        """A cell of the group without what its limits would tell of hidden strata."""
        if not isinstance(cell, Shown):
            return cell
        step = self.step(place)
        if place.stratum is None and self.whole_limits:
            return told(self.model, place, cell, step, self.method.confidence)
        return coarse(cell, step) if step else cell

    def _criterion(self, criterion: CriterionResult, small: bool) -> CriterionResult:
        shown = isinstance(criterion.cell, Shown) and criterion.cell.base >= COUNTS_FROM
        if small or isinstance(criterion.cell, Suppressed):
            criterion = replace(criterion, no_opinion=None, skipped=None)
        # Beside a weighted index, counts of answers would be a second equation in the strata's own.
        second = self.hides_figures and self.model.weights_differ
        return criterion if shown and not second else replace(criterion, levels=None)


def is_hidden(cell: Cell) -> bool:
    """Whether a cell hides answers; one that has none hides nothing."""
    return isinstance(cell, Suppressed) and cell.reason != "no-answers"


def _stratum(stratum: StratumResult) -> StratumResult:
    return replace(stratum, ballots=None) if is_hidden(stratum.overall) else stratum


def hide_small_bases(sheet: Sheet) -> None:
    """P1: a cell with fewer than `min_base` valid answers shows nothing; a stratum without its overall index neither."""
    for place, cell in sheet.raw.items():
        if not isinstance(cell, Suppressed) and cell.base < sheet.method.min_base:
            sheet.hide(place, "P1", "base", f"{cell.base} ballots, fewer than {sheet.method.min_base}")
    _hide_whole_strata(sheet)


def hide_complements(sheet: Sheet) -> None:
    """P2 over the tables whose children are the strata, one a figure, until nothing changes."""
    while True:
        before = len(sheet.decisions)
        for table in _tables(sheet):
            hidden = {place for place in table if is_hidden(sheet.cells[place])}
            bases = {place: sheet.base(place) for place in table}
            chosen = complement(bases, hidden, sheet.method.min_base, sheet.shown_before) - hidden
            for place in filter(chosen.__contains__, table):
                sheet.hide(place, "P2", "complement", "the total and the other strata would give a hidden one")
        _hide_whole_strata(sheet)
        if len(sheet.decisions) == before:
            return


def _tables(sheet: Sheet) -> list[list[Place]]:
    """The places of every figure over the strata, in the plan's order."""
    tables: dict[tuple[Figure, str], list[Place]] = {}
    for place in sheet.cells:
        if place.stratum is not None:
            tables.setdefault((place.figure, place.id), []).append(place)
    return list(tables.values())


def _hide_whole_strata(sheet: Sheet) -> None:
    """A stratum whose overall index is hidden shows no factor: they would give it back."""
    for stratum in sheet.model.strata:
        overall = sheet.cells.get(Place(sheet.result.id, stratum, Figure.OVERALL))
        if overall is None or not is_hidden(overall):
            continue
        for place, cell in sheet.cells.items():
            if place.stratum == stratum and not isinstance(cell, Suppressed):
                reason = overall.reason if isinstance(overall, Suppressed) else "complement"
                sheet.hide(place, "P2", reason, "the stratum's overall index is hidden")


def bound_unanimity(sheet: Sheet) -> None:
    """P4: near 0 and 100 % a small cell is only bounded, and so is every cell of a group that hides strata."""
    hides = sheet.hides_strata or sheet.closed
    for place, cell in sheet.cells.items():
        small = isinstance(cell, Shown) and cell.base < COUNTS_FROM
        if not isinstance(cell, Shown) or not (small or (hides and place.stratum is None)):
            continue
        if place in sheet.shown_before:
            continue
        bounds = unanimous(cell.index, sheet.model.size(place))
        if bounds is None:
            continue
        sheet.cells[place] = Bounded(bounds[0], bounds[1], cell.base)
        sheet.decisions.append(Decision(place, "P4", "so near to 0 or 100 % that it would tell single answers"))
        if cell.index <= 0 or cell.index >= 100:
            sheet.warnings.append(f"{place}: all {cell.base} ballots agree")
