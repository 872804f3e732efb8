"""The language of the form: its words, and how it tells a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared import language as shared_language

PACKAGE = "services.collector.web"

SITE_LANGUAGES = ("vi", "en")
"""The languages of pages that belong to no survey, the first where none is asked for."""


@dataclass(frozen=True, slots=True)
class Language(shared_language.Language):
    """A language that the form is filled in."""

    def moment(self, at: datetime, timezone: str) -> str:
        """A time and its day as people in `timezone` say them."""
        there = at.astimezone(ZoneInfo(timezone))
        month = self.words["format.months"].split()[there.month - 1]
        return self.word("format.moment", hour=there.hour, minute=there.minute, day=there.day, month=month, year=there.year)


def language(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue."""
    return shared_language.reading(Language, shared_language.catalogues(PACKAGE), tag, others)


def chosen(asked: str | None, tags: Sequence[str]) -> str:
    """The language asked for, or the first where it is none of `tags`."""
    return asked if asked is not None and asked in tags else tags[0]


def own_name(tag: str) -> str:
    """What a language calls itself, or its tag where there is no catalogue to ask."""
    known = shared_language.catalogues(PACKAGE)
    return known[tag]["language.name"] if tag in known else tag
