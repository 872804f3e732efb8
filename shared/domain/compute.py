"""From what the ballots say to every figure of a survey, before the disclosure rules.

Nothing that this gives may leave the system: `shared.domain.disclosure.protect` decides what of it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.index import response
from shared.domain.inference import Estimate, Figures, GroupEstimates, estimate
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
from shared.domain.survey import Criterion, Factor, Group, Question, Questionnaire, Stratum, Survey
from shared.domain.tally import ANSWERED, Tally, merge

NO_ANSWERS = Suppressed("no-answers")


def compute(survey: Survey, counted: Recount, register: Mapping[str, Any], equation: Mapping[str, Any]) -> Results:
    """Every figure of `survey`. `register` and `equation` are what sealing wrote."""
    strata = counted.strata
    return Results(
        survey=survey.id,
        title=survey.title,
        body=survey.body.name,
        simulated=survey.simulated,
        opens_at=survey.period.opens_at,
        closes_at=survey.period.closes_at,
        method=_method(survey),
        groups=tuple(
            _group(group, strata, estimate(group, counted.moments[group.id], survey.method)) for group in survey.groups
        ),
        comparison=(),
        register=register,
        equation=equation,
    )


def _method(survey: Survey) -> dict[str, Any]:
    method = survey.method
    return {
        "aggregation": method.aggregation.value,
        "confidence": method.confidence,
        "interval": "wilson",
        "min_answered": method.min_answered,
        "min_base": method.min_base,
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
    counts = tally.of(question.id)
    base = sum(counts.values()) if question.at_most == 1 else counts.get(ANSWERED, 0)
    shares = [ChoiceShare(c.id, c.text, _percent(counts.get(c.id, 0), base)) for c in question.choices]
    if role == "expectation":
        shares.sort(key=lambda choice: -(choice.share or 0.0))
    return QuestionResult(question.id, role, question.text, base, tuple(shares))


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
