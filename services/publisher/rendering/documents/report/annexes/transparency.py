"""Annex III: the eleven items for immediate disclosure of AAPOR's Code of Professional Ethics and Practices (2021), III.A."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from services.publisher.rendering import sentences
from services.publisher.rendering.documents import said
from services.publisher.rendering.documents.context import Context
from services.publisher.rendering.documents.given import Given
from services.publisher.rendering.documents.parts import BLANK, Section
from services.publisher.rendering.documents.report.blocks import paragraphs
from services.publisher.rendering.documents.report.limits import limits
from services.publisher.rendering.documents.words import capitalised, listed
from services.publisher.rendering.language import Language, language
from shared.domain.results import GroupResult
from shared.domain.survey import Admission, Stratum


def sections(context: Context, given: Given) -> tuple[Section, ...]:
    items: tuple[tuple[str, Callable[[Context], Iterator[str]]], ...] = (
        ("strategy", _plain("strategy")),
        ("sponsor", _sponsor),
        ("instruments", _plain("instruments")),
        ("population", _population),
        ("sampling", _sampling),
        ("modes", _modes),
        ("dates", _dates),
        ("size", partial(_size, given=given)),
        ("weights", _weights),
        ("processing", _plain("processing")),
        ("limits", lambda context: iter(listed(limits(context)))),
    )
    return tuple(Section(context.reader.word(f"aapor.{name}"), paragraphs(tell(context))) for name, tell in items)


def _plain(name: str) -> Callable[[Context], Iterator[str]]:
    return lambda context: iter([context.reader.word(f"aapor.{name}_text")])


def _sponsor(context: Context) -> Iterator[str]:
    body = context.reader.pick(context.survey.body.name)
    yield context.reader.word("aapor.sponsor_text", body=body, blank=BLANK)


def _population(context: Context) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        strata = "; ".join(words.pick(stratum.title) for stratum in group.strata)
        yield f"{context.introduced(number)}: {strata}."
        if group.population is not None:
            size = words.number(group.population)
            yield words.word("method.population", group=context.label(number), number=size)


def _sampling(context: Context) -> Iterator[str]:
    strata = [stratum for group in context.survey.groups for stratum in group.strata]
    kinds = (
        ("invited", [s for s in strata if s.admission is Admission.INVITED]),
        ("open", [s for s in strata if s.admission is Admission.OPEN]),
        ("asked_in_full", [s for s in strata if s.population is not None and s.quota == s.population]),
    )
    admission = " ".join(_named(kind, found, context) for kind, found in kinds if found)
    yield context.reader.word("aapor.sampling_text", admission=admission)


def _named(kind: str, strata: list[Stratum], context: Context) -> str:
    return context.reader.word(f"aapor.{kind}", strata="; ".join(context.reader.pick(stratum.title) for stratum in strata))


def _modes(context: Context) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        channels = ", ".join(words.word(f"channel.{channel}") for channel in group.channels)
        key = "aapor.modes_text" if channels else "aapor.modes_none"
        yield words.word(key, group=context.label(number), channels=channels)
    tags = context.survey.languages
    names = [language(tag).words["language.name"] if language(tag).spoken == tag else tag for tag in tags]
    yield words.word("aapor.languages", languages=", ".join(names))


def _dates(context: Context) -> Iterator[str]:
    results = context.edition.results
    yield f"{capitalised(sentences.period(results.opens_at, results.closes_at, context.survey, context.reader))}."


def _size(context: Context, given: Given) -> Iterator[str]:
    words = context.reader
    for number, group in enumerate(context.groups):
        figure = said.figure(group.overall, group, words, context.confidence)
        ballots = said.ballots(group, words)
        yield words.word("aapor.size_text", group=context.label(number), ballots=ballots, figure=figure)
        yield _response(group, context.label(number), given, words)
    yield f"{words.word('aapor.precision')} {words.word('aapor.precision_design')}"


def _response(group: GroupResult, label: str, given: Given, words: Language) -> str:
    """The counted ballots of those that were handed out; where that is not known, for whom it is not."""
    unknown = [words.pick(stratum.title) for stratum in group.strata if stratum.id not in given.handed_out]
    if unknown:
        return words.word("aapor.response_unknown", group=label, strata="; ".join(unknown))
    handed_out = sum(given.handed_out[stratum.id] for stratum in group.strata)
    rate = words.whole_percent(100 * group.ballots / handed_out)
    return words.word("aapor.response", group=label, handed_out=words.number(handed_out), rate=rate)


def _weights(context: Context) -> Iterator[str]:
    """The notes on weighting among those of the method."""
    words = context.reader
    for number, group in enumerate(context.groups):
        yield words.word("method.weighted" if group.weighted else "method.unweighted", group=context.label(number))
