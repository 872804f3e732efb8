"""The rules of a plan that span several fields.

They look at plain data that may still be wrong in other ways (so that all mistakes of a plan are told at once), and
pass over whatever does not have the shape they need: the schema tells that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.domain.survey import Aggregation, Release, WhenFull
from shared.plan.problems import Finding, Place, shown, suggestion
from shared.plan.times import NoSuchTimeError, instant, zone_names

EACH: Final = object()
"""Stands in a pattern for every item of a list."""

ROLES = ("filters", "perception", "expectation", "about")
"""Where a questionnaire has questions with choices, in the order in which they are asked."""


def broken(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything in `data` that breaks a rule."""
    yield from _repeated_ids(data)
    yield from _unknown_references(data)
    yield from _period(data)
    yield from _release(data)
    yield from _weights(data)
    yield from _previous(data)
    yield from _overall_questions(data)
    yield from _wordings(data)
    for place, scale in find(data, "scales", EACH):
        yield from _scale(place, scale)
    for place, stratum in find(data, "groups", EACH, "strata", EACH):
        yield from _stratum(place, stratum)
    for place, questionnaire in find(data, "questionnaires", EACH):
        yield from _questionnaire(place, questionnaire)


def find(value: Any, *pattern: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value on the way that `pattern` describes (names, `EACH`), with its place."""
    if not pattern:
        yield at, value
        return
    step, *rest = pattern
    if step is EACH:
        if isinstance(value, list | tuple):
            for position, item in enumerate(value):
                yield from find(item, *rest, at=(*at, position))
    elif isinstance(value, Mapping) and step in value:
        yield from find(value[step], *rest, at=(*at, step))


def texts(value: Any, *pattern: Any, at: Place = ()) -> list[tuple[Place, str]]:
    """As `find`, only texts."""
    return [(place, found) for place, found in find(value, *pattern, at=at) if isinstance(found, str)]


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _repeated(found: list[tuple[Place, str]], what: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, name in found:
        if name in seen:
            yield place, f"{what} {name} is there already; each must be given once"
        seen.add(name)


def _repeated_ids(data: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _repeated(texts(data, "languages", EACH), "the language")
    yield from _repeated(texts(data, "scales", EACH, "id"), "the scale")
    yield from _repeated(texts(data, "factors", EACH, "id"), "the factor")
    yield from _repeated(texts(data, "questionnaires", EACH, "id"), "the questionnaire")
    yield from _repeated(texts(data, "groups", EACH, "id"), "the group")
    yield from _repeated(texts(data, "groups", EACH, "strata", EACH, "id"), "the stratum")


def _unknown_references(data: Mapping[str, Any]) -> Iterator[Finding]:
    for kind, pattern in (
        ("scales", ("questionnaires", EACH, "scale")),
        ("factors", ("questionnaires", EACH, "factors", EACH, "factor")),
        ("questionnaires", ("groups", EACH, "questionnaire")),
    ):
        known = [name for _, name in texts(data, kind, EACH, "id")]
        for place, name in texts(data, *pattern):
            if name not in known:
                yield place, f"{shown(name)} is not among the plan's {kind}{suggestion(name, known)}"


def _times(data: Mapping[str, Any]) -> tuple[dict[Place, datetime], list[Finding]]:
    """The plan's times that can be read, by place, and what keeps the others from it beyond their form."""
    zone = dict(find(data, "period", "timezone")).get(("period", "timezone"))
    times: dict[Place, datetime] = {}
    findings: list[Finding] = []
    if not isinstance(zone, str) or zone not in zone_names():
        return times, findings
    moments = (("period", "opens_at"), ("period", "closes_at"), ("period", "late_until"), ("release_at",), ("retain_until",))
    for pattern in moments:
        for place, text in texts(data, *pattern):
            try:
                times[place] = instant(text.strip(), ZoneInfo(zone)).astimezone(UTC)
            except NoSuchTimeError as error:
                findings.append((place, str(error)))
            except ValueError:  # its form: the schema tells that
                continue
    return times, findings


def _period(data: Mapping[str, Any]) -> Iterator[Finding]:
    times, findings = _times(data)
    yield from findings
    opens, closes = times.get(("period", "opens_at")), times.get(("period", "closes_at"))
    late = times.get(("period", "late_until"))
    if opens and closes and closes <= opens:
        yield ("period", "closes_at"), "expected a time after opens_at"
    if closes and late and late < closes:
        yield ("period", "late_until"), "expected a time not before closes_at"


def _release(data: Mapping[str, Any]) -> Iterator[Finding]:
    times, _ = _times(data)
    release_at = times.get(("release_at",))
    sealed_from = times.get(("period", "late_until"), times.get(("period", "closes_at")))
    if "release_at" in data and data.get("release") == Release.PERSON:
        yield ("release_at",), "has no meaning with `release: person`; leave it out, or write `release: automatic`"
    elif release_at and sealed_from and release_at < sealed_from:
        yield ("release_at",), "expected a time after closing, not before late_until"
    retain_until = times.get(("retain_until",))
    published_from = release_at or sealed_from
    if retain_until and published_from and retain_until <= published_from:
        yield ("retain_until",), "expected a time after the results are published, at least after late_until and release_at"


def _weights(data: Mapping[str, Any]) -> Iterator[Finding]:
    groups = [(place, group) for place, group in find(data, "groups", EACH) if isinstance(group, Mapping)]
    if any("weight" in group for _, group in groups):
        for place, group in groups:
            if "weight" not in group:
                yield (*place, "weight"), "missing; a plan gives weights to all groups or to none"


def _previous(data: Mapping[str, Any]) -> Iterator[Finding]:
    if isinstance(data.get("previous"), str) and data["previous"] == data.get("survey"):
        yield ("previous",), "expected another survey than this one"


def _overall_questions(data: Mapping[str, Any]) -> Iterator[Finding]:
    if (("method", "aggregation"), Aggregation.OVERALL_QUESTION.value) not in list(find(data, "method", "aggregation")):
        return
    for place, questionnaire in find(data, "questionnaires", EACH):
        if isinstance(questionnaire, Mapping) and "overall" not in questionnaire:
            yield (*place, "overall"), "missing; the aggregation overall-question needs an overall question"


def _wordings(data: Mapping[str, Any]) -> Iterator[Finding]:
    first: dict[str, Any] = {}
    rated = [
        *find(data, "questionnaires", EACH, "factors", EACH, "criteria", EACH),
        *find(data, "questionnaires", EACH, "overall"),
    ]
    for place, criterion in rated:
        if not isinstance(criterion, Mapping) or not isinstance(criterion.get("wording"), str):
            continue
        text = first.setdefault(criterion["wording"], criterion.get("text"))
        if text != criterion.get("text"):
            yield (
                (*place, "wording"),
                f"{criterion['wording']} already stands for other words; give this text another id",
            )


def _scale(place: Place, scale: Any) -> Iterator[Finding]:
    levels = [(at, level) for at, level in find(scale, "levels", EACH, at=place) if isinstance(level, Mapping)]
    for (_, below), (at, level) in pairwise(levels):
        value, other = _whole(level.get("value")), _whole(below.get("value"))
        if value is not None and other is not None and value <= other:
            yield (
                (*at, "value"),
                f"expected more than {other}, the level before; levels go from lowest to highest",
            )
        if below.get("satisfied") is True and level.get("satisfied", False) is False:
            yield (*at, "satisfied"), "expected true: this level stands above one that counts as satisfied"
    if len(levels) >= 2:
        marks = {level.get("satisfied", False) is True for _, level in levels}
        if marks == {False}:
            yield (*place, "levels"), "expected at least one level with `satisfied: true`"
        if marks == {True}:
            yield (*place, "levels"), "expected at least one level that does not count as satisfied"


def _stratum(place: Place, stratum: Any) -> Iterator[Finding]:
    if not isinstance(stratum, Mapping):
        return
    when_full = stratum.get("when_full")
    quota, population = _whole(stratum.get("quota")), _whole(stratum.get("population"))
    if when_full in (WhenFull.REFUSE, WhenFull.KEEP) and "quota" not in stratum:
        yield (*place, "quota"), f"missing; `when_full: {when_full}` needs the quota that makes the stratum full"
    if quota is not None and population is not None and population < quota:
        yield (*place, "population"), f"expected at least the quota, {quota}, got {population}"
    yield from validity(place, stratum)


def validity(place: Place, unit: Mapping[str, Any]) -> Iterator[Finding]:
    """Days of a unit that end before they begin; ISO dates sort as their text does."""
    first, last = unit.get("valid_from"), unit.get("valid_to")
    if isinstance(first, str) and isinstance(last, str) and last < first:
        yield (*place, "valid_to"), f"expected a day not before valid_from, {first}"


def _questionnaire(place: Place, questionnaire: Any) -> Iterator[Finding]:
    yield from _repeated(texts(questionnaire, "factors", EACH, "factor", at=place), "the factor")
    questions = [asked for role in ROLES for asked in find(questionnaire, role, EACH, at=place)]
    rated = [
        *find(questionnaire, "factors", EACH, "criteria", EACH, at=place),
        *find(questionnaire, "overall", at=place),
    ]
    ids = [found for at, asked in [*rated, *questions] for found in texts(asked, "id", at=at)]
    yield from _repeated(ids, "the question")
    for at, question in questions:
        yield from _choices(at, question)
    yield from _conditions(questionnaire, place)


def _choices(place: Place, question: Any) -> Iterator[Finding]:
    found = texts(question, "choices", EACH, "id", at=place)
    choices = [name for _, name in found]
    yield from _repeated(found, "the choice")
    for at, at_most in find(question, "at_most", at=place):
        offered = sum(1 for _ in find(question, "choices", EACH))
        if offered and (_whole(at_most) or 0) > offered:
            yield at, f"expected at most {offered}, the number of choices, got {at_most}"
    for at, name in texts(question, "fixed", EACH, at=place):
        if name not in choices:
            yield at, f"{shown(name)} is not among the choices of this question{suggestion(name, choices)}"
    if isinstance(question, Mapping) and "fixed" in question and question.get("shuffle") is not True:
        yield (*place, "fixed"), "has a meaning only with `shuffle: true`"


def _conditions(questionnaire: Any, place: Place) -> Iterator[Finding]:
    """Conditions may look back only: filters come first, then what is rated, then the other questions."""
    known: dict[str, list[str]] = {}
    for role in ROLES:
        for at, question in find(questionnaire, role, EACH, at=place):
            yield from _condition(at, question, known)
            for _, name in texts(question, "id"):
                known[name] = [choice for _, choice in texts(question, "choices", EACH, "id")]
        if role == "filters":
            rated = (("factors", EACH, "criteria", EACH), ("overall",))
            for at, criterion in (found for pattern in rated for found in find(questionnaire, *pattern, at=place)):
                yield from _condition(at, criterion, known)


def _condition(place: Place, asked: Any, known: Mapping[str, list[str]]) -> Iterator[Finding]:
    for at, name in texts(asked, "applies_if", "question", at=place):
        if name not in known:
            hint = suggestion(name, known)
            yield at, f"{shown(name)} is not a question with choices that is asked before this one{hint}"
            continue
        for choice_at, choice in texts(asked, "applies_if", "is", EACH, at=place):
            if choice not in known[name]:
                hint = suggestion(choice, known[name])
                yield choice_at, f"{shown(choice)} is not among the choices of {name} ({', '.join(known[name])}){hint}"
