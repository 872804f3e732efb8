"""The text of a document: sections, paragraphs, tables and charts, one after the other."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from docx.document import Document as Package
from docx.shared import Mm

from services.publisher.rendering.documents.parts import Block, Chart, Column, Document, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.pictures import png
from services.publisher.rendering.documents.wordml.markup import (
    cell,
    element,
    field,
    half_points,
    paragraph,
    row,
    run,
    table,
    twips,
)
from services.publisher.rendering.documents.wordml.pages import TEXT

_BOLD, _ITALIC = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>"


class Writer:
    """Adds to the end of a package what a document says; counts its tables and charts."""

    def __init__(self, package: Package, document: Document) -> None:
        self.package = package
        self._document = document
        self._numbers: Counter[str] = Counter()
        self._end = package.element.body[-1]
        for child in list(package.element.body)[:-1]:
            package.element.body.remove(child)

    def add(self, *markups: str) -> None:
        """Add elements as they stand."""
        for markup in markups:
            self._end.addprevious(element(markup))

    def paragraph(self, text: str, style: str = "") -> None:
        self.add(paragraph(run(text), style))

    def sections(self, sections: Sequence[Section], depth: int = 1, numbers: int | None = None) -> None:
        """Add sections with headings of the level `depth`; `numbers` is the count that they go by, if not the document's."""
        for section in sections:
            own = f'<w:numPr><w:ilvl w:val="{depth - 1}"/><w:numId w:val="{numbers}"/></w:numPr>' if numbers else ""
            self.add(paragraph(run(section.title), f"Heading{min(depth, 3)}", own))
            self.blocks(section.blocks)
            self.sections(section.sections, depth + 1)

    def blocks(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                self.paragraph(block.text)
            elif isinstance(block, Table):
                self._table(block)
            else:
                self._chart(block)

    def _caption(self, label: str, text: str) -> None:
        self._numbers[label] += 1
        number = field(f" SEQ {label} \\* ARABIC ", str(self._numbers[label]))
        self.add(paragraph(f"{run(f'{label} ')}{number}{run(f'. {text}')}", "Caption", '<w:spacing w:before="120"/>'))

    def _table(self, block: Table) -> None:
        if block.caption:
            self._caption(self._document.table_label, block.caption)
        whole = sum(column.width for column in block.columns)
        widths = [TEXT * column.width / whole for column in block.columns]
        size = self._document.tables
        rows = [row((_head(c, width, size) for c, width in zip(block.columns, widths, strict=True)), head=True)]
        kept = sum(len(part.rows) for part in block.parts) - 1 if block.short else 0
        for part in block.parts:
            rows += _part(part, block.columns, widths, size, kept)
            kept -= len(part.rows)
        self.add(table(rows, widths, _described(block)), paragraph("", "Rule", '<w:spacing w:after="100"/>'))

    def _chart(self, block: Chart) -> None:
        added = self.package.add_paragraph(style="Figure")
        inline = added.add_run().add_picture(io.BytesIO(png(block.svg, block.width)), width=Mm(block.width))
        named = inline._inline.docPr
        named.set("descr", block.alt)
        named.set("title", block.caption)
        self._numbers[self._document.chart_label] += 1
        label = self._document.chart_label
        number = field(f" SEQ {label} \\* ARABIC ", str(self._numbers[label]))
        self.add(paragraph(f"{run(f'{label} ')}{number}{run(f'. {block.caption}')}", "Caption", '<w:keepNext w:val="0"/>'))


def _described(block: Table) -> str:
    """The properties of a table, its caption as its alternative text."""
    said = f"<w:tblCaption w:val={quoteattr(block.caption)}/>" if block.caption else ""
    look = (
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    )
    width = f'<w:tblW w:w="{twips(TEXT)}" w:type="dxa"/>'
    return f'<w:tblStyle w:val="TableGrid"/>{width}<w:tblLayout w:type="fixed"/>{look}{said}'


def _head(column: Column, width: float, size: float) -> str:
    return cell(_text(column.head, size, _BOLD, centred=True, keep=True), width, '<w:vAlign w:val="center"/>')


def _part(part: Rows, columns: Sequence[Column], widths: Sequence[float], size: float, kept: int) -> list[str]:
    """The rows of a part; the first `kept` of them stay on the page of the row after them."""
    rows = []
    if part.title:
        spanned = f'<w:gridSpan w:val="{len(columns)}"/><w:vAlign w:val="center"/>'
        rows.append(row([cell(_text(part.title, size, _ITALIC, keep=True), sum(widths), spanned)]))
    for n, texts in enumerate(part.rows):
        cells = zip(texts, columns, widths, strict=True)
        rows.append(
            row(
                cell(_text(text, size, centred=column.centred, keep=n < kept), width, '<w:vAlign w:val="center"/>')
                for text, column, width in cells
            )
        )
    return rows


def _text(text: str, size: float, look: str = "", *, centred: bool = False, keep: bool = False) -> str:
    look += f'<w:sz w:val="{half_points(size)}"/><w:szCs w:val="{half_points(size)}"/>'
    place = '<w:jc w:val="center"/>' if centred else ""
    return paragraph(run(text, look), "TableText", ("<w:keepNext/>" if keep else "") + place)
