"""The blocks that the parts of a report are built of."""

from __future__ import annotations

from collections.abc import Iterable

from services.publisher.rendering import sentences
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.numbering import letter
from services.publisher.rendering.documents.parts import Column, Paragraph, Rows, Section, Table
from services.publisher.rendering.language import Language
from shared.domain.results import Cell, Shown, Suppressed


def paragraphs(texts: Iterable[str]) -> tuple[Paragraph, ...]:
    """A paragraph for each text that is not empty."""
    return tuple(Paragraph(text) for text in texts if text)


def points(sections: Iterable[Section], context: Context) -> tuple[Section, ...]:
    """The sections as points a), b), c), those without anything in them left out."""
    kept = [section for section in sections if section.blocks or section.sections]
    return tuple(
        Section(context.reader.word("report.point", letter=letter(n), title=each.title), each.blocks, each.sections)
        for n, each in enumerate(kept, 1)
    )


def index_table(caption: str, first: str, parts: Iterable[tuple[str, Iterable[tuple[str, Cell]]]], context: Context) -> Table:
    """A table of figures with their doubt: parts of (title, (name, figure)); `first` heads the names."""
    words = context.reader
    rows = tuple(Rows(tuple((name, *columns(cell, words)) for name, cell in figures), title) for title, figures in parts)
    heads = (
        Column(first, 68, centred=False),
        Column(words.word("page.index"), 32),
        Column(words.word("page.interval", confidence=context.confidence_said), 43),
        Column(words.word("page.base"), 22),
    )
    return Table(caption, heads, rows)


def columns(cell: Cell, words: Language) -> tuple[str, str, str]:
    """A figure, its doubt, and the ballots behind it."""
    base = words.word("figure.absent") if isinstance(cell, Suppressed) else words.base(cell.base)
    return sentences.figure(cell, words), sentences.limits(cell, words), base


def chart_how(cells: Iterable[Cell], words: Language) -> str:
    """How to read a chart of these figures."""
    kinds = {cell.kind == "census" for cell in cells if isinstance(cell, Shown)} or {False}
    return " ".join(words.word("page.chart_all" if census else "page.chart_how") for census in sorted(kinds))


def hidden(cells: Iterable[Cell], words: Language) -> str:
    """Why some of the figures are not published, each reason once; empty where all are."""
    reasons = dict.fromkeys(sentences.reason(cell.reason, words) for cell in cells if isinstance(cell, Suppressed))
    return words.word("results.hidden_cells", reasons="; ".join(reasons)) if reasons else ""
