"""The language that a page is read in: its words and the plan's texts in it.

The words are in `words/<tag>.toml`, one file a language with the same keys. A plan may speak a language that has none: its
texts are then shown in that language, among words in the first of the plan's languages that has a catalogue.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from shared.domain.survey import Texts

LAST_RESORT = "en"
SITE_LANGUAGES = ("vi", "en")
"""The languages of pages that belong to no survey, the first where none is asked for."""

_FOLDER = files("services.collector.web") / "words"


@dataclass(frozen=True, slots=True)
class Language:
    """What is needed to write in one language. `tag` is that of the plan's texts, `spoken` that of the words."""

    tag: str
    spoken: str
    words: Mapping[str, str]

    def word(self, key: str, **values: object) -> str:
        """The text of `key` with `values` put in. KeyError for a key that the catalogue does not have."""
        return self.words[key].format(**values)

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


def language(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue."""
    known = catalogues()
    spoken = next((each for each in (tag, *others) if each in known), LAST_RESORT)
    return Language(tag, spoken, known[spoken])


def chosen(asked: str | None, tags: Sequence[str]) -> str:
    """The language asked for, or the first where it is none of `tags`."""
    return asked if asked is not None and asked in tags else tags[0]


def own_name(tag: str) -> str:
    """What a language calls itself, or its tag where there is no catalogue to ask."""
    return catalogues()[tag]["language.name"] if tag in catalogues() else tag


@cache
def catalogues() -> Mapping[str, Mapping[str, str]]:
    """All catalogues by language tag, their tables flattened: `[start] title` is `start.title`."""
    return MappingProxyType(
        {
            file.name.removesuffix(".toml"): MappingProxyType(
                {
                    f"{table}.{key}": text
                    for table, entries in tomllib.loads(file.read_text("utf-8")).items()
                    for key, text in entries.items()
                }
            )
            for file in sorted(_FOLDER.iterdir(), key=lambda file: file.name)
            if file.name.endswith(".toml")
        }
    )
