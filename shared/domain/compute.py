"""From what the ballots say to every figure of a survey, before the disclosure rules.

Nothing that this gives may leave the system: `shared.domain.disclosure.protect` decides what of it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.index import response
from shared.domain.inference import Estimate, Figures, GroupEstimates, estimate
from shared.domain.quality import choice_shares
from shared.domain.recount import Recount
from shared.domain.results import (
    Cell,
    ChoiceShare,
    CriterionResult,
    FactorResult,
    GroupResult,
    QuestionResult,
    Results,
    Shown,
    StratumResult,
    Suppressed,
)
from shared.domain.survey import Channel, Criterion, Factor, Group, Question, Questionnaire, Stratum, Survey
from shared.domain.tally import Tallies, Tally, merge

NO_ANSWERS = Suppressed("no-answers")

LEAST_SHARE = 0.05
"""The share of a group's ballots from which on a channel is one by which the group was asked."""


def compute(survey: Survey, counted: Recount, register: Mapping[str, Any], equation: Mapping[str, Any]) -> Results:
    """Every figure of `survey`. `register` and `equation` are what sealing wrote."""
    strata, channels = counted.strata, channels_of(counted.cells, survey)
    return Results(
        survey=survey.id,
        title=survey.title,
        body=survey.body.name,
        simulated=survey.simulated,
        opens_at=survey.period.opens_at,
        closes_at=survey.period.closes_at,
        method=_method(survey),
        groups=tuple(
            replace(
                _group(group, strata, estimate(group, counted.moments[group.id], survey.method)),
                channels=tuple(sorted(channel.value for channel in channels[group.id])),
            )
            for group in survey.groups
        ),
        comparison=(),
        register=register,
        equation=equation,
    )


def channels_of(tallies: Tallies, survey: Survey) -> dict[str, frozenset[Channel]]:
    """The channels by which each group was asked: those of at least `LEAST_SHARE` of its counted ballots.

    A way in which hardly anyone answered moves no index, and must not keep two surveys from being compared.
    """
    counts: dict[str, Counter[Channel]] = {group.id: Counter() for group in survey.groups}
    for cell, tally in tallies.items():
        counts[survey.strata[cell.stratum][0].id][cell.channel] += tally.counted
    return {
        group: frozenset(channel for channel, n in each.items() if n and n >= LEAST_SHARE * each.total())
        for group, each in counts.items()
    }


def _method(survey: Survey) -> dict[str, Any]:
    method = survey.method
    return {
        "aggregation": method.aggregation.value,
        "confidence": method.confidence,
        "interval": "wilson",
        "min_answered": method.min_answered,
        "min_base": method.min_base,
        "satisfied": {group.id: sorted(group.questionnaire.scale.satisfied) for group in survey.groups},
    }


def _group(group: Group, strata: Mapping[str, Tally], estimates: GroupEstimates) -> GroupResult:
    tally = merge(strata.get(stratum.id, Tally()) for stratum in group.strata)
    figures = estimates.figures
    return GroupResult(
        id=group.id,
        title=group.title,
        ballots=tally.counted,
        incomplete=tally.incomplete,
        quota=group.quota,
        population=group.population,
        weighted=estimates.weighted,
        overall=_cell(figures.overall),
        aggregations={name.value: _cell(figure) for name, figure in figures.aggregations.items() if figure is not None},
        factors=_factors(group.questionnaire, figures),
        criteria=tuple(_criteria(group.questionnaire, figures, tally)),
        strata=tuple(_stratum(group, s, strata.get(s.id, Tally()), estimates.strata[s.id]) for s in group.strata),
        questions=tuple(_questions(group.questionnaire, tally)),
        uncovered=estimates.uncovered,
    )


def _cell(figure: Estimate | None) -> Cell:
    if figure is None:
        return NO_ANSWERS
    return Shown(figure.index, figure.low, figure.high, figure.base, figure.kind.value)


def _factors(questionnaire: Questionnaire, figures: Figures) -> tuple[FactorResult, ...]:
    return tuple(FactorResult(f.id, f.title, _cell(figures.factors[f.id])) for f in questionnaire.factors)


def _criteria(questionnaire: Questionnaire, figures: Figures, tally: Tally) -> list[CriterionResult]:
    return [
        _criterion(questionnaire, factor, criterion, figures, tally)
        for factor in questionnaire.factors
        for criterion in factor.criteria
    ]


def _criterion(
    questionnaire: Questionnaire, factor: Factor, criterion: Criterion, figures: Figures, tally: Tally
) -> CriterionResult:
    found = response(tally, criterion.id)
    counts = tally.of(criterion.id)
    return CriterionResult(
        id=criterion.id,
        factor=factor.id,
        text=criterion.text,
        wording=criterion.wording,
        uncertain=criterion.uncertain,
        cell=_cell(figures.criteria[criterion.id]),
        levels={str(level.value): counts.get(str(level.value), 0) for level in questionnaire.scale.levels},
        no_opinion=_percent(found.no_opinion, tally.complete),
        skipped=_percent(found.skipped, tally.complete),
    )


def _stratum(group: Group, stratum: Stratum, tally: Tally, figures: Figures) -> StratumResult:
    return StratumResult(
        id=stratum.id,
        title=stratum.title,
        ballots=tally.counted,
        quota=stratum.quota,
        population=stratum.population,
        overall=_cell(figures.overall),
        factors=_factors(group.questionnaire, figures),
    )


def _questions(questionnaire: Questionnaire, tally: Tally) -> list[QuestionResult]:
    roles = (
        ("perception", questionnaire.perception),
        ("expectation", questionnaire.expectation),
        ("about", questionnaire.filters + questionnaire.about),
    )
    return [_question(role, question, tally) for role, questions in roles for question in questions]


def _question(role: str, question: Question, tally: Tally) -> QuestionResult:
    """Shares of those who answered; the choices of an expectation question ranked, ties in the plan's order."""
    found = choice_shares(tally, question, ranked=role == "expectation")
    texts = {choice.id: choice.text for choice in question.choices}
    shares = [ChoiceShare(id_, texts[id_], 100 * share) for id_, share in found.shares.items()]
    none = [ChoiceShare(id_, text, None) for id_, text in texts.items()]
    return QuestionResult(question.id, role, question.text, found.base, tuple(shares or none))


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
