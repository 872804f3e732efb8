"""What has to be hidden beside the primary cells: the audit's facts and targets for a sheet, and what to hide next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from shared.domain.disclosure.audit import Exposed, Fact, Region, Target, Witnesses, first_exposed
from shared.domain.disclosure.cells import Figure, Place
from shared.domain.disclosure.ledger import Populations, Published, comparable, contradicts, weighed_alike
from shared.domain.disclosure.limits import bound_fact
from shared.domain.disclosure.model import Model, Vector
from shared.domain.disclosure.rules import rounded
from shared.domain.disclosure.sheet import Sheet, bound_unanimity, hide_complements, is_hidden
from shared.domain.results import Bounded, Cell, Shown, Suppressed
from shared.domain.survey import Aggregation

TRIALS = 24
"""How many cells are tried before one is hidden that does not mend everything alone."""


def audit(sheet: Sheet) -> None:
    """P6: hide further cells, those that tell least first, until a reader is left three values of all that is hidden.

    In an open group only figures of strata are hidden for it. Where that is not enough, the group's own figures tell what is
    bounded, as they may; but if a figure of a stratum is hidden for its small base, the group is closed.
    """
    before_audit, decisions = dict(sheet.cells), len(sheet.decisions)
    left = _hide_until_safe(sheet)
    if left is not None and sheet.is_open:
        sheet.cells = dict(before_audit)
        del sheet.decisions[decisions:]
        if not sheet.hides_figures:
            return
        sheet.closed = True
        bound_unanimity(sheet)
        left = _hide_until_safe(sheet)
    if left is not None:
        sheet.refusals.append(
            f"{left.target.name} can be told to lie between {left.low:.2f} and {left.high:.2f} "
            f"of {left.target.size:g} from what is published, and nothing is left to hide"
        )


def _hide_until_safe(sheet: Sheet) -> Exposed | None:
    """Hide cells until nothing hidden is exposed; what still is when nothing is left to hide, None otherwise."""
    witnesses = Witnesses([sheet.model.answers])
    while True:
        region = Region(list(facts(sheet)), sheet.model.limits)
        exposed = first_exposed(region, targets(sheet), witnesses)
        if exposed is None:
            return None
        place = _next_to_hide(sheet, exposed)
        if place is None:
            return exposed
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
    yield from sheet.known


@dataclass(frozen=True)
class Before:
    """What earlier editions tell of a group's ballots: facts, the figures they showed, those they hid and why.

    `exchanged` names figures that were weighed otherwise and cannot be of the ballots as they are now.
    """

    facts: tuple[Fact, ...]
    shown: frozenset[Place]
    hidden: Mapping[Place, str]
    exchanged: tuple[str, ...] = ()


def before(made: Model, ledger: Sequence[Published]) -> Before:
    """What the editions in `ledger`, all of one survey, tell of the group.

    What contradicts the answers as they are now was said of other ballots; so was all that its edition hid.
    """
    forms = _Editions(made)
    entries = [(e, f) for e in ledger if e.place.group == made.group.id and (f := forms.model(e).form(e.place)) is not None]
    other = {entry.edition for entry, form in entries if contradicts(entry, float(form @ made.answers))}
    told: list[Fact] = []
    shown, hidden, exchanged = set(), {}, []
    for entry, form in entries:
        place, alike = _now(entry.place, made.aggregation), weighed_alike(entry, made.group)
        if entry.hidden:
            if entry.edition not in other and comparable(entry, made.aggregation.value):
                hidden[place] = entry.hidden
        elif not contradicts(entry, float(form @ made.answers)):
            told += forms.told(entry, form)
            if alike and entry.index is not None and comparable(entry, made.aggregation.value):
                shown.add(place)
        elif not alike:
            exchanged.append(
                f"{entry.place}: what edition {entry.edition} said by other populations is not what these ballots give; "
                "the difference isolates the ballots that were exchanged"
            )
    hidden = {place: why for place, why in hidden.items() if place not in shown}
    return Before(tuple(told), frozenset(shown), hidden, tuple(exchanged))


def hide_again(sheet: Sheet, hidden: Mapping[Place, str]) -> None:
    """P5: what an edition about the same ballots hid stays hidden, so that the two do not complete each other."""
    for place, reason in hidden.items():
        if isinstance(sheet.cells.get(place), Shown | Bounded):
            sheet.hide(place, "P5", reason, "hidden in an earlier edition about the same ballots")
    hide_complements(sheet)
    bound_unanimity(sheet)


class _Editions:
    """The group's model as each edition had it: under its rule, and weighed by its populations."""

    def __init__(self, made: Model) -> None:
        self._made = made
        self._models: dict[tuple[str, Populations | None], Model] = {}

    def model(self, entry: Published) -> Model:
        key = (entry.rule, entry.populations)
        if key not in self._models:
            self._models[key] = self._made.under(Aggregation(entry.rule)).weighed_by(entry.populations)
        return self._models[key]

    def told(self, entry: Published, form: Vector) -> Iterator[Fact]:
        """What a figure that fits the answers tells of them: itself, and its lower bound where it has one."""
        made = self.model(entry)
        yield _told(entry, form, made)
        limit = bound_fact(made, entry.place, entry.population) if entry.bounds and entry.place.stratum is None else None
        if limit is not None:
            yield limit


