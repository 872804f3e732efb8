"""The public notice (thông báo) of an edition: its text, made from the figures by rules that never say more than they do.

It is meant for two pages. Where a survey holds more than fits, the factors are told in lines instead of a table, then
without their limits, which the report has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from services.publisher.rendering import comparing, sentences
from services.publisher.rendering.composite import composite
from services.publisher.rendering.documents import letterhead, said
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.numbering import Numbering
from services.publisher.rendering.documents.parts import BLANK, Block, Column, Document, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.words import capitalised, listed, reader, uncapitalised
from services.publisher.rendering.edition import Edition
from services.publisher.rendering.language import Language
from services.publisher.rendering.method import satisfied_levels
from services.publisher.rendering.numbers import EXACT_FROM
from shared.domain.measure import Measure
from shared.domain.results import Cell, Shown, Suppressed
from shared.domain.survey import Survey

SIDE_BY_SIDE = 3
"""The most groups whose factors stand in columns of one table."""


class Detail(IntEnum):
    """How much the notice tells: factors in a table; in lines; in lines without limits; not at all, and groups in a table."""

    FULL = 0
    LINES = 1
    BRIEF = 2
    BARE = 3


def notice(edition: Edition, survey: Survey, tag: str, given: Given, detail: Detail = Detail.FULL) -> Document:
    """The words of the notice in the language `tag`."""
    words = reader(tag, survey.languages)
    context = Context(edition, survey, words)
    title = words.word("notice.summary", title=uncapitalised(words.pick(edition.results.title)))
    return Document(
        language=words.spoken,
        title=f"{words.word('notice.title')}. {title}",
        author=words.pick(survey.body.name),
        head=letterhead.letterhead(survey.body, words.word("notice.kind"), words),
        name=words.word("notice.name"),
        summary=title,
        note=words.word("form.translation"),
        addressee="",
        simulated=letterhead.simulated(words) if edition.results.simulated else None,
        grounds=letterhead.grounds(survey.grounds, words),
        opening=(
            *said.corrected(given.correction, edition, words),
            words.word("notice.opening", body=words.pick(survey.body.name)),
        ),
        sections=tuple(_sections(context, given.measures, detail)),
        end=words.word("notice.end", address=given.address or words.word("notice.no_address")),
        recipients_title=words.word("form.recipients"),
        recipients=letterhead.recipients(survey.body, words, addressed=False),
        numbering=Numbering.CLAUSES,
        table_label=words.word("form.table"),
        chart_label=words.word("form.chart"),
        tables=13,
    )


def _sections(context: Context, measures: Sequence[Measure], detail: Detail) -> Iterator[Section]:
    words = context.reader
    yield _section("notice.how", _how(context, detail), words)
    yield Section(words.word("notice.overall"), _overall(context, detail))
    yield _by_factor(context, detail)
    yield _section("notice.before", _since(context), words)
    yield _section("notice.wanted", _wanted(context, 1 if detail >= Detail.BRIEF else 3), words)
    title = words.word("notice.measures", body=words.pick(context.survey.body.name))
    yield Section(title, _paragraphs(_measures(measures, words)))
    yield _section("notice.where", [f"{capitalised(letterhead.contacts(context.survey.body, words))}."], words)


def _section(title: str, paragraphs: Iterator[str] | list[str], words: Language) -> Section:
    return Section(words.word(title), _paragraphs(paragraphs))


def _paragraphs(texts: Iterator[str] | list[str]) -> tuple[Block, ...]:
    return tuple(Paragraph(text) for text in texts)


def _how(context: Context, detail: Detail) -> Iterator[str]:
    words, survey, results = context.reader, context.survey, context.edition.results
    period = uncapitalised(sentences.period(results.opens_at, results.closes_at, survey, words))
    yield words.word("notice.when", period=period)
    if detail is Detail.BARE:
        yield words.word("notice.whom_below", number=words.number(len(context.groups)))
    else:
        yield words.word("notice.whom")
        yield from listed(_introduced(context))
    scales = {group.questionnaire.scale.id: group.questionnaire.scale for group in survey.groups}
    levels = words.words["format.or"].join(dict.fromkeys(satisfied_levels(scale, words) for scale in scales.values()))
    name = str(results.method.get("aggregation", survey.method.aggregation.value))
    yield words.word("notice.computed", levels=levels, rule=words.word_or(f"rule_texts.{name}", name))
    secret = words.word("method.min_base", number=words.number(survey.method.min_base))
    yield words.word("notice.kept_secret", rule=uncapitalised(secret))
    if "root" in results.register:
        number = words.number(results.register["ballots"])
        yield words.word("notice.register", number=number, root=said.root(context.edition))


def _introduced(context: Context) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        title = words.pick(group.title)
        if len(context.groups) > 1:
            title = words.word("notice.whom_group", label=context.label(number), group=title)
        yield f"{title}: {said.ballots(group, words)}"


def _overall(context: Context, detail: Detail) -> tuple[Block, ...]:
    words = context.reader
    after = _paragraphs(list(_after_overall(context)))
    if detail is Detail.BARE:
        return (_group_table(context), *after)
    lines = [
        words.word(
            "notice.overall_group",
            label=context.label(number),
            figure=said.figure(group.overall, group, words, context.confidence),
        )
        for number, group in enumerate(context.groups)
    ]
    return (*_paragraphs(lines), *after)


def _group_table(context: Context) -> Table:
    words = context.reader
    columns = (
        Column(words.word("report.group"), 75, centred=False),
        Column(words.word("overview.returned"), 18),
        Column(words.word("overview.quota"), 18),
        Column(f"{words.word('page.index')} ({words.word('page.interval', confidence=context.confidence_said)})", 54),
    )
    rows = tuple(
        (
            context.introduced(number),
            words.number(group.ballots),
            words.word("overview.no_quota") if group.quota is None else words.number(group.quota),
            _figure(group.overall, words),
        )
        for number, group in enumerate(context.groups)
    )
    return Table("", columns, (Rows(rows),))


def _after_overall(context: Context) -> Iterator[str]:
    """The composite, and what keeps a reader from taking the figures for more than they are."""
    words, groups = context.reader, context.groups
    whole = composite(context.edition.results, words)
    if whole is not None:
        if whole.figure:
            yield words.word("figure_said.composite", figure=whole.figure, limits=whole.limits)
        yield whole.how
    cautions = [words.word("notice.apart")] if whole is None and len(groups) > 1 else []
    drawn = [g for g in groups if isinstance(g.overall, Shown) and g.overall.kind == "interval"]
    if any(not group.weighted for group in drawn):
        cautions.append(words.word("notice.unweighted"))
    if cautions:
        yield " ".join(cautions)


def _by_factor(context: Context, detail: Detail) -> Section:
    words = context.reader
    counts = {len(group.factors) for group in context.groups}
    known = len(counts) == 1
    title = words.word("notice.by_factors", number=f"{counts.pop():02}") if known else words.word("notice.by_factor")
    cells = [factor.cell for group in context.groups for factor in group.factors]
    if detail is Detail.BARE:
        return Section(title, _paragraphs([words.word("notice.factors_in_report")]))
    closing = []
    if detail is Detail.BRIEF:
        closing.append(words.word("notice.in_report"))
    if reasons := said.hidden_reasons(cells, words):
        closing.append(words.word("notice.hidden_cells", reasons=reasons))
    if any(not isinstance(cell, Suppressed) and cell.base < EXACT_FROM for cell in cells):
        closing.append(words.word("notice.small"))
    return Section(title, (*_factors(context, detail), *_paragraphs([" ".join(closing)] if closing else [])))


def _factors(context: Context, detail: Detail) -> tuple[Block, ...]:
    if detail is not Detail.FULL:
        return _paragraphs(list(_factor_lines(context, limits=detail is Detail.LINES)))
    alike = len({tuple(context.reader.pick(f.title) for f in group.factors) for group in context.groups}) == 1
    if len(context.groups) == 1 or not alike or len(context.groups) > SIDE_BY_SIDE:
        return (_stacked(context),)
    return (_beside(context),)


def _stacked(context: Context) -> Table:
    words = context.reader
    limits = words.word("page.interval", confidence=words.whole_percent(100 * context.confidence))
    parts = tuple(
        Rows(
            tuple((str(n), words.pick(f.title), *_cell_columns(f.cell, words)) for n, f in enumerate(group.factors, 1)),
            words.pick(group.title) if len(context.groups) > 1 else "",
        )
        for group in context.groups
    )
    columns = (
        Column(words.word("notice.ordinal"), 10),
        Column(words.word("page.factor"), 60, centred=False),
        Column(words.word("page.index"), 31),
        Column(limits, 44),
        Column(words.word("page.base"), 20),
    )
    return Table("", columns, parts)


def _cell_columns(cell: Cell, words: Language) -> tuple[str, str, str]:
    base = words.word("figure.absent") if isinstance(cell, Suppressed) else words.base(cell.base)
    return sentences.figure(cell, words), sentences.limits(cell, words), base


def _beside(context: Context) -> Table:
    words = context.reader
    share = words.whole_percent(100 * context.confidence)
    columns = [Column(words.word("notice.ordinal"), 10), Column(words.word("page.factor"), 72, centred=False)]
    for number, group in enumerate(context.groups):
        doubtful = any(isinstance(f.cell, Shown) and f.cell.kind != "census" for f in group.factors)
        key = "notice.column" if doubtful else "notice.column_alone"
        columns.append(Column(words.word(key, label=context.label(number), confidence=share), 52 if doubtful else 31))
    factors = context.groups[0].factors
    rows = tuple(
        (str(n + 1), words.pick(factor.title), *(_figure(group.factors[n].cell, words) for group in context.groups))
        for n, factor in enumerate(factors)
    )
    return Table("", tuple(columns), (Rows(rows),))


def _figure(cell: Cell, words: Language, *, limits: bool = True) -> str:
    """A figure with its limits in brackets, where it has some."""
    if limits and isinstance(cell, Shown) and cell.kind != "census":
        return f"{sentences.figure(cell, words)} ({sentences.limits(cell, words)})"
    return sentences.figure(cell, words)


def _factor_lines(context: Context, *, limits: bool) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        figures = "; ".join(f"{words.pick(f.title)} {_figure(f.cell, words, limits=limits)}" for f in group.factors)
        yield words.word("notice.each", label=context.label(number), figures=figures)


def _since(context: Context) -> Iterator[str]:
    """What changed since the survey before: verdicts with differences and limits, and what is not compared and why."""
    words, results = context.reader, context.edition.results
    if results.compared_with is None:
        yield comparing.not_compared(results, words)
        return
    groups = comparing.compared(results, words)
    looks = f" {words.word('notice.many_looks')}" if any(not group.broken for group in groups) else ""
    yield f"{comparing.compared_with(results, words)}{looks}"
    for number, group in enumerate(groups):
        label = context.label(number)
        if group.broken:
            yield words.word("notice.broken", label=label, why=uncapitalised(group.broken))
        else:
            yield words.word("notice.same", label=label, said="; ".join(_changes(group, words)))


def _changes(group: comparing.GroupComparison, words: Language) -> Iterator[str]:
    """What rose and what fell, each with its difference; then, by name, what cannot be said and what is not compared."""
    uncertain = []
    for row in group.main.changes:
        if row.verdict == "not-enough":
            uncertain.append(_quoted(row.name))
            continue
        difference = words.word("comparison.points", number=row.difference)
        name = _quoted(row.name)
        yield words.word("notice.change", name=name, verdict=row.said, difference=difference, limits=row.limits)
    if uncertain:
        yield words.word("notice.no_change", verdict=words.word("verdict.not-enough"), names=", ".join(uncertain))
    reasons: dict[str, list[str]] = {}
    for each in group.main.breaks:
        reasons.setdefault(each.reasons, []).append(_quoted(each.name))
    for reason, names in reasons.items():
        yield words.word("notice.without", names=", ".join(names), reasons=reason)


def _quoted(name: str) -> str:
    return f"“{uncapitalised(name)}”"


def _wanted(context: Context, places: int) -> Iterator[str]:
    words, asked = context.reader, False
    for number, group in enumerate(context.groups):
        for phrase in said.wanted(group, context.survey, words, places):
            asked = True
            yield words.word("notice.wanted_group", label=context.label(number), said=phrase)
    if not asked:
        yield words.word("notice.not_asked")


def _measures(measures: Sequence[Measure], words: Language) -> list[str]:
    if measures:
        return listed(said.measures(measures, words))
    return [words.word("notice.measure_blank", blank=BLANK[:29], day=BLANK[:15])]
