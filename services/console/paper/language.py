"""The language of printed ballots, invitation slips and entry templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared import language as shared_language

PACKAGE = "services.console.paper"


@dataclass(frozen=True, slots=True)
class Language(shared_language.Language):
    """A language that is printed."""

    def moment(self, at: datetime, timezone: str) -> str:
        """A time and its day as people in `timezone` say them."""
        there = at.astimezone(ZoneInfo(timezone))
        month = self.words["format.months"].split()[there.month - 1]
        return self.word("format.moment", hour=there.hour, minute=there.minute, day=there.day, month=month, year=there.year)

    def listed(self, items: Iterable[str]) -> str:
        """Several things in one sentence: a, b and c."""
        said = list(items)
        return said[0] if len(said) == 1 else self.word("format.and", first=", ".join(said[:-1]), last=said[-1])

    def either(self, items: Iterable[str]) -> str:
        """Several things of which one is meant: a, b or c."""
        said = list(items)
        return said[0] if len(said) == 1 else self.word("format.or", first=", ".join(said[:-1]), last=said[-1])


def language(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue."""
    return shared_language.reading(Language, shared_language.catalogues(PACKAGE), tag, others)
