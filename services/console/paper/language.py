"""The language of printed ballots, invitation slips and entry templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared import language as shared_language

PACKAGE = "services.console.paper"


@dataclass(frozen=True, slots=True)
class Language(shared_language.Language):
    """A language that is printed."""

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
