"""The documents that tests look at, each made once: those of a simulated survey's edition, and of the example's."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pdfplumber
from docx.document import Document as Package
from pdfplumber.page import Page
from pypdf import PdfReader

from services.publisher.rendering.documents import documents, fitted, plan_documents
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.parts import Document
from services.publisher.rendering.documents.pdf import pdf
from services.publisher.rendering.edition import read_edition
from shared.domain.survey import Survey
from tests.unit.services.publisher.example import bentre, edition_of

ADDRESS = "https://khaosat.example.vn/surveys/sct-bentre-2022"
SIMULATED = replace(bentre(), id="demo", simulated=True)
MOMENT = datetime(2022, 7, 20, 2, tzinfo=UTC)


@cache
def edition() -> Mapping[str, Any]:
    """An edition of a whole survey with simulated ballots, as it was published."""
    told: Mapping[str, Any] = json.loads(Path(__file__).with_name("edition.json").read_text("utf-8"))
    return told


@cache
def made() -> Mapping[str, bytes]:
    """All its documents, and those of its plan."""
    return {**documents(edition(), SIMULATED, ADDRESS), **plan_documents(SIMULATED, MOMENT, ADDRESS)}


@cache
def example_notice() -> bytes:
    """The notice of the example's edition, which is not simulated."""
    return notice_pdf(bentre())


def notice_pdf(survey: Survey, **changes: Any) -> bytes:
    """The notice of an edition of `survey`, in Vietnamese."""
    found = read_edition(edition_of(survey, **changes))
    return pdf(notice_words(survey, **changes), found.published_at)


def notice_words(survey: Survey, **changes: Any) -> Document:
    return fitted(read_edition(edition_of(survey, **changes)), survey, "vi", Given(ADDRESS))


@contextmanager
def opened(content: bytes, *pages: int) -> Iterator[list[Page]]:
    """The pages of a PDF, or those numbered `pages`, from 1."""
    with pdfplumber.open(io.BytesIO(content), pages=pages or None) as document:
        yield document.pages


@cache
def texts(content: bytes) -> tuple[str, ...]:
    """The text of each page of a PDF, as it extracts."""
    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def text(content: bytes) -> str:
    """The text of a PDF, its white space made single spaces."""
    return re.sub(r"\s+", " ", " ".join(texts(content)))


@cache
def package(name: str) -> Package:
    """A document for the word processor."""
    return docx.Document(io.BytesIO(made()[name]))


def words_of(name: str) -> str:
    """The text of a document for the word processor, tables in their places, white space made single spaces."""
    root = package(name).element.body
    paragraphs = ("".join(part.text or " " for part in each.iter("{*}t", "{*}br")) for each in root.iter("{*}p"))
    return re.sub(r"\s+", " ", " ".join(paragraphs))
