"""Annex I: the questionnaires word for word, as the plan has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.parts import Block, Column, Rows, Section, Table
from services.publisher.rendering.documents.report.blocks import paragraphs, points
from services.publisher.rendering.method import satisfied_levels
from shared.domain.survey import Condition, Criterion, Question, Questionnaire


def sections(context: Context) -> tuple[Section, ...]:
    return tuple(_group(number, context) for number in range(len(context.groups)))


def _group(number: int, context: Context) -> Section:
    words, asked = context.reader, context.plan(context.groups[number]).questionnaire
    notice = words.pick(context.survey.notice)
    lead = [
        words.word("questionnaire.lead", title=words.pick(asked.title), version=asked.version, notice=notice),
        words.word("questionnaire.stem", stem=words.pick(asked.stem)),
        *_scale(asked, context),
    ]
    parts = [
        _questions("filters", asked.filters, asked, context),
        Section(words.word("questionnaire.rated"), (_criteria(number, asked, context),)),
        Section(words.word("questionnaire.overall"), paragraphs(_overall(asked, context))),
        _questions("perception", asked.perception, asked, context),
        _questions("expectation", asked.expectation, asked, context),
        _questions("about", asked.about, asked, context),
        Section(words.word("questionnaire.comment"), paragraphs(_comment(asked, context))),
    ]
    return Section(context.introduced(number), paragraphs(lead), points(parts, context))


def _scale(asked: Questionnaire, context: Context) -> Iterator[str]:
    words, scale = context.reader, asked.scale
    levels = "; ".join(f"{level.value} – {words.pick(level.text)}" for level in scale.levels)
    yield words.word("questionnaire.scale", levels=levels, satisfied=satisfied_levels(scale, words))
    if scale.no_opinion is not None:
        yield words.word("questionnaire.no_opinion", text=words.pick(scale.no_opinion))


def _criteria(number: int, asked: Questionnaire, context: Context) -> Block:
    words = context.reader
    parts = tuple(
        Rows(tuple((c.id, _conditional(c, asked, context)) for c in factor.criteria), words.pick(factor.title))
        for factor in asked.factors
    )
    heads = (Column(words.word("questionnaire.code"), 18), Column(words.word("page.criterion"), 147, centred=False))
    return Table(words.word("questionnaire.rated_caption", group=context.label(number)), heads, parts)


def _conditional(criterion: Criterion, asked: Questionnaire, context: Context) -> str:
    text = context.reader.pick(criterion.text)
    return f"{text}. {_applies(criterion.applies_if, asked, context)}" if criterion.applies_if else text


def _applies(condition: Condition, asked: Questionnaire, context: Context) -> str:
    words, question = context.reader, asked.questions[condition.question]
    chosen = [f"“{words.pick(choice.text)}”" for choice in question.choices if choice.id in condition.choices]
    choices = words.words["format.or"].join(chosen)
    return words.word("questionnaire.applies", choices=choices, question=f"“{words.pick(question.text)}”")


def _overall(asked: Questionnaire, context: Context) -> Iterator[str]:
    if asked.overall is not None:
        yield context.reader.pick(asked.overall.text)


def _questions(name: str, questions: Sequence[Question], asked: Questionnaire, context: Context) -> Section:
    said = (" ".join(_question(question, asked, context)) for question in questions)
    return Section(context.reader.word(f"questionnaire.{name}"), paragraphs(said))


def _question(question: Question, asked: Questionnaire, context: Context) -> Iterator[str]:
    words = context.reader
    choices = "; ".join(words.pick(choice.text) for choice in question.choices)
    yield words.word("questionnaire.question", text=words.pick(question.text), choices=choices)
    if question.at_most > 1:
        yield words.word("questionnaire.at_most", number=question.at_most)
    if question.sensitive:
        yield words.word("questionnaire.sensitive")
    if question.applies_if is not None:
        yield _applies(question.applies_if, asked, context)


def _comment(asked: Questionnaire, context: Context) -> Iterator[str]:
    if asked.comment is not None:
        yield context.reader.word("questionnaire.open_question", text=context.reader.pick(asked.comment))