def _now(place: Place, rule: Aggregation) -> Place:
    """The place in today's cells, where the overall index under today's rule has a name of its own."""
    return place._replace(figure=Figure.OVERALL, id="") if place.id == rule.value else place


def _told(entry: Published, form: Vector, made: Model) -> Fact:
    if entry.index is None:
        return _bounded(entry.place, form, entry.at_least, entry.at_most)
    return _shown(entry.place, form, float(form @ made.answers), entry.step)


def _bounded(place: Place, form: Vector, at_least: float | None, at_most: float | None) -> Fact:
    return Fact(place, form, -inf if at_least is None else at_least, inf if at_most is None else at_most)


def _shown(place: Place, form: Vector, index: float, step: float) -> Fact:
    told_as = rounded(index, step)
    return Fact(place, form, told_as - step / 2, told_as + step / 2)


def targets(sheet: Sheet) -> Iterator[Target]:
    """All that must stay hidden: the cells not shown exactly, and behind a hidden figure of a stratum its criteria."""
    seen: set[str] = set()
    is_open = sheet.is_open
    for place, cell in sheet.cells.items():
        if place in sheet.shown_before or not (is_hidden(cell) or isinstance(cell, Bounded)):
            continue
        if is_open and place.stratum is None:
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
    if place.stratum is None or isinstance(cell, Bounded) or sheet.is_open:
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
    """The cell to hide next, of those that bind the exposed interval, or of all if none does.

    It is the least missed that mends the interval alone and is not told by others itself; or else the one that widens
    the interval most, in the same factor if any there does; or else one that combines many criteria. What an earlier
    edition published is not hidden again; nobody would unlearn it.
    """
    shown = [p for p, cell in sheet.cells.items() if not isinstance(cell, Suppressed) and p not in sheet.shown_before]
    if sheet.is_open:
        # Hiding a stratum's overall index would hide the whole stratum; what binds nothing would not help.
        shown = [p for p in shown if p.stratum is not None and p.figure is Figure.FACTOR and p in exposed.binding]
    order = {place: position for position, place in enumerate(sheet.cells)}
    factor = _factor_of(sheet.model, exposed.target.place)

    def loss(place: Place) -> tuple[int, int, int]:
        return _loss(place, _factor_of(sheet.model, place) == factor), sheet.base(place), order[place]

    binding = sorted((place for place in shown if place in exposed.binding), key=loss) or sorted(shown, key=loss)
    trials = []
    for place in binding[:TRIALS]:
        trial = _trial(sheet, place, exposed.target)
        if trial.mends and trial.holds:
            return place
        trials.append((place, trial))
    holding = [(place, trial) for place, trial in trials if trial.holds]
    wider = [(place, trial) for place, trial in holding if trial.width > 1.1 * (exposed.high - exposed.low)]
    near = [(place, trial) for place, trial in wider if _factor_of(sheet.model, place) == factor]
    if near or wider:
        return max(near or wider, key=lambda pair: pair[1].width)[0]
    # Several figures say the same; those that combine most criteria, but for the overall index, leave the most behind.
    rank = [Figure.AGGREGATION, Figure.FACTOR, Figure.CRITERION, Figure.OVERALL]
    return min(binding, key=lambda place: rank.index(place.figure), default=None)


@dataclass(frozen=True)
class _Trial:
    """What hiding a cell would do: whether it `mends` the target, how wide the target's interval is then, and whether
    it `holds`: whether the cell itself is safe."""

    mends: bool
    holds: bool
    width: float


def _trial(sheet: Sheet, place: Place, target: Target) -> _Trial:
    cell, hidden = sheet.cells[place], Suppressed("audit")
    sheet.cells[place] = hidden
    region = Region(list(facts(sheet)), sheet.model.limits)
    sheet.cells[place] = cell
    met = Witnesses([sheet.model.answers])
    mends = first_exposed(region, [target], met) is None
    low, high = met.spread(target)
    return _Trial(mends, first_exposed(region, _targets_at(sheet, place, hidden), met) is None, high - low)


def _loss(place: Place, near: bool) -> int:
    """How much a reader misses a cell: criteria least, then strata, other aggregations, factors, the overall index."""
    if place.stratum is not None:
        return 3 if near and place.figure is Figure.FACTOR else 4
    match place.figure:
        case Figure.CRITERION:
            return 1 if near else 2
        case Figure.AGGREGATION:
            return 5
        case Figure.FACTOR:
            return 6
        case _:
            return 7


def _factor_of(made: Model, place: Place) -> str | None:
    if place.figure is Figure.FACTOR:
        return place.id
    for factor in made.group.questionnaire.factors:
        if any(criterion.id == place.id for criterion in factor.criteria):
            return factor.id
    return None
