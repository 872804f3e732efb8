"""The pages of a document: A4, the decree's margins, page numbers centred in the top margin from the second page on."""

from __future__ import annotations

from docx.section import Section, _Footer, _Header
from docx.shared import Mm

from services.publisher.rendering.documents.parts import Document
from services.publisher.rendering.documents.wordml.markup import element, field, paragraph, run

LEFT, RIGHT, TOP, BOTTOM = 30, 15, 20, 20
TEXT = 210 - LEFT - RIGHT
"""How wide the text is, in millimetres."""


def set_page(section: Section, document: Document) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = True
    _fill(section.header, paragraph(field(" PAGE ", "2"), "Header"))
    _fill(section.first_page_header, paragraph("", "Header"))
    mark = run(document.simulated.mark) if document.simulated is not None else ""
    for footer in (section.footer, section.first_page_footer):
        _fill(footer, paragraph(mark, "Footer"))


def _fill(place: _Header | _Footer, markup: str) -> None:
    """Let `markup` be all that stands in a header or footer."""
    place.is_linked_to_previous = False
    root = place._element
    for child in list(root):
        root.remove(child)
    root.append(element(markup))


def number_from_one(section: Section) -> None:
    """Count the pages of this section by themselves."""
    properties = section._sectPr
    for old in properties.findall("{*}pgNumType"):
        properties.remove(old)
    numbers = element('<w:pgNumType w:start="1"/>')
    margins = properties.find("{*}pgMar")
    margins.addnext(numbers)
