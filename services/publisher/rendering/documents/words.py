"""The language of documents: the page's words and, beside them, those that only documents need (`words/<tag>.toml`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import MappingProxyType

from services.publisher.rendering.language import PACKAGE, Language
from shared import language as shared_language

_OWN = "services.publisher.rendering.documents"


@cache
def _catalogues() -> shared_language.Catalogues:
    page, own = shared_language.catalogues(PACKAGE), shared_language.catalogues(_OWN)
    return MappingProxyType({tag: MappingProxyType({**page[tag], **own[tag]}) for tag in own if tag in page})


def reader(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag` for documents, its words from the first of `tag`, `others` and English that has a catalogue."""
    return shared_language.reading(Language, _catalogues(), tag, others)


def tags(languages: Iterable[str]) -> list[str]:
    """The languages that documents are made in: Vietnamese first, then those of the plan that have a catalogue."""
    return list(dict.fromkeys(["vi", *(tag for tag in languages if tag in _catalogues())]))


def uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str], mark: str = "-") -> list[str]:
    """The items of a list as Decree 30 writes them: a mark before, a semicolon after, a full stop after the last."""
    items = [item.rstrip(".;") for item in items]
    return [f"{mark} {item}{';' if n < len(items) else '.'}" for n, item in enumerate(items, 1)]
