"""The documents of an edition: notice and report, in each language, for print and for a word processor.

The words of a document are made once (`parts.Document`); `pdf` and `wordml` lay the same words out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from services.publisher.rendering.documents.announcement import announcement
from services.publisher.rendering.documents.given import Given, given_by
from services.publisher.rendering.documents.notice import Detail, notice
from services.publisher.rendering.documents.parts import Document
from services.publisher.rendering.documents.pdf import pages, pdf
from services.publisher.rendering.documents.report import report
from services.publisher.rendering.documents.wordml import word_document
from services.publisher.rendering.documents.words import tags
from services.publisher.rendering.edition import Edition, Json, read_edition
from shared.domain.survey import Survey

MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
NOTICE_PAGES = 2


def documents(document: Json, survey: Survey, address: str | None = None) -> Mapping[str, bytes]:
    """The documents of the edition in `document`, by file name. The same input gives the same bytes.

    `notice.pdf` and `report.pdf` are in Vietnamese, those in another language of the plan `notice.en.pdf` and so on; each is
    there as DOCX too. `address` is where people find the results, None where that is not known.
    """
    edition = read_edition(document)
    given = given_by(document, address)
    made: dict[str, bytes] = {}
    for tag in tags(survey.languages):
        for name, words in (("notice", fitted(edition, survey, tag, given)), ("report", report(edition, survey, tag, given))):
            made.update(laid_out(f"{name}{_suffix(tag)}", words, edition.published_at))
    return made


def plan_documents(survey: Survey, made_at: datetime, address: str | None = None) -> Mapping[str, bytes]:
    """The notice that the survey is held, by file name: `plan.pdf`, `plan.docx`, `plan.en.pdf` and so on.

    `address` is where people answer, None where that is not known. The same input gives the same bytes.
    """
    made: dict[str, bytes] = {}
    for tag in tags(survey.languages):
        made.update(laid_out(f"plan{_suffix(tag)}", announcement(survey, tag, address), made_at))
    return made


def _suffix(tag: str) -> str:
    return "" if tag == "vi" else f".{tag}"


def laid_out(name: str, words: Document, made_at: datetime) -> Iterator[tuple[str, bytes]]:
    """The document for print and for a word processor, with their file names."""
    yield f"{name}.pdf", pdf(words, made_at)
    yield f"{name}.docx", word_document(words, made_at)


def fitted(edition: Edition, survey: Survey, tag: str, given: Given) -> Document:
    """The notice with as much detail as two pages hold; with the least where even that does not fit."""
    for detail in Detail:
        words = notice(edition, survey, tag, given, detail)
        if pages(words) <= NOTICE_PAGES:
            break
    return words


def media_type(name: str) -> str:
    """The media type of a document by its name. KeyError for a name that no document has."""
    return MEDIA_TYPES[name.rpartition(".")[2]]
