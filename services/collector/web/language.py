"""The language of the form: its words, and what each language calls itself."""

from __future__ import annotations

from collections.abc import Iterable

from shared.language import Language, catalogues, reading

PACKAGE = "services.collector.web"


def language(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has a catalogue."""
    return reading(Language, catalogues(PACKAGE), tag, others)


def own_name(tag: str) -> str:
    """What a language calls itself, or its tag where there is no catalogue to ask."""
    known = catalogues(PACKAGE)
    return known[tag]["language.name"] if tag in known else tag
