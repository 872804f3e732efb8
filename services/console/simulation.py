"""Simulated ballots for any plan, drawn from a stated model, repeatable by their seed.

The model: every respondent has a mood, normally distributed, which all of their ratings share; every factor, criterion and
stratum has an attraction of its own. Mood, attraction and a dash of chance add up, and thresholds cut the sum into levels so
that with the default settings about 85 ratings in 100 are satisfied. Now and then a rating is "no opinion" or left out. Filters
and other questions are answered at random, earlier choices more often.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.domain.survey import Condition, Group, Question, Questionnaire, Scale, Stratum, Survey

NO_OPINION_SHARE = 0.04
SKIPPED_SHARE = 0.02
SATISFIED_FROM = -1.04
"""The standard normal value that 85 in 100 exceed: ratings above it are satisfied."""


@dataclass(frozen=True, slots=True)
class SimulatedBallot:
    """A ballot to post: its id and its body as JSON values."""

    id: UUID
    body: dict[str, Any]


def simulate(survey: Survey, seed: int, sizes: dict[str, int] | None = None) -> Iterator[SimulatedBallot]:
    """Ballots for every stratum, in random order: its quota's number, or what `sizes` says (stratum id -> number)."""
    chance = random.Random(seed)  # noqa: S311 - a simulation has to be repeatable
    wanted = [
        (group, stratum)
        for group in survey.groups
        for stratum in group.strata
        for _ in range((sizes or {}).get(stratum.id, stratum.quota or 0))
    ]
    chance.shuffle(wanted)
    attractions = {
        name: chance.gauss(0.0, 0.35)
        for questionnaire in survey.questionnaires.values()
        for name in _attractive(survey, questionnaire)
    }
    for group, stratum in wanted:
        body = _body(survey, group, stratum, attractions, chance)
        yield SimulatedBallot(UUID(int=chance.getrandbits(128), version=4), body)


def _attractive(survey: Survey, questionnaire: Questionnaire) -> list[str]:
    strata = [stratum.id for group in survey.groups for stratum in group.strata]
    return [*(factor.id for factor in questionnaire.factors), *questionnaire.rated, *strata]


def _body(
    survey: Survey, group: Group, stratum: Stratum, attractions: dict[str, float], chance: random.Random
) -> dict[str, Any]:
    questionnaire = group.questionnaire
    answers: dict[str, Any] = {}
    mood = chance.gauss(0.0, 0.8)
    for question in questionnaire.questions.values():
        if not _ruled_out(question.applies_if, answers):
            answers[question.id] = _choose(question, chance)
    factor_of = {c.id: f.id for f in questionnaire.factors for c in f.criteria}
    for criterion in questionnaire.rated.values():
        if _ruled_out(criterion.applies_if, answers) or chance.random() < SKIPPED_SHARE:
            continue
        pull = (
            mood + attractions[stratum.id] + attractions[criterion.id] + attractions.get(factor_of.get(criterion.id, ""), 0.0)
        )
        answers[criterion.id] = _rate(questionnaire.scale, pull, chance)
    return {
        "stratum": stratum.id,
        "channel": chance.choices(("web", "kiosk", "paper"), (6, 3, 1))[0],
        "language": chance.choices(survey.languages, [20, *[1] * (len(survey.languages) - 1)])[0],
        "questionnaire": questionnaire.version,
        "answers": answers,
    }


def _rate(scale: Scale, pull: float, chance: random.Random) -> int:
    """A level: the satisfied ones above a threshold that 85 in 100 of the sums exceed, the others below it."""
    if scale.no_opinion is not None and chance.random() < NO_OPINION_SHARE:
        return 0
    total = pull + chance.gauss(0.0, 0.8)
    threshold = SATISFIED_FROM * (0.8**2 + 0.8**2 + 3 * 0.35**2) ** 0.5
    satisfied = [level.value for level in scale.levels if level.satisfied]
    others = [level.value for level in scale.levels if not level.satisfied]
    if total >= threshold:
        return satisfied[min(int((total - threshold) / 1.5), len(satisfied) - 1)]
    return others[max(-1 - int((threshold - total) / 0.8), -len(others))]


def _choose(question: Question, chance: random.Random) -> str | list[str]:
    weights = [1.0 / (rank + 1) for rank in range(len(question.choices))]
    first = chance.choices([choice.id for choice in question.choices], weights)[0]
    if question.at_most == 1:
        return first
    others = [choice.id for choice in question.choices if choice.id != first]
    return [first, *chance.sample(others, chance.randint(0, min(question.at_most - 1, len(others))))]


def _ruled_out(condition: Condition | None, answers: dict[str, Any]) -> bool:
    if condition is None:
        return False
    given = answers.get(condition.question)
    return not condition.choices & (set(given) if isinstance(given, list) else {given})
