"""The ledger against differencing: what earlier editions published, and whether a new one tells it apart from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.disclosure.cells import Cells, Figure, Place
from shared.domain.results import Shown
from shared.domain.survey import Aggregation, Group, Survey

Populations = tuple[tuple[str, int | None], ...]
"""Each stratum of a group with its population."""


@dataclass(frozen=True, slots=True)
class Published:
    """A cell that was published: an index, exact where `step` is 0 and rounded to it otherwise, a bound, or that it is
    hidden, with the reason.

    `rule` is the aggregation of its edition. An overall index stands under `aggregation` and its rule's name, so that
    figures of the same place are the same figure, but for factors pooled in one edition and not in the other.
    `populations` are those that its edition stated for the group's strata: what the strata's ballots weighed.
    """

    survey: str
    edition: int
    rule: str
    place: Place
    base: int
    index: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    step: float = 0.0
    hidden: str | None = None
    populations: Populations | None = None
    bounds: bool = False

    @property
    def population(self) -> int:
        """N of the group as its edition stated it; 0 where it is not known."""
        return sum(size or 0 for _, size in self.populations or ())


def populations_of(strata: Iterable[tuple[str, int | None]]) -> Populations:
    """The stated populations of a group's strata, None for each where one of them is not known: then nothing is weighed."""
    found = tuple(strata)
    return tuple((id_, None) for id_, _ in found) if any(size is None for _, size in found) else found


def ledger_of(document: Mapping[str, Any]) -> tuple[Published, ...]:
    """All cells of a published edition, in the documented JSON form with its `edition` number."""
    survey, edition, rule = str(document["survey"]), int(document["edition"]), str(document["method"]["aggregation"])
    steps = {
        Place(entry["group"], entry["stratum"], Figure(entry["figure"]), entry["id"]): float(entry["to"])
        for entry in document["method"].get("disclosure", {}).get("rounded", ())
    }
    populations = {
        group["id"]: populations_of((stratum["id"], stratum["population"]) for stratum in group["strata"])
        for group in document["groups"]
    }
    return tuple(
        Published(
            survey=survey,
            edition=edition,
            rule=rule,
            place=by_rule(place, rule),
            base=cell.get("base", 0),
            index=cell.get("index"),
            at_least=cell.get("at_least"),
            at_most=cell.get("at_most"),
            step=steps.get(place, 0.0),
            hidden=cell["reason"] if cell.get("suppressed") else None,
            populations=populations[place.group],
            bounds=bool(cell.get("bounds")),
        )
        for place, cell in cells_in(document)
    )


def cells_in(document: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every figure of published results with its place, in their order; the plan's own aggregation is the overall index."""
    for group in document["groups"]:
        yield Place(group["id"], None, Figure.OVERALL), group["overall"]
        others = {n: cell for n, cell in group["aggregations"].items() if n != document["method"]["aggregation"]}
        for name, cell in others.items():
            yield Place(group["id"], None, Figure.AGGREGATION, name), cell
        for factor in group["factors"]:
            yield Place(group["id"], None, Figure.FACTOR, factor["id"]), factor
        for criterion in group["criteria"]:
            yield Place(group["id"], None, Figure.CRITERION, criterion["id"]), criterion
        for stratum in group["strata"]:
            yield Place(group["id"], stratum["id"], Figure.OVERALL), stratum["overall"]
            for factor in stratum["factors"]:
                yield Place(group["id"], stratum["id"], Figure.FACTOR, factor["id"]), factor


def by_rule(place: Place, rule: str) -> Place:
    """The place with an overall index named by its rule of aggregation."""
    return place._replace(figure=Figure.AGGREGATION, id=rule) if place.figure is Figure.OVERALL else place


def isolating(cells: Cells, ledger: Iterable[Published], survey: Survey) -> list[str]:
    """Why publishing `cells`, unprotected, after `ledger` would tell too few ballots apart; empty if it would not.

    A cell whose base moved by fewer than the survey's `min_base` ballots gives away what those answered. A figure with
    the same base and another index tells that ballots were exchanged; nothing says how many, so a person must look.
    An index that was weighed by other populations is another figure of the same ballots: it is left to the audit.
    """
    rule, least = survey.method.aggregation.value, survey.method.min_base
    now = {by_rule(place, rule): cell for place, cell in cells.items()}
    reasons = []
    for entry in ledger:
        cell = now.get(entry.place)
        if entry.survey != survey.id or entry.hidden or not isinstance(cell, Shown) or not comparable(entry, rule):
            continue
        moved = abs(cell.base - entry.base)
        if 0 < moved < least:
            reasons.append(
                f"{entry.place}: {cell.base} ballots now and {entry.base} in edition {entry.edition}; "
                f"the difference isolates {moved}, fewer than {least}"
            )
        elif moved == 0 and weighed_alike(entry, survey.group(entry.place.group)) and contradicts(entry, cell.index):
            reasons.append(
                f"{entry.place}: {cell.base} ballots as in edition {entry.edition}, but another index; "
                "the difference isolates the ballots that were exchanged"
            )
    return reasons


def comparable(entry: Published, rule: str) -> bool:
    """Whether the entry's place means the same figure under `rule`."""
    pooled = Aggregation.POOLED.value
    return entry.place.figure is not Figure.FACTOR or (entry.rule == pooled) == (rule == pooled)


def weighed_alike(entry: Published, group: Group) -> bool:
    """Whether the entry's figure weighed the strata of `group` as its plan does now."""
    if entry.populations is None or entry.place.stratum is not None:
        return True
    return entry.populations == populations_of((stratum.id, stratum.population) for stratum in group.strata)


def contradicts(entry: Published, index: float) -> bool:
    """Whether `index` cannot be the figure behind a published cell."""
    if entry.hidden:
        return False
    if entry.index is not None:
        return abs(entry.index - index) > entry.step / 2 + 1e-6
    low = -1.0 if entry.at_least is None else entry.at_least
    high = 101.0 if entry.at_most is None else entry.at_most
    return not low - 1e-6 <= index <= high + 1e-6
