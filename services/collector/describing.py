"""A survey as clients see it over HTTP: what is asked, of whom, when, in which languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.domain.survey import Condition, Criterion, Group, Question, Questionnaire, Scale
from shared.store.surveys import Record


def summary(record: Record) -> dict[str, Any]:
    """The few facts by which a person picks a survey."""
    survey = record.survey
    return {
        "survey": survey.id,
        "title": dict(survey.title),
        "body": dict(survey.body.name),
        "state": record.state.value,
        "languages": list(survey.languages),
        "period": {
            "timezone": survey.period.timezone,
            "opens_at": survey.period.opens_at.isoformat(),
            "closes_at": survey.period.closes_at.isoformat(),
            "late_until": survey.period.late_until.isoformat(),
        },
        "simulated": survey.simulated,
    }


def describe(record: Record) -> dict[str, Any]:
    """All that a form needs to ask the survey's questions."""
    survey = record.survey
    return {
        **summary(record),
        "purpose": dict(survey.purpose),
        "notice": dict(survey.notice),
        "groups": [_group(group) for group in survey.groups],
        "questionnaires": [_questionnaire(q) for q in survey.questionnaires.values()],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "title": dict(group.title),
        "questionnaire": group.questionnaire.id,
        "strata": [
            {"id": s.id, "title": dict(s.title), "quota": s.quota, "admission": s.admission.value} for s in group.strata
        ],
    }


def _questionnaire(questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "title": dict(questionnaire.title),
        "stem": dict(questionnaire.stem),
        "scale": _scale(questionnaire.scale),
        "factors": [
            {"id": f.id, "title": dict(f.title), "criteria": [_criterion(c) for c in f.criteria]} for f in questionnaire.factors
        ],
        "overall": None if questionnaire.overall is None else _criterion(questionnaire.overall),
        "filters": _questions(questionnaire.filters),
        "perception": _questions(questionnaire.perception),
        "expectation": _questions(questionnaire.expectation),
        "about": _questions(questionnaire.about),
        "comment": None if questionnaire.comment is None else dict(questionnaire.comment),
    }


def _scale(scale: Scale) -> dict[str, Any]:
    return {
        "id": scale.id,
        "levels": [{"value": level.value, "text": dict(level.text)} for level in scale.levels],
        "no_opinion": None if scale.no_opinion is None else dict(scale.no_opinion),
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "text": dict(criterion.text),
        "wording": criterion.wording,
        "applies_if": _condition(criterion.applies_if),
    }


def _questions(questions: Iterable[Question]) -> list[dict[str, Any]]:
    return [
        {
            "id": question.id,
            "text": dict(question.text),
            "choices": [{"id": choice.id, "text": dict(choice.text)} for choice in question.choices],
            "at_most": question.at_most,
            "shuffle": question.shuffle,
            "fixed": sorted(question.fixed),
            "applies_if": _condition(question.applies_if),
        }
        for question in questions
    ]


def _condition(condition: Condition | None) -> dict[str, Any] | None:
    return None if condition is None else {"question": condition.question, "choices": sorted(condition.choices)}
