"""A survey as the kiosk asks it: the steps and faces of the web form, in every language, ready to be kept on a device.

The kiosk derives nothing from a plan by itself: which page a question is on and how a level looks is decided where it is for
the form.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from services.collector.kiosk.words import reading
from services.collector.web.faces import mouth
from services.collector.web.language import own_name
from services.collector.web.steps import Item, Option, Step, steps_of
from shared.domain.ballot import COMMENT_LIMIT
from shared.domain.survey import Admission, Condition, Group, Questionnaire, Stratum, Survey, Texts
from shared.language import Language


def content(survey: Survey) -> dict[str, Any]:
    """All that a device needs to take ballots of `survey`. `version` changes with anything else in it."""
    period = survey.period
    told: dict[str, Any] = {
        "survey": survey.id,
        "title": dict(survey.title),
        "purpose": dict(survey.purpose),
        "notice": dict(survey.notice),
        "body": {"name": dict(survey.body.name), "place": dict(survey.body.place)},
        "simulated": survey.simulated,
        "period": {
            "opens_at": period.opens_at.isoformat(),
            "closes_at": period.closes_at.isoformat(),
            "late_until": period.late_until.isoformat(),
        },
        "comment_limit": COMMENT_LIMIT,
        "languages": [_language(reading(tag, survey.languages), survey) for tag in survey.languages],
        "strata": [_stratum(group, stratum) for group, stratum in survey.strata.values()],
        "questionnaires": {id_: _questionnaire(q) for id_, q in survey.questionnaires.items()},
    }
    return {"version": hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16], **told}


def _language(reader: Language, survey: Survey) -> dict[str, Any]:
    period = survey.period
    return {
        "tag": reader.tag,
        "spoken": reader.spoken,
        "name": own_name(reader.tag),
        "words": dict(reader.words),
        "opens": reader.moment(period.opens_at, period.timezone),
        "closes": reader.moment(period.closes_at, period.timezone),
    }


def _stratum(group: Group, stratum: Stratum) -> dict[str, Any]:
    return {
        "id": stratum.id,
        "title": dict(stratum.title),
        "group": group.id,
        "questionnaire": group.questionnaire.id,
        "invited": stratum.admission is Admission.INVITED,
        "refuses": stratum.reserves,
    }


def _questionnaire(questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "version": questionnaire.version,
        "no_opinion": questionnaire.scale.no_opinion is not None,
        "steps": [_step(step) for step in steps_of(questionnaire)],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "title": _texts(step.title),
        "word": step.word,
        "stem": _texts(step.stem),
        "items": [_item(item) for item in step.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "text": dict(item.text),
        "kind": item.kind.value,
        "options": [_option(option) for option in item.options],
        "at_most": item.at_most,
        "shuffle": item.shuffle,
        "applies_if": _condition(item.applies_if),
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "value": option.value,
        "text": dict(option.text),
        "mouth": None if option.mood is None else mouth(option.mood),
        "apart": option.apart,
        "fixed": option.fixed,
    }


def _condition(condition: Condition | None) -> dict[str, Any] | None:
    return None if condition is None else {"question": condition.question, "choices": sorted(condition.choices)}


def _texts(texts: Texts | None) -> dict[str, str] | None:
    return None if texts is None else dict(texts)
