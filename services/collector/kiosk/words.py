"""The words of the kiosk: those of the web form, so that both ask alike, and what only a kiosk has to say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import MappingProxyType

from services.collector.web import language as form
from shared.language import Catalogues, Language, catalogues
from shared.language import reading as shared_reading

PACKAGE = "services.collector.kiosk"


@cache
def known() -> Catalogues:
    """The catalogues by language: a kiosk's word stands before the form's of the same key."""
    theirs, ours = catalogues(form.PACKAGE), catalogues(PACKAGE)
    return MappingProxyType({tag: MappingProxyType({**theirs[tag], **ours[tag]}) for tag in ours if tag in theirs})


def reading(tag: str, others: Iterable[str] = ()) -> Language:
    """The language `tag`, its words from the first of `tag`, `others` and English that has both catalogues."""
    return shared_reading(Language, known(), tag, others)
