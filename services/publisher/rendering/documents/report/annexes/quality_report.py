"""Annex IV: a quality report in the order of the European Statistical System's structure for them (ESQRS)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from services.publisher.rendering import sentences
from services.publisher.rendering.comparing import compared_with, not_compared
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.letterhead import contacts
from services.publisher.rendering.documents.parts import BLANK, Section
from services.publisher.rendering.documents.report.blocks import paragraphs
from services.publisher.rendering.documents.words import uncapitalised

_ITEMS = (
    "contact", "presentation", "processing", "management", "relevance", "accuracy", "timeliness", "coherence", "access",
    "burden", "confidentiality", "comment",
)  # fmt: skip


def quality_report(context: Context, given: Given) -> tuple[Section, ...]:
    tellers: dict[str, Callable[[Context], Iterator[str]]] = {
        "accuracy": _accuracy,
        "timeliness": partial(_timeliness, given=given),
        "coherence": _coherence,
        "burden": _burden,
    }
    values = _values(context, given)
    return tuple(
        Section(
            context.reader.word(f"ess.{name}"),
            paragraphs(tellers[name](context) if name in tellers else [context.reader.word(f"ess.{name}_text", **values)]),
        )
        for name in _ITEMS
    )


def _values(context: Context, given: Given) -> dict[str, object]:
    """What the items that are one sentence have in them."""
    words, survey, results = context.reader, context.survey, context.edition.results
    aggregation = str(results.method.get("aggregation", survey.method.aggregation.value))
    return {
        "body": words.pick(survey.body.name),
        "contacts": contacts(survey.body, words),
        "period": uncapitalised(sentences.period(results.opens_at, results.closes_at, survey, words)),
        "purpose": words.pick(survey.purpose),
        "rule": words.word_or(f"rule_texts.{aggregation}", aggregation),
        "secret": words.word("method.min_base", number=words.number(survey.method.min_base)),
        "address": given.address or words.word("notice.no_address"),
        "number": context.edition.number,
        "date": sentences.day(context.edition.published_at, survey, words),
    }


def _accuracy(context: Context) -> Iterator[str]:
    words = context.reader
    yield words.word("ess.accuracy_text", confidence=context.confidence_said)
    if any("alpha" in group.quality for group in context.groups):
        yield words.word("ess.accuracy_alpha")


def _timeliness(context: Context, given: Given) -> Iterator[str]:
    words, survey, results = context.reader, context.survey, context.edition.results
    zone = ZoneInfo(survey.period.timezone)
    closed = (results.closes_at - timedelta(microseconds=1)).astimezone(zone)
    published = context.edition.published_at.astimezone(zone)
    told = given.release or {"days": (published.date() - closed.date()).days}
    yield words.word(
        "ess.timeliness_text", closed=words.date(closed), published=words.date(published), days=words.number(told["days"])
    )
    if survey.release_at is not None:
        yield words.word("ess.timeliness_planned", planned=sentences.day(survey.release_at, survey, words))


def _coherence(context: Context) -> Iterator[str]:
    words, results = context.reader, context.edition.results
    if results.compared_with is None:
        yield not_compared(results, words)
        return
    yield compared_with(results, words)
    yield words.word("since.how")


def _burden(context: Context) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        asked = context.plan(group).questionnaire
        questions = words.number(len(asked.rated) + len(asked.questions) + (asked.comment is not None))
        yield words.word("ess.burden_text", questions=questions, group=uncapitalised(context.label(number)), blank=BLANK)
