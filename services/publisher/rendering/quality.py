"""Figures on the quality of measurement (`shared.domain.quality.to_json`) as tables, each with its caution.

A kind of figure becomes a table by its shape alone: a number, numbers or words by name, or a list of names. Its title and its
caution are `quality.<kind>` and `quality.<kind>_caution` in the catalogues; a kind that has none is not shown.
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
    texts = {factor.id: factor.title for factor in group.factors} | {c.id: c.text for c in group.criteria}
    names = {id_: language.pick(text) for id_, text in texts.items()}
    tables = []
    for kind, value in group.quality.items():
        if f"quality.{kind}_caution" in language.words:
            title = language.word(f"quality.{kind}")
            rows = tuple(_rows(title, value, names, language))
            if rows:
                tables.append(QualityTable(title, language.word(f"quality.{kind}_caution"), rows))
    return tuple(tables)


def _rows(title: str, value: Any, names: Mapping[str, str], language: Language) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield names.get(key, key), _said(inner, language)
    elif isinstance(value, (list, tuple)):
        for key in value:
            yield names.get(key, key), language.word("quality.yes")
    elif value is not None:
        yield title, _said(value, language)


def _said(value: Any, language: Language) -> str:
    """A count as it is, any other number with two decimals, a word in words, and a dash where nothing can be said."""
    if isinstance(value, str):
        return language.word_or(f"quality.{value}", value)
    if isinstance(value, float):
        return language.number(value, 2)
    return language.number(value) if isinstance(value, int) else language.word("figure.absent")
