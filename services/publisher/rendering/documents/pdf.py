"""Documents as PDF, set by `templates/document.typ`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from services.publisher.rendering.documents.parts import Document
from shared.typesetting import look_up, typeset

_PACKAGE, _TEMPLATE = "services.publisher", "document.typ"


def pdf(document: Document, made_at: datetime) -> bytes:
    """The document as PDF (PDF/A-2a, tagged, fonts embedded). The same input gives the same bytes."""
    return typeset(_PACKAGE, _TEMPLATE, asdict(document), made_at)


def pages(document: Document) -> int:
    """How many pages the document has in print, that of its last annex where it has annexes."""
    return int(look_up(_PACKAGE, _TEMPLATE, asdict(document), "pages"))
