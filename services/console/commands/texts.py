"""Texts that a person gives on the command line, in the languages of a survey's plan."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from services.console.commands.common import Refused
from shared.domain.survey import Survey

LONGEST = 5_000
"""Characters of one text, as in a plan."""


def texts_of(survey: Survey, option: str, first: str, others: Iterable[str]) -> dict[str, str]:
    """`first` in the plan's first language, and what `others` (`LANG=TEXT`) say in further ones. Raises Refused."""
    found = {survey.language: _text(option, first)}
    for other in others:
        tag, separator, text = other.partition("=")
        if not separator or tag not in survey.languages:
            raise Refused(f"{option}-in {other}: expected LANG=TEXT with one of {', '.join(survey.languages)}")
        found[tag] = _text(f"{option}-in {tag}", text)
    return found


def _text(option: str, text: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if not clean or len(clean) > LONGEST:
        raise Refused(f"{option}: expected a text of 1 to {LONGEST:,} characters")
    return clean
