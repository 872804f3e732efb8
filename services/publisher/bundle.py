"""All files of an edition, by name: what is written at publication, stored with the edition, and served from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.publisher import data
from services.publisher.data import Imprint, data_files
from services.publisher.rendering import documents
from services.publisher.rendering.page import render_page
from services.publisher.rendering.small import render_preview, render_widget
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

    `stored` are the files that the edition has already: the register. Pages are made last and name all others.
    """
    address = imprint.survey(survey.id) if imprint.address else None
    document = {"survey": survey.id, **results}
    made = {**documents.documents(results, survey, address), **data_files(document, survey, stored, imprint)}
    return made | page_files(document, survey, (*made, *stored), imprint)


def page_files(document: Mapping[str, Any], survey: Survey, names: Sequence[str], imprint: Imprint) -> dict[str, bytes]:
    """The page, the widget and the picture of the edition in `document`, in each language of the survey."""
    made: dict[str, bytes] = {}
    for tag in survey.languages:
        made[page_name(tag)] = render_page(document, survey, tag, documents=names, imprint=imprint).encode()
        made[widget_name(tag)] = render_widget(document, survey, tag, imprint).encode()
        made[f"preview-{tag}.png"] = render_preview(document, survey, tag)
    return made


def page_name(tag: str) -> str:
    """The name of the stored results page in a language."""
    return f"page-{tag}.html"


def widget_name(tag: str) -> str:
    """The name of the stored widget in a language."""
    return f"widget-{tag}.html"
