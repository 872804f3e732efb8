"""One group's cells on their way through the rules: what is still shown, what was hidden, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from shared.domain.disclosure.audit import Exposed, Fact, Region, Target, Witnesses, first_exposed
from shared.domain.disclosure.cells import Cells, Decision, Figure, Place, cells_of, with_cells
from shared.domain.disclosure.ledger import Published, isolating, still_true
from shared.domain.disclosure.limits import bound_fact, coarse, told
from shared.domain.disclosure.model import Model, Vector, model
from shared.domain.disclosure.rules import COUNTS_FROM, complement, rounded, unanimous
from shared.domain.results import Bounded, Cell, CriterionResult, GroupResult, Shown, StratumResult, Suppressed
from shared.domain.survey import Method, Survey
from shared.domain.tally import Tally


@dataclass
class Sheet:
    """The draft of one group's release. `raw` are its unprotected cells, `cells` what is left of them."""

    result: GroupResult
    model: Model
    method: Method
    raw: Cells
    cells: dict[Place, Cell]
    known: list[Published]
    decisions: list[Decision] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def hides_strata(self) -> bool:
        """Whether any figure of a stratum that has answers is hidden."""
        return any(place.stratum is not None and is_hidden(cell) for place, cell in self.cells.items())

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
        or is one of a stratum beside hidden ones.
        """
        if place.stratum is None and self.whole_percent:
            return 1.0
        parts = self.model.parts(place)
        if place.figure is Figure.CRITERION or parts is None or not self.model.uneven(place):
            return 0.0
        if place.stratum is not None:
            return 1.0 if self.hides_strata else 0.0
        inside = [self.cells.get(Place(place.group, None, Figure.CRITERION, id_)) for id_ in parts.coefficients]
        if all(isinstance(cell, Shown) for cell in inside):
            return 0.0
        return 1.0 if place.figure is Figure.FACTOR else 0.1

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
        return criterion if shown and not self.whole_percent else replace(criterion, levels=None)


def is_hidden(cell: Cell) -> bool:
    """Whether a cell hides answers; one that has none hides nothing."""
    return isinstance(cell, Suppressed) and cell.reason != "no-answers"


def _stratum(stratum: StratumResult) -> StratumResult:
    return replace(stratum, ballots=None) if is_hidden(stratum.overall) else stratum


def protect_group(result: GroupResult, tallies: Mapping[str, Tally], survey: Survey, ledger: Sequence[Published]) -> Sheet:
    """One group's sheet after all rules. Its `refusals` are not empty where no safe release was found."""
    raw = cells_of(result, survey.method.aggregation.value)
    made = model(survey.group(result.id), survey.method.aggregation, tallies)
    sheet = Sheet(result, made, survey.method, raw, dict(raw), still_true(ledger, raw, survey.id))
    hide_small_bases(sheet)
    hide_complements(sheet)
    bound_unanimity(sheet)
    shown = {place: raw[place] for place, cell in sheet.cells.items() if not isinstance(cell, Suppressed)}
    sheet.refusals += isolating(shown, ledger, survey.id, sheet.method.min_base)
    if not sheet.refusals:
        audit(sheet)
    return sheet


def hide_small_bases(sheet: Sheet) -> None:
    """P1: a cell with fewer than `min_base` valid answers shows nothing; a stratum without its overall index neither."""
    for place, cell in sheet.raw.items():
        if not isinstance(cell, Suppressed) and cell.base < sheet.method.min_base:
            sheet.hide(place, "P1", "base", f"{cell.base} ballots, fewer than {sheet.method.min_base}")
    _hide_whole_strata(sheet)


def hide_complements(sheet: Sheet) -> None:
    """P2 over the tables whose children are the strata, one a figure, until nothing changes."""
    published = {entry.place for entry in sheet.known}
    while True:
        before = len(sheet.decisions)
        for table in _tables(sheet):
            hidden = {place for place in table if is_hidden(sheet.cells[place])}
            bases = {place: sheet.base(place) for place in table}
            chosen = complement(bases, hidden, sheet.method.min_base, published & set(table)) - hidden
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
    hides = sheet.hides_strata
    for place, cell in sheet.cells.items():
        small = isinstance(cell, Shown) and cell.base < COUNTS_FROM
        if not isinstance(cell, Shown) or not (small or (hides and place.stratum is None)):
            continue
        bounds = unanimous(cell.index, sheet.model.size(place))
        if bounds is None:
            continue
        sheet.cells[place] = Bounded(bounds[0], bounds[1], cell.base)
        sheet.decisions.append(Decision(place, "P4", "so near to 0 or 100 % that it would tell single answers"))
        if cell.index <= 0 or cell.index >= 100:
            sheet.warnings.append(f"{place}: all {cell.base} ballots agree")


