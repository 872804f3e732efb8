"""The notice that a survey is held, from its plan alone: who asks whom, when and why, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from services.publisher.rendering import sentences
from services.publisher.rendering.documents import letterhead
from services.publisher.rendering.documents.numbering import Numbering
from services.publisher.rendering.documents.parts import BLANK, Document, Paragraph, Section
from services.publisher.rendering.documents.words import capitalised, listed, reader, uncapitalised
from services.publisher.rendering.language import Language
from shared.domain.survey import Admission, Group, Stratum, Survey

_Teller = Callable[[Survey, Language], Iterator[str]]


def announcement(survey: Survey, tag: str, address: str | None) -> Document:
    """The words of the notice in the language `tag`; `address` is where people answer, None where that is not known."""
    words = reader(tag, survey.languages)
    body, title = words.pick(survey.body.name), words.word("plan.summary", title=uncapitalised(words.pick(survey.title)))
    return Document(
        language=words.spoken,
        title=f"{words.word('plan.title')}. {title}",
        author=body,
        head=letterhead.letterhead(survey.body, words.word("plan.kind"), words),
        name=words.word("plan.name"),
        summary=title,
        note=words.word("form.translation"),
        addressee="",
        simulated=letterhead.simulated(words) if survey.simulated else None,
        grounds=letterhead.grounds(survey.grounds, words),
        opening=(words.word("plan.opening", body=body),),
        sections=tuple(_sections(survey, words, address)),
        end=words.word("plan.end", body=body),
        recipients_title=words.word("form.recipients"),
        recipients=letterhead.recipients(survey.body, words, addressed=False),
        numbering=Numbering.CLAUSES,
        table_label=words.word("form.table"),
        chart_label=words.word("form.chart"),
    )


def _sections(survey: Survey, words: Language, address: str | None) -> Iterator[Section]:
    tellers: tuple[tuple[str, _Teller], ...] = (
        ("why", lambda survey, words: iter([words.pick(survey.purpose)])),
        ("whom", _whom),
        ("when", _when),
        ("what", _what),
        ("how", lambda survey, words: _how(survey, words, address)),
        ("treated", _treated),
        ("released", _released),
        ("where", lambda survey, words: iter([f"{capitalised(letterhead.contacts(survey.body, words))}."])),
    )
    for name, tell in tellers:
        yield Section(words.word(f"plan.{name}"), tuple(Paragraph(text) for text in tell(survey, words)))


def _whom(survey: Survey, words: Language) -> Iterator[str]:
    yield from listed(_group(group, words) for group in survey.groups)


def _group(group: Group, words: Language) -> str:
    strata = ", ".join(_stratum(stratum, words) for stratum in group.strata)
    title = words.pick(group.title)
    if group.quota is None:
        return words.word("plan.group", group=title, strata=strata)
    return words.word("plan.group_quota", group=title, strata=strata, number=words.number(group.quota))


def _stratum(stratum: Stratum, words: Language) -> str:
    title = words.pick(stratum.title)
    if stratum.quota is None:
        return words.word("plan.stratum", stratum=title)
    return words.word("plan.stratum_quota", stratum=title, number=words.number(stratum.quota))


def _when(survey: Survey, words: Language) -> Iterator[str]:
    period = sentences.period(survey.period.opens_at, survey.period.closes_at, survey, words)
    late = survey.period.late_until.astimezone(ZoneInfo(survey.period.timezone))
    yield words.word("plan.when_text", period=period, late=f"{words.time(late)}, {words.date(late)}")


def _what(survey: Survey, words: Language) -> Iterator[str]:
    for group in survey.groups:
        asked = group.questionnaire
        yield words.word(
            "plan.what_text",
            group=words.pick(group.title),
            title=words.pick(asked.title),
            criteria=words.number(len(asked.criteria)),
            factors=words.number(len(asked.factors)),
            named="; ".join(uncapitalised(words.pick(factor.title)) for factor in asked.factors),
            lowest=words.pick(asked.scale.levels[0].text),
            highest=words.pick(asked.scale.levels[-1].text),
        )


def _how(survey: Survey, words: Language, address: str | None) -> Iterator[str]:
    yield words.word("plan.how_text")
    for admission in (Admission.INVITED, Admission.OPEN):
        strata = [stratum for _, stratum in survey.strata.values() if stratum.admission is admission]
        if strata:
            named = "; ".join(words.pick(stratum.title) for stratum in strata)
            yield words.word(f"plan.{admission.value}", strata=named)
    if address is None:
        yield words.word("plan.no_address", blank=BLANK)
    else:
        yield words.word("plan.address", address=address)
    yield words.word("plan.receipt")


def _treated(survey: Survey, words: Language) -> Iterator[str]:
    yield words.pick(survey.notice)
    yield f"{words.word('plan.small', number=words.number(survey.method.min_base))} {words.word('plan.used')}"


def _released(survey: Survey, words: Language) -> Iterator[str]:
    if survey.release_at is None:
        yield words.word("plan.released_open")
    else:
        yield words.word("plan.released_at", date=sentences.day(survey.release_at, survey, words))
    if survey.previous is not None:
        yield words.word("plan.compared")
