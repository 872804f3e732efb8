"""Plain data that has passed schema and rules -> the frozen `Survey`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.survey import (
    Admission,
    Aggregation,
    Body,
    Choice,
    Condition,
    Criterion,
    Factor,
    Group,
    Level,
    Method,
    Period,
    Question,
    Questionnaire,
    Release,
    Reserving,
    Scale,
    Stratum,
    Survey,
    Texts,
    WhenFull,
)
from shared.plan.times import instant

Data = Mapping[str, Any]


def survey(data: Data) -> Survey:
    """The survey of complete, checked data."""
    period = _period(data["period"])
    release_at, retain_until = data.get("release_at"), data.get("retain_until")
    questionnaires = _questionnaires(data)
    return Survey(
        id=data["survey"],
        body=Body(**data["body"]),
        title=data["title"],
        purpose=data["purpose"],
        notice=data["notice"],
        languages=tuple(data["languages"]),
        period=period,
        groups=tuple(_group(group, questionnaires) for group in data["groups"]),
        method=_method(data["method"]),
        places=Reserving(**data["places"]),
        release=Release(data["release"]),
        release_at=None if release_at is None else instant(release_at, ZoneInfo(period.timezone)),
        grounds=tuple(data.get("grounds", ())),
        simulated=data["simulated"],
        previous=data.get("previous"),
        retain_until=None if retain_until is None else instant(retain_until, ZoneInfo(period.timezone)),
    )


def _period(data: Data) -> Period:
    zone = ZoneInfo(data["timezone"])
    closes_at = data["closes_at"]
    return Period(
        timezone=data["timezone"],
        opens_at=instant(data["opens_at"], zone),
        closes_at=instant(closes_at, zone),
        late_until=instant(data.get("late_until", closes_at), zone),
    )


def _method(data: Data) -> Method:
    return Method(**{**data, "aggregation": Aggregation(data["aggregation"])})


def _questionnaires(data: Data) -> dict[str, Questionnaire]:
    scales = {scale["id"]: _scale(scale) for scale in data["scales"]}
    titles = {factor["id"]: factor["title"] for factor in data["factors"]}
    return {entry["id"]: _questionnaire(entry, scales, titles) for entry in data["questionnaires"]}


def _scale(data: Data) -> Scale:
    levels = tuple(Level(**level) for level in data["levels"])
    return Scale(data["id"], levels, data.get("no_opinion"))


def _questionnaire(data: Data, scales: Mapping[str, Scale], titles: Mapping[str, Texts]) -> Questionnaire:
    factors = tuple(
        Factor(used["factor"], titles[used["factor"]], tuple(map(_criterion, used["criteria"]))) for used in data["factors"]
    )
    return Questionnaire(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        stem=data["stem"],
        scale=scales[data["scale"]],
        factors=factors,
        overall=_criterion(data["overall"]) if "overall" in data else None,
        filters=_questions(data, "filters"),
        perception=_questions(data, "perception"),
        expectation=_questions(data, "expectation"),
        about=_questions(data, "about"),
        comment=data.get("comment"),
    )


def _criterion(data: Data) -> Criterion:
    return Criterion(**{**data, "applies_if": _condition(data)})


def _questions(data: Data, role: str) -> tuple[Question, ...]:
    return tuple(map(_question, data.get(role, ())))


def _question(data: Data) -> Question:
    return Question(
        **{
            **data,
            "choices": tuple(Choice(**choice) for choice in data["choices"]),
            "fixed": frozenset(data.get("fixed", ())),
            "applies_if": _condition(data),
        }
    )


def _condition(data: Data) -> Condition | None:
    condition = data.get("applies_if")
    return None if condition is None else Condition(condition["question"], frozenset(condition["is"]))


def _group(data: Data, questionnaires: Mapping[str, Questionnaire]) -> Group:
    strata = tuple(map(_stratum, data["strata"]))
    return Group(**{**data, "questionnaire": questionnaires[data["questionnaire"]], "strata": strata})


def _stratum(data: Data) -> Stratum:
    when_full, admission = WhenFull(data["when_full"]), Admission(data["admission"])
    validity = {name: date.fromisoformat(data[name]) for name in ("valid_from", "valid_to") if name in data}
    return Stratum(**{**data, "when_full": when_full, "admission": admission, **validity})
