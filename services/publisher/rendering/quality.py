"""Figures on the quality of measurement (`shared.domain.assessment`) as tables, each with its caution and with why parts of it
are missing; and where to improve first, as a map with the table that says the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from services.publisher.rendering.language import Language
from services.publisher.rendering.quadrant_map import Dot, quadrant_map
from shared.domain.quality import Quadrant
from shared.domain.results import Cell, GroupResult, Shown

CORNERS = (Quadrant.OVERKILL, Quadrant.KEEP_UP, Quadrant.LOW_PRIORITY, Quadrant.CONCENTRATE)
"""The quadrants as they lie on the map: top left, top right, bottom left, bottom right."""


@dataclass(frozen=True, slots=True)
class QualityTable:
    """One kind of figure: its title, its caution, (what, value) as read, and why what is missing is missing."""

    title: str
    caution: str
    rows: tuple[tuple[str, str], ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Priority:
    """A factor on the map: its number there, its name, importance and index as read, and the name of its quadrant."""

    number: int
    name: str
    importance: str
    index: str
    quadrant: str
    first: bool


@dataclass(frozen=True, slots=True)
class Priorities:
    """Where to improve first: the map and its rows, the quadrants in order of urgency; or why there is none."""

    chart: Markup
    rows: tuple[Priority, ...]
    missing: str = ""


def quality_missing(group: GroupResult, language: Language) -> str:
    """Why nothing at all is said of the group's measurement; empty where something is."""
    quality = group.quality
    if "all" not in quality.get("missing", {}):
        return ""
    return language.word("quality.too_few", number=language.number(quality["least_ballots"]))


def quality_tables(group: GroupResult, language: Language) -> tuple[QualityTable, ...]:
    """The tables of the quality figures that the group has."""
    names = _names(group, language)
    found = group.quality
    missing = found.get("missing", {})
    tables = [
        _table("alpha", tuple(_alphas(found, names, language)), language, _why(missing.get("alpha"), names, language)),
        _table("straight_lines", tuple(_count(found.get("straight_lines"), language)), language),
        _table(
            "many_without_opinion",
            tuple((names.get(id_, id_), _rate(group, id_, language)) for id_ in found.get("many_without_opinion", ())),
            language,
        ),
        _table("importance", tuple(_importance(found, names, language)), language),
    ]
    return tuple(table for table in tables if table.rows)


def priorities(group: GroupResult, language: Language) -> Priorities | None:
    """The map of importance and performance; None where the group has no quality figures at all."""
    quadrants, weights = group.quality.get("quadrants"), group.quality.get("importance")
    if not quadrants or not weights:
        reason = group.quality.get("missing", {}).get("importance")
        said = language.word("quality.no_map", reason=language.word_or(f"missing.{reason}", "")) if reason else ""
        return Priorities(Markup(), (), said) if said else None
    names, cells = _names(group, language), {factor.id: factor.cell for factor in group.factors}
    numbers = {id_: number for number, id_ in enumerate(quadrants, 1)}
    rows = [
        Priority(
            numbers[id_],
            names[id_],
            language.percent(100 * weights[id_], group.ballots),
            _index(cells[id_], language),
            language.word(f"quality.{quadrant}"),
            quadrant == Quadrant.CONCENTRATE,
        )
        for id_, quadrant in sorted(quadrants.items(), key=lambda pair: _urgency(pair[1]))
    ]
    dots = [Dot(numbers[id_], weights[id_], _level(cells[id_]), quadrants[id_] == Quadrant.CONCENTRATE) for id_ in quadrants]
    title = language.word("quality.map_title", group=language.pick(group.title))
    described = " ".join(f"{row.number}. {row.name}: {row.quadrant}." for row in sorted(rows, key=lambda row: row.number))
    corners = tuple(language.word(f"quality.{corner.value}") for corner in CORNERS)
    axes = (language.word("quality.more_important"), language.word("quality.more_satisfied"))
    return Priorities(quadrant_map(f"map-{group.id}", (title, described), dots, corners, axes), tuple(rows))


def _urgency(quadrant: str) -> int:
    order = (Quadrant.CONCENTRATE, Quadrant.KEEP_UP, Quadrant.LOW_PRIORITY, Quadrant.OVERKILL)
    return [each.value for each in order].index(quadrant)


def _names(group: GroupResult, language: Language) -> dict[str, str]:
    texts = {factor.id: factor.title for factor in group.factors} | {c.id: c.text for c in group.criteria}
    return {id_: language.pick(text) for id_, text in texts.items()}


def _table(kind: str, rows: tuple[tuple[str, str], ...], language: Language, missing: str = "") -> QualityTable:
    return QualityTable(language.word(f"quality.{kind}"), language.word(f"quality.{kind}_caution"), rows, missing)


def _alphas(found: Mapping[str, Any], names: Mapping[str, str], language: Language) -> Iterator[tuple[str, str]]:
    for id_, value in found.get("alpha", {}).items():
        yield names.get(id_, id_), language.word("figure.absent") if value is None else language.number(value, 2)


def _why(missing: Mapping[str, str] | None, names: Mapping[str, str], language: Language) -> str:
    """Why the figures of some factors are missing, in one line."""
    said = {id_: language.word_or(f"missing.{why}", why) for id_, why in (missing or {}).items()}
    return "; ".join(f"{names.get(id_, id_)}: {why}" for id_, why in said.items())


def _count(told: Mapping[str, int] | None, language: Language) -> Iterator[tuple[str, str]]:
    for kind, number in (told or {}).items():
        value = language.number(number) if kind == "count" else language.word(f"quality.{kind}", number=language.number(number))
        yield language.word("quality.straight_lines"), value


def _rate(group: GroupResult, criterion: str, language: Language) -> str:
    rates = {c.id: c.no_opinion for c in group.criteria}
    rate = rates.get(criterion)
    return language.word("figure.absent") if rate is None else language.percent(rate, group.ballots)


def _importance(found: Mapping[str, Any], names: Mapping[str, str], language: Language) -> Iterator[tuple[str, str]]:
    ballots = found.get("importance_ballots") or 0
    for id_, weight in (found.get("importance") or {}).items():
        yield names.get(id_, id_), language.percent(100 * weight, ballots)
    if found.get("r_squared") is not None:
        yield language.word("quality.r_squared"), language.whole_percent(round(100 * found["r_squared"]))


def _index(cell: Cell, language: Language) -> str:
    return language.percent(cell.index, cell.base) if isinstance(cell, Shown) else language.word("figure.absent")


def _level(cell: Cell) -> float:
    return cell.index if isinstance(cell, Shown) else 0.0
