"""The language of the public site and its documents: its words, and its marks for numbers and dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 -- `date` is a method here
from datetime import datetime

from services.publisher.rendering.numbers import band, decimals, marked, rounded
from shared import language as shared_language

PACKAGE = "services.publisher.rendering"


@dataclass(frozen=True, slots=True)
class Language(shared_language.Language):
    """A language that figures are written in."""

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

    def date(self, day: Date) -> str:
        month = self.words["format.months"].split()[day.month - 1]
        return self.word("format.date", day=day.day, month=month, year=day.year)

    def time(self, moment: datetime) -> str:
        return self.word("format.time", hour=moment.hour, minute=moment.minute)


def language(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue."""
    return shared_language.reading(Language, shared_language.catalogues(PACKAGE), tag, others)
