"""Part III of the report: what changed since the survey before, and what may not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.publisher.rendering.comparing import BreakRow, ChangeRow, GroupComparison, compared, compared_with, not_compared
from services.publisher.rendering.documents import pictures
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.parts import Block, Column, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report.blocks import paragraphs
from services.publisher.rendering.documents.report.results import CHART


def part(context: Context) -> Section:
    word, results = context.reader.word, context.edition.results
    if results.compared_with is None:
        return Section(word("report.part_before"), (Paragraph(not_compared(results, context.reader)),))
    lead = paragraphs([compared_with(results, context.reader), word("since.how")])
    groups = tuple(
        Section(context.introduced(number), tuple(_group(group, number, context)))
        for number, group in enumerate(compared(results, context.reader))
    )
    return Section(word("report.part_before"), lead, groups)


def _group(group: GroupComparison, number: int, context: Context) -> Iterator[Block]:
    if group.broken:
        yield Paragraph(group.broken)
        return
    caption = context.reader.word("since.caption", group=context.label(number))
    if group.chart:
        yield pictures.chart(group.chart, caption, CHART)
    if group.main.changes:
        yield change_table(caption, group.main.changes, context)
    yield from paragraphs(breaks(group.main.breaks, context))


def change_table(caption: str, changes: Sequence[ChangeRow], context: Context) -> Table:
    """Figures before and now, their difference with its limits, and the verdict."""
    word = context.reader.word
    heads = (
        Column(word("comparison.figure"), 43, centred=False),
        Column(word("comparison.before"), 17),
        Column(word("comparison.now"), 17),
        Column(word("comparison.difference"), 21),
        Column(word("since.limits", confidence=context.confidence_said), 31),
        Column(word("comparison.verdict"), 36),
    )
    rows = tuple((row.name, row.before, row.now, row.difference, row.limits, row.said) for row in changes)
    return Table(caption, heads, (Rows(rows),))


def breaks(rows: Sequence[BreakRow], context: Context) -> Iterator[str]:
    """The figures that are not compared, together where the reasons are the same."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        reasons.setdefault(row.reasons, []).append(f"“{row.name}”")
    for reason, names in reasons.items():
        yield context.reader.word("since.not_compared", names=", ".join(names), reasons=reason)