def audit(sheet: Sheet) -> None:
    """P6: hide further cells, those that tell least first, until a reader is left three values of all that is hidden."""
    witnesses = Witnesses([sheet.model.answers])
    while True:
        region = Region(list(facts(sheet)), sheet.model.limits)
        exposed = first_exposed(region, targets(sheet), witnesses)
        if exposed is None:
            return
        place = _next_to_hide(sheet, exposed)
        if place is None:
            sheet.refusals.append(
                f"{exposed.target.name} can be told to lie between {exposed.low:.2f} and {exposed.high:.2f} "
                f"of {exposed.target.size:g} from what is published, and nothing is left to hide"
            )
            return
        sheet.hide(place, "P6", "audit", f"together with other figures it would tell {exposed.target.name}")
        hide_complements(sheet)
        bound_unanimity(sheet)


def facts(sheet: Sheet) -> Iterator[Fact]:
    """All that the reader knows: the sheet's figures and limits, and earlier editions' figures of the same ballots."""
    for place, cell in sheet.cells.items():
        form = sheet.model.form(place)
        if form is None or isinstance(cell, Suppressed):
            continue
        if isinstance(cell, Bounded):
            yield _bounded(place, form, cell.at_least, cell.at_most)
            continue
        yield _shown(place, form, float(form @ sheet.model.answers), sheet.step(place))
        limit = bound_fact(sheet.model, place, sheet.result.population or 0) if cell.kind == "bounds" else None
        if limit is not None and place.stratum is None:
            yield limit
    for entry in sheet.known:
        form = sheet.model.form(entry.place)
        if form is not None and entry.index is None:
            yield _bounded(entry.place, form, entry.at_least, entry.at_most)
        elif form is not None:
            yield _shown(entry.place, form, float(form @ sheet.model.answers), entry.step)


def _bounded(place: Place, form: Vector, at_least: float | None, at_most: float | None) -> Fact:
    return Fact(place, form, -inf if at_least is None else at_least, inf if at_most is None else at_most)


def _shown(place: Place, form: Vector, index: float, step: float) -> Fact:
    told_as = rounded(index, step)
    return Fact(place, form, told_as - step / 2, told_as + step / 2)


def targets(sheet: Sheet) -> Iterator[Target]:
    """All that must stay hidden: the cells not shown exactly, and behind a hidden figure of a stratum its criteria."""
    seen: set[str] = set()
    for place, cell in sheet.cells.items():
        if not (is_hidden(cell) or isinstance(cell, Bounded)):
            continue
        for target in _targets_at(sheet, place, cell):
            if target.name not in seen:
                seen.add(target.name)
                yield target


def _targets_at(sheet: Sheet, place: Place, cell: Cell) -> Iterator[Target]:
    made = sheet.model
    if place.figure is Figure.CRITERION:
        yield Target(str(place), place, made.count(place.id), made.base(place.id), whole=True)
        return
    form, size = made.form(place), made.size(place)
    if form is not None:
        yield Target(str(place), place, form * (size / 100), size, whole=False)
    if place.stratum is None or isinstance(cell, Bounded):
        return
    criteria = made.criteria if place.figure is Figure.OVERALL else tuple(_criteria_of(made, place.id))
    for criterion in criteria:
        inner = Place(place.group, place.stratum, Figure.CRITERION, criterion)
        form = made.count(criterion, place.stratum)
        yield Target(str(inner), inner, form, made.base(criterion, place.stratum), whole=True)


def _criteria_of(made: Model, factor: str) -> Iterator[str]:
    for held in made.group.questionnaire.factors:
        if held.id == factor:
            yield from (criterion.id for criterion in held.criteria)


def _next_to_hide(sheet: Sheet, exposed: Exposed) -> Place | None:
    """The cell to hide next: one that binds the exposed interval if any does, the least missed first.

    What an earlier edition published is not hidden again; nobody would unlearn it.
    """
    published = {entry.place for entry in sheet.known}
    shown = [p for p, cell in sheet.cells.items() if not isinstance(cell, Suppressed) and p not in published]
    binding = [place for place in shown if place in exposed.binding] or shown
    order = {place: position for position, place in enumerate(sheet.cells)}
    factor = _factor_of(sheet.model, exposed.target.place)
    return min(
        binding,
        key=lambda place: (_loss(place, _factor_of(sheet.model, place) == factor), sheet.base(place), order[place]),
        default=None,
    )


def _loss(place: Place, near: bool) -> int:
    """How much a reader misses a cell: other aggregations least, then criteria, strata, factors, the overall index."""
    if place.stratum is not None:
        return 3 if near and place.figure is Figure.FACTOR else 4
    match place.figure:
        case Figure.AGGREGATION:
            return 0
        case Figure.CRITERION:
            return 1 if near else 2
        case Figure.FACTOR:
            return 5
        case _:
            return 6


def _factor_of(made: Model, place: Place) -> str | None:
    if place.figure is Figure.FACTOR:
        return place.id
    for factor in made.group.questionnaire.factors:
        if any(criterion.id == place.id for criterion in factor.criteria):
            return factor.id
    return None
