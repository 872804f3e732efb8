"""All files of an edition, by name: what is written at publication, stored with the edition, and served from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.publisher.rendering.documents import documents
from services.publisher.rendering.documents import media_type as document_type
from shared.domain.survey import Survey
from shared.store.editions import File

_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
}


def media_type(name: str) -> str:
    """The media type of a file of an edition, by the end of its name. KeyError for an end that none has."""
    return _MEDIA_TYPES.get(name.rpartition(".")[2]) or document_type(name)


def edition_files(results: Mapping[str, Any], survey: Survey, stored: Mapping[str, File], address: str) -> dict[str, bytes]:
    """The files that are made from `results`: the edition in the API's form, with its number and time.

    `stored` are the files that the edition has already: the register. `address` is the public site's, empty where it is not
    known.
    """
    del stored
    return {**documents(results, survey, f"{address}/surveys/{survey.id}" if address else None)}
