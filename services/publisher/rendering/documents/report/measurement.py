"""Part IV of the report: how well the questionnaire measured, and where to improve first."""

from __future__ import annotations

from collections.abc import Iterator

from services.publisher.rendering.documents import pictures
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.parts import Block, Column, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report.blocks import paragraphs
from services.publisher.rendering.quality import priorities, quality_missing, quality_tables


def sections(context: Context) -> tuple[Section, ...]:
    return tuple(Section(context.introduced(number), tuple(_group(number, context))) for number in range(len(context.groups)))


def _group(number: int, context: Context) -> Iterator[Block]:
    words, group = context.reader, context.groups[number]
    if missing := quality_missing(group, words):
        yield Paragraph(missing)
        return
    for table in quality_tables(group, words):
        heads = (Column(words.word("quality.item"), 125, centred=False), Column(words.word("quality.value"), 40))
        yield Table(table.title, heads, (Rows(table.rows),))
        gone = words.word("quality.missing", reasons=table.missing) if table.missing else ""
        yield from paragraphs([table.caution, gone])
    yield from _priorities(number, context)


def _priorities(number: int, context: Context) -> Iterator[Block]:
    words, found = context.reader, priorities(context.groups[number], context.reader)
    if found is None:
        return
    if not found.rows:
        yield Paragraph(found.missing)
        return
    caption = words.word("measured.map_caption", group=context.label(number))
    yield pictures.chart(found.chart, caption, 95)
    heads = (
        Column(words.word("quality.number"), 12),
        Column(words.word("page.factor"), 75, centred=False),
        Column(words.word("quality.matters"), 26),
        Column(words.word("page.index"), 20),
        Column(words.word("quality.quadrant"), 32),
    )
    rows = tuple((str(row.number), row.name, row.importance, row.index, row.quadrant) for row in found.rows)
    yield Table(caption, heads, (Rows(rows),))
    yield Paragraph(words.word("quality.quadrants_caution"))
