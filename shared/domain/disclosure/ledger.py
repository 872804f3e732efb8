"""The ledger against differencing: what earlier editions published, and whether a new one tells it apart from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.disclosure.cells import Cells, Figure, Place
from shared.domain.results import Shown
from shared.domain.survey import Aggregation, Survey


@dataclass(frozen=True, slots=True)
class Published:
    """A cell that was published: an index, exact where `step` is 0 and rounded to it otherwise, a bound, or that it is
    hidden, with the reason.

    `rule` is the aggregation of its edition. An overall index stands under `aggregation` and its rule's name, so that
    figures of the same place are the same figure, but for factors pooled in one edition and not in the other.
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


def ledger_of(document: Mapping[str, Any]) -> tuple[Published, ...]:
    """All cells of a published edition, in the documented JSON form with its `edition` number."""
    survey, edition, rule = str(document["survey"]), int(document["edition"]), str(document["method"]["aggregation"])
    steps = {
        Place(entry["group"], entry["stratum"], Figure(entry["figure"]), entry["id"]): float(entry["to"])
        for entry in document["method"].get("disclosure", {}).get("rounded", ())
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
        )
        for place, cell in _cells(document)
    )


def _cells(document: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
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
        elif moved == 0 and contradicts(entry, cell.index):
            reasons.append(
                f"{entry.place}: {cell.base} ballots as in edition {entry.edition}, but another index; "
                "the difference isolates the ballots that were exchanged"
            )
    return reasons


def comparable(entry: Published, rule: str) -> bool:
    """Whether the entry's place means the same figure under `rule`."""
    pooled = Aggregation.POOLED.value
    return entry.place.figure is not Figure.FACTOR or (entry.rule == pooled) == (rule == pooled)


def contradicts(entry: Published, index: float) -> bool:
    """Whether `index` cannot be the figure behind a published cell."""
    if entry.hidden:
        return False
    if entry.index is not None:
        return abs(entry.index - index) > entry.step / 2 + 1e-6
    low = -1.0 if entry.at_least is None else entry.at_least
    high = 101.0 if entry.at_most is None else entry.at_most
    return not low - 1e-6 <= index <= high + 1e-6
