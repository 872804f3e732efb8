"""The data files of an edition: what people and portals take away to compute with. Pure: no clock, store or network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from services.publisher.data.observations import Json, observations
from services.publisher.data.package import LICENCES, Imprint, data_package, dcat_file
from services.publisher.data.table import csv_file
from services.publisher.data.workbook import Words, workbook
from services.publisher.rendering import sentences
from services.publisher.rendering.edition import read_edition
from services.publisher.rendering.method import notes
from shared.domain.survey import Survey
from shared.store.editions import File

__all__ = ["MEDIA_TYPES", "Imprint", "data_files", "json_file"]

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def data_files(document: Json, survey: Survey, stored: Mapping[str, File], imprint: Imprint) -> dict[str, bytes]:
    """The data files of the edition in `document` (the API's form), by name. The same input gives the same bytes.

    `stored` are files that the edition has besides; those among them that hold data are described with the others.
    """
    rows = observations(document)
    made = {
        "results.json": json_file(document),
        "results.csv": csv_file(document, rows, survey.languages),
        "results.xlsx": workbook(document, survey, rows, _notes(document, survey, imprint)),
    }
    files = {**stored, **{name: file_of(name, content) for name, content in made.items()}}
    made["datapackage.json"] = data_package(document, survey, files, imprint)
    files["datapackage.json"] = file_of("datapackage.json", made["datapackage.json"])
    return made | {"dcat.jsonld": dcat_file(document, survey, files, imprint)}


def json_file(document: Json) -> bytes:
    """The document as the API gives it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def file_of(name: str, content: bytes) -> File:
    """What the store will say of a file with this content."""
    return File(sha256(content).hexdigest(), len(content), MEDIA_TYPES[name.rpartition(".")[2]])


def _notes(document: Json, survey: Survey, imprint: Imprint) -> Iterator[tuple[str, str]]:
    """The notes of the workbook's first sheet, in each language."""
    words, edition = Words(survey.languages), read_edition(document)
    results = edition.results
    for key, text in (("survey", results.title), ("body", results.body)):
        yield words.both(f"sheet.{key}"), "\n".join(dict.fromkeys(reader.pick(text) for reader in words.readers))
    for reader in words.readers:
        period = sentences.period(results.opens_at, results.closes_at, survey, reader)
        day = sentences.day(edition.published_at, survey, reader)
        yield reader.word("sheet.period"), period
        yield reader.word("sheet.edition"), reader.word("page.edition", number=edition.number, date=day)
        yield reader.word("sheet.reading"), reader.word("sheet.reading_text")
        for number, note in enumerate(notes(results, survey, reader)):
            yield ("" if number else reader.word("sheet.method")), note
    title, address = LICENCES[imprint.licence]
    yield words.both("sheet.licence"), f"{title} ({imprint.licence}), {address}"
    if imprint.address:
        yield words.both("sheet.source"), imprint.edition(document)
    if "root" in results.register:
        yield words.both("sheet.root"), str(results.register["root"])
