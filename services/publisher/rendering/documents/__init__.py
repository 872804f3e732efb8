"""The documents of an edition: made once from its figures, laid out for print and for a word processor."""

from __future__ import annotations

from collections.abc import Mapping

from services.publisher.rendering.edition import Json
from services.publisher.rendering.notice import render_notice
from shared.domain.survey import Survey

MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def documents(document: Json, survey: Survey, address: str | None = None) -> Mapping[str, bytes]:
    """The documents of the edition in `document`, by file name. The same input gives the same bytes.

    `address` is where people find the results, None where that is not known.
    """
    return {"notice.pdf": render_notice(document, survey, address)}


def media_type(name: str) -> str:
    """The media type of a document by its name. KeyError for a name that no document has."""
    return MEDIA_TYPES[name.rpartition(".")[2]]
