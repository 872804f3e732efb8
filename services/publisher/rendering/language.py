"""The language that a page is read in: its words, its marks for numbers and dates, and the plan's texts in it.

The words are in `words/<tag>.toml`, one file a language with the same keys. A survey may speak a language for which there
is no catalogue: then the plan's texts stand in it and the page's own words in the first language that has one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from services.publisher.rendering.numbers import band, decimals, marked, rounded
from shared.domain.survey import Texts

LAST_RESORT = "en"
_FOLDER = files("services.publisher.rendering") / "words"


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

    def _picked(self, texts: Texts) -> str:
        return next((tag for tag in (self.tag, self.spoken) if tag in texts), next(iter(texts)))

    def number(self, value: float, places: int = 0) -> str:
        return marked(rounded(value, places), self.words["format.decimal"], self.words["format.thousands"])

    def percent(self, value: float, base: int) -> str:
        """A percentage over `base` ballots, with the decimals that the base allows."""
        return self.word("format.percent", number=self.number(value, decimals(base)))

    def whole_percent(self, value: float) -> str:
        """A percentage that is a setting and not a measurement: with the decimals it needs."""
        return self.word("format.percent", number=self.number(value, 0 if value == round(value) else 1))

    def base(self, base: int) -> str:
        """The number of ballots behind a figure: exact, or its band of ten where it is small."""
        limits = band(base)
        if limits is None:
            return self.number(base)
        low, high = limits
        if low == 0:
            return self.word("format.below", number=high + 1)
        return self.word("format.band", low=low, high=high)

    def date(self, day: datetime) -> str:
        month = self.words["format.months"].split()[day.month - 1]
        return self.word("format.date", day=day.day, month=month, year=day.year)

    def time(self, moment: datetime) -> str:
        return self.word("format.time", hour=moment.hour, minute=moment.minute)


def language(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue."""
    known = catalogues()
    spoken = next((each for each in (tag, *others) if each in known), LAST_RESORT)
    return Language(tag, spoken, known[spoken])


@cache
def catalogues() -> Mapping[str, Mapping[str, str]]:
    """All catalogues by language tag, their tables flattened: `[site] title` is `site.title`."""
    return MappingProxyType(
        {
            file.name.removesuffix(".toml"): MappingProxyType(dict(_flat(tomllib.loads(file.read_text("utf-8")))))
            for file in sorted(_FOLDER.iterdir(), key=lambda file: file.name)
            if file.name.endswith(".toml")
        }
    )


def _flat(tables: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for table, entries in tables.items():
        for key, text in entries.items():
            yield f"{table}.{key}", text
