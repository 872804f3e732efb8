"""Figures on the quality of measurement as tables, each with its caution.

A kind of figure becomes a table by its shape alone: a number, or numbers by name, one level of names deeper at most. Its
title and caution are `quality.<kind>` and `quality.<kind>_caution` in the catalogues; one that has none is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.publisher.rendering.language import Language
from shared.domain.results import GroupResult


@dataclass(frozen=True, slots=True)
class QualityTable:
    """One kind of figure: its title, its caution, and (what, value) as read."""

    title: str
    caution: str
    rows: tuple[tuple[str, str], ...]


def quality_tables(group: GroupResult, language: Language) -> tuple[QualityTable, ...]:
    """The tables of all kinds of quality figures that the group has and the catalogue knows."""
    names = {factor.id: language.pick(factor.title) for factor in group.factors}
    return tuple(
        QualityTable(
            language.word(f"quality.{kind}"),
            language.word(f"quality.{kind}_caution"),
            tuple(_rows(value, names, language)),
        )
        for kind, value in group.quality.items()
        if f"quality.{kind}" in language.words and value not in (None, {})
    )


def _rows(value: Any, names: Mapping[str, str], language: Language, what: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = names.get(key) or language.word_or(f"quality.{key}", key)
            yield from _rows(inner, names, language, f"{what} – {name}" if what else name)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        yield what, language.number(value)
    elif isinstance(value, float):
        yield what, language.number(value, 2)
