"""Part II of the report: the overall index, then each group by factor, criterion and stratum, and what it says besides."""

from __future__ import annotations

from collections.abc import Iterator

from services.publisher.rendering import charts, sentences
from services.publisher.rendering.composite import composite
from services.publisher.rendering.documents import pictures, said
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.parts import Block, Column, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report.blocks import chart_how, hidden, index_table, paragraphs, points
from services.publisher.rendering.documents.words import listed
from services.publisher.rendering.others import themes
from shared.domain.results import Cell, CriterionResult, GroupResult, QuestionResult

CHART = 96.0
"""How wide a chart of figures is, in millimetres: its type is then as large as that of the text beside it."""


def sections(context: Context, given: Given) -> tuple[Section, ...]:
    groups = (_group(number, context, given) for number in range(len(context.groups)))
    return (Section(context.reader.word("results.overall"), tuple(_overall(context))), *groups)


def _overall(context: Context) -> Iterator[Block]:
    words = context.reader
    yield Paragraph(words.word("results.overall_lead"))
    for number, group in enumerate(context.groups):
        figure = said.figure(group.overall, group, words, context.confidence)
        yield Paragraph(words.word("notice.overall_group", label=context.introduced(number), figure=figure))
    rows = [
        charts.Row(context.introduced(number), group.overall, sentences.figure(group.overall, words))
        for number, group in enumerate(context.groups)
    ]
    caption = words.word("results.overall_chart")
    how = chart_how([group.overall for group in context.groups], words)
    yield pictures.chart(charts.interval_chart("overall", caption, how, rows), caption, CHART)
    figures = [(context.introduced(number), group.overall) for number, group in enumerate(context.groups)]
    yield index_table(words.word("results.overall_caption"), words.word("report.group"), [("", figures)], context)
    yield from paragraphs(_whole(context))


def _whole(context: Context) -> Iterator[str]:
    words = context.reader
    yield hidden((group.overall for group in context.groups), words)
    whole = composite(context.edition.results, words)
    if whole is not None and whole.figure:
        yield words.word("figure_said.composite", figure=whole.figure, limits=whole.limits)
    if whole is not None:
        yield whole.how
    elif len(context.groups) > 1:
        yield words.word("notice.apart")


def _group(number: int, context: Context, given: Given) -> Section:
    group, word = context.groups[number], context.reader.word
    parts = (
        Section(word("results.factors"), tuple(_factors(number, context))),
        Section(word("results.criteria"), tuple(_criteria(number, context))),
        Section(word("results.strata"), tuple(_strata(number, context))),
        Section(word("results.perception"), shares("perception", number, context)),
        Section(word("results.expectation"), shares("expectation", number, context)),
        Section(word("results.comments"), tuple(_comments(number, context, given))),
    )
    doubt = sentences.doubt(group.overall, context.reader, context.confidence)
    return Section(context.introduced(number), paragraphs([doubt]), points(parts, context))


def _factors(number: int, context: Context) -> Iterator[Block]:
    words, group = context.reader, context.groups[number]
    caption = words.word("results.factors_caption", group=context.label(number))
    rows = [charts.Row(words.pick(f.title), f.cell, sentences.figure(f.cell, words)) for f in group.factors]
    how = chart_how([factor.cell for factor in group.factors], words)
    yield pictures.chart(charts.interval_chart(f"factors-{group.id}", caption, how, rows), caption, CHART)
    figures = [(words.pick(factor.title), factor.cell) for factor in group.factors]
    yield index_table(caption, words.word("page.factor"), [("", figures)], context)
    yield from paragraphs([hidden((factor.cell for factor in group.factors), words)])


def _criteria(number: int, context: Context) -> Iterator[Block]:
    words, group = context.reader, context.groups[number]
    uncertain = [criterion.uncertain for criterion in group.criteria]
    marked = any(uncertain) and not all(uncertain)
    parts = [
        (title, [(_named(c, context, marked=marked), c.cell) for c in criteria])
        for title, criteria in by_factor(group, context)
    ]
    caption = words.word("results.criteria_caption", group=context.label(number))
    yield index_table(caption, words.word("page.criterion"), parts, context)
    note = words.word("results.uncertain_note" if marked else "results.uncertain_all") if any(uncertain) else ""
    yield from paragraphs([note, hidden((c.cell for c in group.criteria), words)])


def _named(criterion: CriterionResult, context: Context, *, marked: bool) -> str:
    text = context.reader.pick(criterion.text)
    return context.reader.word("results.uncertain_mark", text=text) if marked and criterion.uncertain else text


def by_factor(group: GroupResult, context: Context) -> Iterator[tuple[str, list[CriterionResult]]]:
    """The criteria under the titles of their factors; those of no factor (the overall question) last."""
    known = {factor.id for factor in group.factors}
    for factor in group.factors:
        yield context.reader.pick(factor.title), [c for c in group.criteria if c.factor == factor.id]
    if rest := [c for c in group.criteria if c.factor not in known]:
        yield context.reader.word("rules.overall-question"), rest


def _strata(number: int, context: Context) -> Iterator[Block]:
    words, group = context.reader, context.groups[number]
    cells: list[Cell] = [stratum.overall for stratum in group.strata]
    if all(not hasattr(cell, "base") for cell in cells):
        yield from paragraphs([words.word("page.strata_hidden"), hidden(cells, words)])
        return
    caption = words.word("results.strata_caption", group=context.label(number))
    figures = [(words.pick(stratum.title), stratum.overall) for stratum in group.strata]
    yield index_table(caption, words.word("page.stratum"), [("", figures)], context)
    yield from paragraphs([words.word("page.base_note"), hidden(cells, words)])


def shares(role: str, number: int, context: Context) -> tuple[Block, ...]:
    """The answers to the group's questions of a role: one table of shares, and why others are not in it."""
    words = context.reader
    asked = [question for question in context.groups[number].questions if question.role == role]
    told = [question for question in asked if question.reason is None]
    heads = (Column(words.word("results.choice"), 120, centred=False), Column(words.word("results.share"), 45))
    caption = words.word("results.shares_caption", title=words.word(f"results.{role}"), group=context.label(number))
    table = (Table(caption, heads, tuple(_shares(question, context) for question in told)),) if told else ()
    notes = [words.word("results.expectation_note")] if role == "expectation" and told else []
    return (*table, *paragraphs([*notes, *(_hidden(question, context) for question in asked if question.reason)]))


def _comments(number: int, context: Context, given: Given) -> Iterator[Block]:
    """The themes of what people wrote, with counts, and what may be quoted of it."""
    words, group = context.reader, context.groups[number]
    found = themes(given.comments, words).get(group.id)
    if found is None:
        return
    yield Paragraph(found.lead)
    if found.rows:
        heads = (Column(words.word("results.theme"), 125, centred=False), Column(words.word("results.comments_count"), 40))
        caption = words.word("results.comments_caption", group=context.label(number))
        yield Table(caption, heads, (Rows(found.rows),))
    yield from paragraphs([found.rest, *listed(f"“{text}”" for text in found.cleared)])


def _shares(question: QuestionResult, context: Context) -> Rows:
    words, base = context.reader, question.base or 0
    absent = words.word("figure.suppressed")
    rows = tuple(
        (words.pick(choice.text), absent if choice.share is None else words.percent(choice.share, base))
        for choice in question.choices
    )
    return Rows(rows, words.word("results.asked", question=words.pick(question.text), number=words.base(base)))


def _hidden(question: QuestionResult, context: Context) -> str:
    words = context.reader
    reason = sentences.reason(question.reason or "", words)
    return words.word("results.hidden_question", question=words.pick(question.text), reason=reason)
