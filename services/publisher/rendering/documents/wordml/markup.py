"""WordprocessingML (ECMA-376, part 1) as text: paragraphs, runs, tables. Lengths are millimetres, sizes points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def twips(millimetres: float) -> int:
    """Twentieths of a point."""
    return round(millimetres / 25.4 * 1440)


def half_points(points: float) -> int:
    return round(2 * points)


def element(markup: str) -> BaseOxmlElement:
    """The element that `markup` is; the prefix `w` is known."""
    end = min(markup.index(">"), markup.index("/>") if "/>" in markup else len(markup))
    return parse_xml(f'{markup[:end]} xmlns:w="{NAMESPACE}"{markup[end:]}')


def run(text: str, properties: str = "") -> str:
    """A run of text; `properties` is what stands in its `w:rPr`."""
    said = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{said}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs; `properties` is what stands in its `w:pPr` after the style."""
    named = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{content}</w:p>"


def field(instruction: str, shown: str) -> str:
    """A field that the word processor keeps up to date, and what it shows until then."""
    return f"<w:fldSimple w:instr={quoteattr(instruction)}>{run(shown)}</w:fldSimple>"


def cell(content: str, width: float, properties: str = "") -> str:
    """A cell of a table; `content` is one or more paragraphs."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def row(cells: Iterable[str], *, head: bool = False) -> str:
    """A row that stays on one page; a head is repeated on each."""
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def table(rows: Iterable[str], widths: Sequence[float], properties: str) -> str:
    """A table with columns of fixed widths; `properties` is what stands in its `w:tblPr` before and after the width."""
    columns = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
