"""What differs between two editions of a survey, figure by figure: the list that a correction is published with.

Both editions are public, so the list tells nothing that a reader could not find by laying one beside the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.domain.disclosure.cells import Figure
from shared.domain.disclosure.ledger import cells_in

Json = Mapping[str, Any]

Key = tuple[str | None, ...]

ABSENT: Json = {"absent": True}
"""Stands for a figure that one of the editions does not have."""

_CELL = ("index", "low", "high", "base", "census", "bounds", "at_least", "at_most", "suppressed", "reason")
_NAMES = ("group", "stratum", "figure", "id", "choice")


def changes(before: Json, after: Json) -> list[dict[str, Any]]:
    """The figures that are not the same in two editions' results, each with what it was and what it is."""
    old, new = dict(_figures(before)), dict(_figures(after))
    return [
        {**dict(zip(_NAMES, key, strict=True)), "before": dict(old.get(key, ABSENT)), "after": dict(new.get(key, ABSENT))}
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]


def _figures(results: Json) -> Iterator[tuple[Key, Json]]:
    for place, cell in cells_in(results):
        if place.figure is not Figure.AGGREGATION:
            yield (place.group, place.stratum, place.figure.value, place.id, None), _cell(cell)
    if "pooled" in results:
        yield (None, None, "composite", "", None), _cell(results["pooled"])
    for group in results["groups"]:
        for rule, cell in group["aggregations"].items():
            yield (group["id"], None, Figure.AGGREGATION.value, rule, None), _cell(cell)
        for question in group["questions"]:
            for choice in question["choices"]:
                yield (group["id"], None, "choice", question["id"], choice["id"]), {"share": choice["share"]}
    for row in results["comparison"]:
        yield (row["group"], row.get("stratum"), "comparison", row["id"], None), _verdict(row)


def _cell(cell: Json) -> Json:
    return {name: cell[name] for name in _CELL if name in cell}


def _verdict(row: Json) -> Json:
    return {
        name: row[name] for name in ("verdict", "difference", "low", "high", "break", "suppressed", "reason") if name in row
    }
