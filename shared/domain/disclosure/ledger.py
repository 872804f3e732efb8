"""The ledger against differencing: what earlier editions published, and whether a new one tells it apart from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.disclosure.cells import Cells, Figure, Place
from shared.domain.results import Shown


@dataclass(frozen=True, slots=True)
class Published:
    """A cell that was published: an index, exact where `step` is 0 and rounded to it otherwise, or a bound."""

    survey: str
    edition: int
    place: Place
    base: int
    index: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    step: float = 0.0


def ledger_of(document: Mapping[str, Any]) -> tuple[Published, ...]:
    """All cells with figures in a published edition, in the documented JSON form with its `edition` number."""
    survey, edition = str(document["survey"]), int(document["edition"])
    steps = {
        Place(entry["group"], entry["stratum"], Figure(entry["figure"]), entry["id"]): float(entry["to"])
        for entry in document["method"].get("disclosure", {}).get("rounded", ())
    }
    return tuple(
        Published(
            survey=survey,
            edition=edition,
            place=place,
            base=cell["base"],
            index=cell.get("index"),
            at_least=cell.get("at_least"),
            at_most=cell.get("at_most"),
            step=steps.get(place, 0.0),
        )
        for place, cell in _cells(document)
        if not cell.get("suppressed")
    )


def _cells(document: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for group in document["groups"]:
        yield Place(group["id"], None, Figure.OVERALL), group["overall"]
        for name, cell in group.get("aggregations", {}).items():
            yield Place(group["id"], None, Figure.AGGREGATION, name), cell
        for factor in group["factors"]:
            yield Place(group["id"], None, Figure.FACTOR, factor["id"]), factor
        for criterion in group["criteria"]:
            yield Place(group["id"], None, Figure.CRITERION, criterion["id"]), criterion
        for stratum in group["strata"]:
            yield Place(group["id"], stratum["id"], Figure.OVERALL), stratum["overall"]
            for factor in stratum["factors"]:
                yield Place(group["id"], stratum["id"], Figure.FACTOR, factor["id"]), factor


def isolating(cells: Cells, ledger: Iterable[Published], survey: str, min_base: int) -> list[str]:
    """Why publishing `cells`, unprotected, after `ledger` would tell fewer than `min_base` ballots apart; empty if not.

    A cell whose base moved by fewer ballots than that gives away what those answered. A criterion with the same base
    and another index tells that ballots were exchanged; nothing says how many, so a person must look.
    """
    reasons = []
    for entry in ledger:
        cell = cells.get(entry.place)
        if entry.survey != survey or not isinstance(cell, Shown):
            continue
        moved = abs(cell.base - entry.base)
        if 0 < moved < min_base:
            reasons.append(
                f"{entry.place}: {cell.base} ballots now and {entry.base} in edition {entry.edition}; "
                f"the difference isolates {moved}, fewer than {min_base}"
            )
        elif moved == 0 and entry.place.figure is Figure.CRITERION and contradicts(entry, cell.index):
            reasons.append(
                f"{entry.place}: {cell.base} ballots as in edition {entry.edition}, but another index; "
                "the difference isolates the ballots that were exchanged"
            )
    return reasons


def contradicts(entry: Published, index: float) -> bool:
    """Whether `index` cannot be the figure behind a published cell."""
    if entry.index is not None:
        return abs(entry.index - index) > entry.step / 2 + 1e-6
    low = -1.0 if entry.at_least is None else entry.at_least
    high = 101.0 if entry.at_most is None else entry.at_most
    return not low - 1e-6 <= index <= high + 1e-6


def still_true(ledger: Sequence[Published], cells: Cells, survey: str) -> list[Published]:
    """The entries of `survey` that speak of the same ballots as `cells`, so that a reader may combine the two."""
    kept = []
    for entry in ledger:
        cell = cells.get(entry.place)
        same = entry.survey == survey and isinstance(cell, Shown) and cell.base == entry.base
        if same and isinstance(cell, Shown) and not contradicts(entry, cell.index):
            kept.append(entry)
    return kept
