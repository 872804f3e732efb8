"""Annex II: the tables that are too large for the report's text."""

from __future__ import annotations

from collections.abc import Iterator

from services.publisher.rendering.comparing import compared
from services.publisher.rendering.documents import pictures
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.levels_chart import Answers, levels_chart
from services.publisher.rendering.documents.parts import Block, Column, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report.blocks import index_table, paragraphs, points
from services.publisher.rendering.documents.report.comparison import breaks, change_table
from services.publisher.rendering.documents.report.results import by_factor, shares
from services.publisher.rendering.method import rule
from shared.domain.results import CriterionResult


def sections(context: Context) -> tuple[Section, ...]:
    return tuple(_group(number, context) for number in range(len(context.groups)))


def _group(number: int, context: Context) -> Section:
    word = context.reader.word
    parts = (
        Section(word("tables.levels"), tuple(_levels(number, context))),
        Section(word("tables.strata"), tuple(_strata(number, context))),
        Section(word("tables.rules"), tuple(_rules(number, context))),
        Section(word("tables.changes"), tuple(_changes(number, context))),
        Section(word("tables.about"), shares("about", number, context)),
    )
    return Section(context.introduced(number), (), points(parts, context))


def _levels(number: int, context: Context) -> Iterator[Block]:
    words, group = context.reader, context.groups[number]
    if all(criterion.levels is None for criterion in group.criteria):
        yield Paragraph(words.word("page.levels_hidden"))
        return
    scale = context.plan(group).questionnaire.scale
    legend = "; ".join(f"{level.value} – {words.pick(level.text)}" for level in scale.levels)
    no_opinion = words.pick(scale.no_opinion) if scale.no_opinion is not None else words.word("page.no_opinion")
    values = [str(level.value) for level in scale.levels]
    heads = (
        Column(words.word("page.criterion"), 165 - 12 * len(values) - 36, centred=False),
        *(Column(value, 12) for value in values),
        Column(words.word("tables.no_opinion_column"), 18),
        Column(words.word("tables.skipped_column"), 18),
    )
    parts = tuple(
        Rows(tuple(_level_row(criterion, values, group.ballots - group.incomplete, context) for criterion in criteria), title)
        for title, criteria in by_factor(group, context)
    )
    yield _picture(number, values, context)
    yield Paragraph(words.word("tables.levels_legend", levels=legend, no_opinion=no_opinion))
    yield Table(words.word("tables.levels_caption", group=context.label(number)), heads, parts)


def _picture(number: int, values: list[str], context: Context) -> Block:
    """The answers of the criteria whose counts may be told, as bars."""
    words, group = context.reader, context.groups[number]
    caption = words.word("tables.levels_chart", group=context.label(number))
    levels = [(words.pick(level.text), level.satisfied) for level in context.plan(group).questionnaire.scale.levels]
    rows = [
        Answers(words.pick(criterion.text), tuple(criterion.levels.get(value, 0) for value in values))
        for criterion in group.criteria
        if criterion.levels is not None
    ]
    said = "; ".join(f"{row.label}: {' – '.join(words.number(count) for count in row.counts)}" for row in rows)
    description = words.word("tables.levels_how", levels=" – ".join(name for name, _ in levels), rows=said)
    return pictures.chart(levels_chart((caption, description), levels, rows), caption, 165)


def _level_row(criterion: CriterionResult, values: list[str], complete: int, context: Context) -> tuple[str, ...]:
    words, absent = context.reader, context.reader.word("figure.absent")
    levels = criterion.levels
    counts = [absent if levels is None else words.number(levels.get(value, 0)) for value in values]
    rates = [absent if rate is None else words.percent(rate, complete) for rate in (criterion.no_opinion, criterion.skipped)]
    return (words.pick(criterion.text), *counts, *rates)


def _strata(number: int, context: Context) -> Iterator[Block]:
    words, group = context.reader, context.groups[number]
    shown = [stratum for stratum in group.strata if any(hasattr(factor.cell, "base") for factor in stratum.factors)]
    if not shown:
        yield Paragraph(words.word("page.strata_hidden"))
        return
    parts = [
        (words.pick(stratum.title), [(words.pick(factor.title), factor.cell) for factor in stratum.factors])
        for stratum in shown
    ]
    caption = words.word("tables.strata_caption", group=context.label(number))
    yield index_table(caption, words.word("page.factor"), parts, context)


def _rules(number: int, context: Context) -> Iterator[Block]:
    words, group, results = context.reader, context.groups[number], context.edition.results
    used = str(results.method.get("aggregation", context.survey.method.aggregation.value))
    figures = [
        (words.word("tables.used", rule=rule(name, words)) if name == used else rule(name, words), cell)
        for name, cell in group.aggregations.items()
    ]
    if figures:
        caption = words.word("tables.rules_caption", group=context.label(number))
        yield index_table(caption, words.word("page.rule"), [("", figures)], context)


def _changes(number: int, context: Context) -> Iterator[Block]:
    found = {each.id: each for each in compared(context.edition.results, context.reader)}
    group = found.get(context.groups[number].id)
    if group is None or group.broken:
        return
    if group.criteria.changes:
        caption = context.reader.word("tables.changes_caption", group=context.label(number))
        yield change_table(caption, group.criteria.changes, context)
    yield from paragraphs(breaks(group.criteria.breaks, context))
