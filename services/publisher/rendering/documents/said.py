"""What is said of a group in running text: its ballots, its index with its doubt, what it wants improved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from services.publisher.rendering import sentences
from services.publisher.rendering.documents.words import uncapitalised
from services.publisher.rendering.edition import Edition
from services.publisher.rendering.language import Language
from shared.domain.measure import Measure
from shared.domain.results import Bounded, Cell, ChoiceShare, GroupResult, QuestionResult, Suppressed
from shared.domain.survey import Survey


def ballots(group: GroupResult, reader: Language) -> str:
    """How many ballots came back, of how many, and how many are in the index."""
    number = reader.number(group.ballots)
    if group.quota:
        share = reader.whole_percent(100 * group.ballots / group.quota)
        said = reader.word("sample.of_quota", number=number, quota=reader.number(group.quota), share=share)
    else:
        said = reader.word("sample.returned", number=number)
    if group.incomplete:
        return f"{said}, {reader.word('sample.some_counted', number=reader.number(group.ballots - group.incomplete))}"
    return f"{said}, {reader.word('sample.all_counted')}"


def figure(cell: Cell, group: GroupResult, reader: Language, confidence: float) -> str:
    """A figure with its doubt, or with why it is not there, in one phrase."""
    said = sentences.figure(cell, reader)
    if isinstance(cell, Suppressed):
        return reader.word("figure_said.suppressed", figure=said, reason=sentences.reason(cell.reason, reader))
    if isinstance(cell, Bounded):
        return reader.word("figure_said.bounded", figure=said)
    if cell.kind == "census":
        return reader.word("figure_said.census", figure=said, number=reader.number(group.ballots))
    low, high = reader.percent(cell.low, cell.base), reader.percent(cell.high, cell.base)
    if cell.kind == "bounds":
        return reader.word("figure_said.bounds", figure=said, low=low, high=high)
    return reader.word(
        "figure_said.interval", figure=said, low=low, high=high, confidence=reader.whole_percent(100 * confidence)
    )


def wanted(group: GroupResult, survey: Survey, reader: Language, places: int = 3) -> Iterator[str]:
    """What the group most wants improved, so many choices of each question; "something else" is not a thing to improve."""
    for question in group.questions:
        if question.role == "expectation":
            plan = survey.group(group.id).questionnaire.questions.get(question.id)
            named = tuple(c for c in question.choices if plan is None or c.id not in plan.fixed)
            yield _wanted(replace(question, choices=named), reader, places)


def _wanted(question: QuestionResult, reader: Language, places: int) -> str:
    if question.reason is not None:
        return reader.word("notice.wanted_hidden", reason=sentences.reason(question.reason, reader))
    said = "; ".join(
        f"{uncapitalised(reader.pick(choice.text))} ({reader.percent(choice.share or 0.0, question.base or 0)})"
        for choice in most_wanted(question.choices, places)
    )
    if not said:
        return reader.word("notice.wanted_none")
    hidden = any(choice.share is None for choice in question.choices)
    return reader.word("notice.wanted_shown", said=said) if hidden else said


def most_wanted(choices: Iterable[ChoiceShare], places: int = 3) -> list[ChoiceShare]:
    """The choices that were picked most, in order; those that tie with the last place are all there."""
    picked = sorted((c for c in choices if c.share), key=lambda choice: -(choice.share or 0.0))
    return [c for c in picked if (c.share or 0.0) >= (picked[min(places, len(picked)) - 1].share or 0.0)]


def measures(told: Iterable[Measure], reader: Language) -> Iterator[str]:
    """A phrase for each measure: what, who, until when, and how far it is."""
    for each in told:
        yield reader.word(
            "notice.measure",
            what=uncapitalised(reader.pick(each.what)),
            who=reader.pick(each.who),
            until=reader.date(each.until),
            state=reader.word(f"measures.{each.progress.value}"),
        )


def corrected(correction: Mapping[str, Any] | None, edition: Edition, reader: Language) -> tuple[str, ...]:
    """What a corrected edition says of itself, as a paragraph; nothing for an edition that corrects none."""
    if correction is None:
        return ()
    said = {
        "number": edition.number,
        "replaced": correction["replaces"],
        "reason": reader.pick(correction["reason"]).rstrip("."),
    }
    return (reader.word("form.corrected", **said),)


def root(edition: Edition) -> str:
    """The register's root in groups of eight, so that it can be compared by eye; empty where there is none."""
    text = str(edition.results.register.get("root", ""))
    return " ".join(text[i : i + 8] for i in range(0, len(text), 8))


def published_on(edition: Edition, survey: Survey, reader: Language) -> str:
    """The day of publication in the plan's time zone."""
    return reader.date(edition.published_at.astimezone(ZoneInfo(survey.period.timezone)))


def hidden_reasons(cells: Iterable[Cell], reader: Language) -> str:
    """Why figures among `cells` are hidden, each reason once; empty where none is."""
    return "; ".join(dict.fromkeys(sentences.reason(c.reason, reader) for c in cells if isinstance(c, Suppressed)))
