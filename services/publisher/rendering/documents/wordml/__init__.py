"""Documents as DOCX, for a clerk to finish in a word processor: real styles, numbered headings, tables with heads that repeat.

Laid out by Decree 30/2020/NĐ-CP, annex I, in Times New Roman, which the reader's machine has.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx
from docx.document import Document as Package
from docx.enum.section import WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE

from services.publisher.rendering.documents.numbering import Numbering
from services.publisher.rendering.documents.parts import Annex, Document
from services.publisher.rendering.documents.wordml import pages
from services.publisher.rendering.documents.wordml.blocks import Writer
from services.publisher.rendering.documents.wordml.frame import annex_heading, head, signature
from services.publisher.rendering.documents.wordml.styles import number_headings, restart, set_styles

_EPOCH = (1980, 1, 1, 0, 0, 0)


def word_document(document: Document, made_at: datetime) -> bytes:
    """The document as DOCX. The same input gives the same bytes."""
    package = docx.Document()
    set_styles(package, document.language, parts=document.numbering is Numbering.PARTS)
    number_headings(package, document.numbering)
    pages.set_page(package.sections[0], document)
    _properties(package, document, made_at)
    writer = Writer(package, document)
    _body(writer, document)
    for annex in document.annexes:
        _annex(writer, annex)
    return _stored(package)


def _body(writer: Writer, document: Document) -> None:
    writer.add(*head(document))
    for ground in document.grounds:
        writer.paragraph(ground, "Grounds")
    for opening in document.opening:
        writer.paragraph(opening)
    writer.sections(document.sections)
    writer.paragraph(document.end, "Ending")
    writer.add(*signature(document))


def _annex(writer: Writer, annex: Annex) -> None:
    """An annex in a section of its own, that numbers its own pages and clauses."""
    section = writer.package.add_section(WD_SECTION.NEW_PAGE)
    pages.number_from_one(section)
    writer.add(*annex_heading(annex))
    writer.blocks(annex.blocks)
    writer.sections(annex.sections, depth=2, numbers=restart(writer.package))


def _properties(package: Package, document: Document, made_at: datetime) -> None:
    properties, moment = package.core_properties, made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.title, properties.author, properties.last_modified_by = document.title, document.author, document.author
    properties.subject = document.summary
    properties.language = {"vi": "vi-VN", "en": "en-GB"}.get(document.language, document.language)
    properties.comments, properties.keywords, properties.revision = "", "", 1
    properties.created = properties.modified = moment


def _stored(package: Package) -> bytes:
    """The package as a file, without the thumbnail of the library's template and without the time of its making."""
    relations = package.part.package.rels
    for name in [name for name, each in relations.items() if each.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        relations.pop(name)
    made, stored = io.BytesIO(), io.BytesIO()
    package.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(stored, "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return stored.getvalue()
