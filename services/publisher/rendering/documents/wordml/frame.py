"""What stands around the text: letterhead, title, signature, the heads of annexes. Rules are borders of computed length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from services.publisher.rendering.documents.parts import Annex, Document
from services.publisher.rendering.documents.wordml.markup import cell, half_points, paragraph, row, run, table, twips
from services.publisher.rendering.documents.wordml.pages import TEXT
from shared.typesetting import look_up

LEFT, RIGHT = 67.0, 98.0
"""The widths of the letterhead's two columns, in millimetres."""

SHARE = 0.4
"""The length of the rules under the issuing body and the summary: between a third and a half of the text."""

_BOLD, _ITALIC = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>"
_PLAIN_TABLE = '<w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
DOTS = "……………………………"


@lru_cache(maxsize=256)
def _width(text: str, size: float, look: str) -> float:
    """How wide a line of text is, in millimetres: Liberation Serif is as wide as Times New Roman."""
    line = {"text": text, "size": size, "bold": _BOLD in look, "italic": _ITALIC in look}
    (width,) = look_up("services.publisher", "widths.typ", {"lines": [line]}, "widths")
    return cast(float, width)


def head(document: Document) -> Iterator[str]:
    """Letterhead, title and what stands between them and the text."""
    yield _letterhead(document)
    yield paragraph("", "Rule", '<w:spacing w:before="120"/>')
    yield paragraph(run(document.name), "Title")
    yield paragraph(run(document.summary), "Subtitle")
    yield _rule(min(_width(document.summary, 14, _BOLD), TEXT) * SHARE, TEXT, after=8)
    if document.note:
        yield paragraph(run(document.note), "Note")
    if document.addressee:
        yield paragraph(run(document.addressee), "Letterhead", '<w:spacing w:after="160"/>')
    if document.simulated is not None:
        said = run(f"{document.simulated.title}. ", _BOLD) + run(document.simulated.text)
        yield paragraph(said, "Boxed", _box())


def _box() -> str:
    sides = ("top", "left", "bottom", "right")
    borders = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="4" w:color="000000"/>' for side in sides)
    return (
        f'<w:pBdr>{borders}</w:pBdr><w:spacing w:before="60" w:after="160"/><w:ind w:left="120" w:right="120" w:firstLine="0"/>'
    )


def _letterhead(document: Document) -> str:
    given = document.head
    issuer = _line(given.superior, 12) if given.superior else ""
    issuer += _line(given.body, 12, _BOLD)
    issuer += _rule(min(_width(given.body, 12, _BOLD), LEFT) * SHARE, LEFT)
    nation = _line(given.nation, 12, _BOLD) + _line(given.motto, 13, _BOLD)
    nation += _rule(_width(given.motto, 13, _BOLD), RIGHT)
    above = '<w:spacing w:before="160"/>'
    rows = (
        row((cell(issuer, LEFT), cell(nation, RIGHT))),
        row(
            (
                cell(paragraph(run(given.number), "Letterhead", above), LEFT),
                cell(paragraph(run(given.date, _ITALIC), "Letterhead", above), RIGHT),
            )
        ),
    )
    return table(rows, (LEFT, RIGHT), _PLAIN_TABLE.format(width=twips(TEXT)))


def _line(text: str, size: float, look: str = "") -> str:
    points = half_points(size)
    return paragraph(run(text, f'{look}<w:sz w:val="{points}"/><w:szCs w:val="{points}"/>'), "Letterhead")


def _rule(length: float, room: float, after: float = 0) -> str:
    """A solid line of `length`, centred in `room`: the border above an empty paragraph."""
    side = twips((room - length) / 2)
    border = '<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    spacing = f'<w:spacing w:before="40" w:after="{round(20 * after)}" w:line="40" w:lineRule="exact"/>'
    return paragraph("", "Rule", f'{border}{spacing}<w:ind w:left="{side}" w:right="{side}" w:firstLine="0"/>')


def signature(document: Document) -> Iterator[str]:
    """Recipients on the left; on the right position and name, blank. It stays in one piece."""
    half = TEXT / 2
    recipients = paragraph(
        run(document.recipients_title, f'{_BOLD}{_ITALIC}<w:sz w:val="24"/><w:szCs w:val="24"/>'), "Recipients"
    )
    recipients += "".join(paragraph(run(each), "Recipients") for each in document.recipients)
    signer = _line(DOTS, 14, _BOLD) + "".join(_line("", 14) for _ in range(4)) + _line(DOTS, 14, _BOLD)
    yield paragraph("", "Rule", '<w:keepNext/><w:spacing w:before="120"/>')
    yield table((row((cell(recipients, half), cell(signer, half))),), (half, half), _PLAIN_TABLE.format(width=twips(TEXT)))


def annex_heading(annex: Annex) -> Sequence[str]:
    title = annex.title.upper()
    return (
        paragraph(f"{run(annex.label)}<w:r><w:br/></w:r>{run(title)}", "AnnexTitle"),
        paragraph(run(annex.with_), "Note", '<w:spacing w:after="0"/>'),
        _rule(min(_width(annex.with_, 13, _ITALIC), TEXT) * SHARE, TEXT, after=10),
    )
