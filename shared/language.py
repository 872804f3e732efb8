"""The language that pages and papers are read in: its words from a catalogue, and the plan's texts in it.

A package keeps its catalogues as `words/<tag>.toml`, one file a language with the same keys; adding a language is adding a
file. A survey may speak a language for which there is no catalogue: then the plan's texts stand in it, among words of the
first of the plan's languages that has one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from shared.domain.survey import Texts

Catalogues = Mapping[str, Mapping[str, str]]

LAST_RESORT = "en"

SITE_LANGUAGES = ("vi", "en")
"""The languages of pages that belong to no survey, the first where none is asked for."""


@dataclass(frozen=True, slots=True)
class Language:
    """What is needed to write in one language. `tag` is that of the plan's texts, `spoken` that of the words."""

    tag: str
    spoken: str
    words: Mapping[str, str]

    def word(self, key: str, **values: object) -> str:
        """The text of `key` with `values` put in. KeyError for a key that the catalogue does not have."""
        return self.words[key].format(**values)

    def word_or(self, key: str, otherwise: str) -> str:
        """The text of `key`, or `otherwise` where the catalogue has none: for ids that come with the data."""
        return self.words.get(key, otherwise)

    def pick(self, texts: Texts) -> str:
        """A text of the plan in this language, or in the first it has."""
        return texts[self._picked(texts)]

    def say(self, texts: Texts) -> Markup:
        """`pick` for HTML: escaped, and marked with its language where that is not the page's."""
        tag = self._picked(texts)
        text = escape(texts[tag])
        return text if tag == self.spoken else Markup('<span lang="{}">{}</span>').format(tag, text)

    def moment(self, at: datetime, timezone: str) -> str:
        """A time and its day as people in `timezone` say them."""
        there = at.astimezone(ZoneInfo(timezone))
        month = self.words["format.months"].split()[there.month - 1]
        return self.word("format.moment", hour=there.hour, minute=there.minute, day=there.day, month=month, year=there.year)

    def _picked(self, texts: Texts) -> str:
        return next((tag for tag in (self.tag, self.spoken) if tag in texts), next(iter(texts)))


L = TypeVar("L", bound=Language)


def reading(kind: type[L], known: Catalogues, tag: str, others: Iterable[str] = ()) -> L:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue in `known`."""
    spoken = next((each for each in (tag, *others) if each in known), LAST_RESORT)
    return kind(tag, spoken, known[spoken])


def chosen(asked: str | None, tags: Sequence[str]) -> str:
    """The language asked for, or the first where it is none of `tags`."""
    return asked if asked is not None and asked in tags else tags[0]


@cache
def catalogues(package: str) -> Catalogues:
    """All catalogues of a package by language tag, their tables flattened: `[site] title` is `site.title`."""
    folder = files(package) / "words"
    return MappingProxyType(
        {
            file.name.removesuffix(".toml"): MappingProxyType(dict(_flat(tomllib.loads(file.read_text("utf-8")))))
            for file in sorted(folder.iterdir(), key=lambda file: file.name)
            if file.name.endswith(".toml")
        }
    )


def _flat(tables: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for table, entries in tables.items():
        for key, text in entries.items():
            yield f"{table}.{key}", text
