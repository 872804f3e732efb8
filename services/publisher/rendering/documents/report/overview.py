"""Part I of the report: what the survey is for, whom it asked, what came back, and how figures are made of it."""

from __future__ import annotations

from collections.abc import Iterator

from services.publisher.rendering import sentences
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.parts import Column, Paragraph, Rows, Section, Table
from services.publisher.rendering.documents.report.blocks import paragraphs
from services.publisher.rendering.documents.words import listed, uncapitalised
from services.publisher.rendering.method import notes
from shared.domain.results import GroupResult, StratumResult


def sections(context: Context, given: Given) -> tuple[Section, ...]:
    word = context.reader.word
    return (
        Section(word("overview.purpose"), paragraphs(_purpose(context))),
        Section(
            word("overview.sample"), (Paragraph(word("overview.sample_text")), sample_table(context, given), *_after(context))
        ),
        Section(word("overview.method"), paragraphs(_method(context))),
        Section(word("overview.privacy"), paragraphs(_privacy(context))),
    )


def _purpose(context: Context) -> Iterator[str]:
    words, survey, results = context.reader, context.survey, context.edition.results
    yield words.word("overview.purpose_text", purpose=words.pick(survey.purpose))
    period = sentences.period(results.opens_at, results.closes_at, survey, words)
    yield words.word("overview.period", period=uncapitalised(period))
    yield words.word("overview.groups")
    yield from listed(_groups(context))


def _groups(context: Context) -> Iterator[str]:
    for number, group in enumerate(context.groups):
        unit, title = context.plan(group).unit, context.introduced(number)
        yield title if unit is None else context.reader.word("overview.unit", group=title, unit=context.reader.pick(unit))


def sample_table(context: Context, given: Given) -> Table:
    """Population, quota, ballots handed out and received, by stratum, with a total for each group."""
    word = context.reader.word
    heads = (
        Column(word("page.stratum"), 56, centred=False),
        *(Column(word(f"overview.{name}"), 22) for name in ("population", "quota", "handed_out", "returned", "reached")),
    )
    parts = tuple(
        Rows((*(_stratum(s, context, given) for s in group.strata), _total(group, context, given)), context.introduced(number))
        for number, group in enumerate(context.groups)
    )
    return Table(word("overview.sample_caption"), heads, parts)


def _stratum(stratum: StratumResult, context: Context, given: Given) -> tuple[str, ...]:
    words = context.reader
    returned = words.word("figure.suppressed") if stratum.ballots is None else words.number(stratum.ballots)
    return (
        words.pick(stratum.title),
        *_planned(stratum.population, stratum.quota, context),
        _handed_out(given.handed_out.get(stratum.id), context),
        returned,
        _reached(stratum.ballots, stratum.quota, context),
    )


def _total(group: GroupResult, context: Context, given: Given) -> tuple[str, ...]:
    words = context.reader
    known = [given.handed_out[stratum.id] for stratum in group.strata if stratum.id in given.handed_out]
    handed_out = sum(known) if known and len(known) == len(group.strata) else None
    return (
        words.word("overview.total"),
        *_planned(group.population, group.quota, context),
        _handed_out(handed_out, context),
        words.number(group.ballots),
        _reached(group.ballots, group.quota, context),
    )


def _planned(population: int | None, quota: int | None, context: Context) -> tuple[str, str]:
    words = context.reader
    return (
        words.word("overview.unknown") if population is None else words.number(population),
        words.word("overview.no_quota") if quota is None else words.number(quota),
    )


def _handed_out(number: int | None, context: Context) -> str:
    return context.reader.word("overview.blank") if number is None else context.reader.number(number)


def _reached(ballots: int | None, quota: int | None, context: Context) -> str:
    words = context.reader
    return words.whole_percent(100 * ballots / quota) if ballots is not None and quota else words.word("figure.absent")


def _after(context: Context) -> tuple[Paragraph, ...]:
    words = context.reader
    said = [words.word("overview.handed_out_note")]
    for number, group in enumerate(context.groups):
        if group.incomplete:
            incomplete = words.number(group.incomplete)
            said.append(words.word("overview.incomplete", group=context.label(number), number=incomplete))
        if group.channels:
            channels = ", ".join(words.word(f"channel.{channel}") for channel in group.channels)
            said.append(words.word("overview.channels", group=uncapitalised(context.label(number)), channels=channels))
    if any(group.channels for group in context.groups):
        said.append(words.word("overview.channels_note"))
    return paragraphs(said)


def _method(context: Context) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        asked = context.plan(group).questionnaire
        yield words.word(
            "overview.questionnaire",
            group=context.label(number),
            title=words.pick(asked.title),
            version=asked.version,
            criteria=len(asked.criteria),
            factors=len(asked.factors),
            levels=len(asked.scale.levels),
        )
    yield from notes(context.edition.results, context.survey, words)


def _privacy(context: Context) -> Iterator[str]:
    words = context.reader
    yield words.word("overview.privacy_text", notice=words.pick(context.survey.notice))
    yield words.word("method.min_base", number=words.number(context.survey.method.min_base))
