"""All files of an edition, by name: what is written at publication, stored with the edition, and served from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.publisher import data
from services.publisher.data import Imprint, data_files
from services.publisher.rendering import documents
from shared.domain.survey import Survey
from shared.store.editions import File

_MEDIA_TYPES = {
    **documents.MEDIA_TYPES,
    **data.MEDIA_TYPES,
    "html": "text/html; charset=utf-8",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}


def media_type(name: str) -> str:
    """The media type of a file of an edition, by the end of its name. KeyError for an end that none has."""
    return _MEDIA_TYPES[name.rpartition(".")[2]]


def edition_files(results: Mapping[str, Any], survey: Survey, stored: Mapping[str, File], imprint: Imprint) -> dict[str, bytes]:
    """The files that are made from `results`: the edition in the API's form, with its number and time.

    `stored` are the files that the edition has already: the register.
    """
    address = imprint.survey(survey.id) if imprint.address else None
    return {**documents.documents(results, survey, address), **data_files(results, survey, stored, imprint)}
