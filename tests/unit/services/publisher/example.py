"""Editions to render: for any survey, figures of every kind that results can hold, without a ballot behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from shared.domain.results import (
    Bounded,
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
    to_json,
)
from shared.domain.survey import (
    Aggregation,
    Criterion,
    Factor,
    Group,
    Level,
    Question,
    Questionnaire,
    Scale,
    Stratum,
    Survey,
)
from shared.plan import load

PLAN = Path(__file__).parents[4] / "deploy" / "surveys" / "sct-bentre-2022.yml"
ROOT = "3f1c9a7be2d04f5588c6a1907be43d2290fb6c1d7e8a5b34c09d2f61e7a8b9c0"


@cache
def bentre() -> Survey:
    """The first survey, as its plan defines it."""
    return load(PLAN)[1]


def edition_of(survey: Survey, **changes: Any) -> dict[str, Any]:
    """An edition of `survey`: its first group a census of 26 with hidden strata, the others samples of 60."""
    document = {**to_json(results_of(survey)), "edition": 1, "published_at": "2022-11-10T02:00:00+00:00"}
    return {**document, **changes}


def results_of(survey: Survey) -> Results:
    groups = tuple(census(group) if n == 0 else sampled(group) for n, group in enumerate(survey.groups))
    ballots = sum(group.ballots for group in groups)
    return Results(
        survey=survey.id,
        title=survey.title,
        body=survey.body.name,
        simulated=survey.simulated,
        opens_at=survey.period.opens_at.astimezone(UTC),
        closes_at=survey.period.closes_at.astimezone(UTC),
        method={"aggregation": "mean-of-factors", "confidence": 0.95, "interval": "wilson", "min_base": 10},
        groups=groups,
        comparison=(),
        register={"root": ROOT, "ballots": ballots},
        equation={"accepted": ballots, "scored": ballots, "waiting": 0, "counted": ballots, "surplus": 0, "holds": True},
    )


def census(group: Group) -> GroupResult:
    """Everybody answered; strata are hidden; two factors so near to 100 % that only a side of them is said."""

    def cell(index: float) -> Cell:
        return Shown(index, index, index, 26, "census")

    factors = [cell(100 - 4.3 * n) for n in range(len(group.questionnaire.factors))]
    factors[0] = Bounded(90.0, None, 26)
    whole = group_of(group, 26, cell(92.30769230769231), factors)
    reasons = ["base", *["complement"] * len(whole.strata)]
    return replace(
        whole,
        strata=tuple(hidden(stratum, reason) for stratum, reason in zip(whole.strata, reasons, strict=False)),
        criteria=tuple(replace(criterion, levels=None) for criterion in whole.criteria),
        aggregations={rule.value: cell(92.3 - n) for n, rule in enumerate(Aggregation)},
    )


def hidden(stratum: StratumResult, reason: str) -> StratumResult:
    factors = tuple(replace(factor, cell=Suppressed(reason)) for factor in stratum.factors)
    return replace(stratum, ballots=None, overall=Suppressed(reason), factors=factors)


def sampled(group: Group) -> GroupResult:
    """Sixty answered; the smallest strata are small; one factor is hidden in one stratum, one criterion everywhere."""
    factors = [Shown(91 - 3.45 * n, 82 - 4.6 * n, 96.1 - 2.3 * n, 58 - n) for n in range(len(group.questionnaire.factors))]
    return group_of(group, 60, Shown(88.66666666666667, 79.22, 94.14, 60), factors)


def group_of(group: Group, ballots: int, overall: Cell, factors: Iterable[Cell]) -> GroupResult:
    cells = dict(zip((factor.id for factor in group.questionnaire.factors), factors, strict=True))
    found = tuple(FactorResult(f.id, f.title, cells[f.id]) for f in group.questionnaire.factors)
    return GroupResult(
        id=group.id,
        title=group.title,
        ballots=ballots,
        incomplete=0 if ballots < 30 else 2,
        quota=group.quota,
        population=group.population,
        weighted=False,
        overall=overall,
        aggregations={rule.value: Shown(88.7 - n, 79.0 - n, 94.1 - n, 60) for n, rule in enumerate(Aggregation)},
        factors=found,
        criteria=tuple(criteria_of(group, cells, ballots)),
        strata=tuple(strata_of(group, found)),
        questions=tuple(questions_of(group, ballots)),
        quality={},
    )


def criteria_of(group: Group, cells: Mapping[str, Cell], ballots: int) -> Iterable[CriterionResult]:
    values = [str(level.value) for level in group.questionnaire.scale.levels]
    position = 0
    for factor in group.questionnaire.factors:
        for criterion in factor.criteria:
            position += 1
            cell = Suppressed("base") if position == len(group.questionnaire.criteria) else cells[factor.id]
            counts = dict.fromkeys(values, 1) | {values[-1]: 14, values[-2]: ballots - 20 - len(values)}
            yield CriterionResult(
                criterion.id, factor.id, criterion.text, criterion.wording, criterion.uncertain, cell,
                None if isinstance(cell, Suppressed) else counts, 6.666666666666667, 1.6666666666666667,
            )  # fmt: skip


def strata_of(group: Group, factors: tuple[FactorResult, ...]) -> Iterable[StratumResult]:
    for n, stratum in enumerate(group.strata):
        base = stratum.quota or 10
        cells = [Shown(82.5 + n, 55.25 + n, 97.0, base) for _ in factors]
        hidden = [Suppressed("base") if n == 0 and f == len(factors) - 1 else c for f, c in enumerate(cells)]
        own = tuple(replace(factor, cell=cell) for factor, cell in zip(factors, hidden, strict=True))
        yield StratumResult(
            stratum.id, stratum.title, base, stratum.quota, stratum.population, Shown(85.5 + n, 60.0, 96.5, base), own
        )


def questions_of(group: Group, base: int) -> Iterable[QuestionResult]:
    asked = group.questionnaire
    for role, questions in (("perception", asked.perception), ("expectation", asked.expectation), ("about", asked.about)):
        yield from (question_of(question, role, base) for question in questions)


def question_of(question: Question, role: str, base: int) -> QuestionResult:
    if question.sensitive:
        choices = tuple(ChoiceShare(choice.id, choice.text, None) for choice in question.choices)
        return QuestionResult(question.id, role, question.text, None, choices, "base")
    share = 66.66666666666667
    shares = []
    for choice in question.choices:
        shares.append(ChoiceShare(choice.id, choice.text, share))
        share *= 0.8 if role == "expectation" else 0.5
    return QuestionResult(question.id, role, question.text, base, tuple(shares))


def wide_survey(factors: int, levels: int, strata: int) -> Survey:
    """A survey of another shape: a long-named group on a scale of so many levels, the best two of which are satisfied."""
    base = bentre()
    long_name = "của một nhóm có tên rất dài để thử xem trang và văn bản có còn đọc được hay không"
    scale = Scale("s", tuple(Level(n, {"vi": f"Mức {n}"}, n > max(1, levels - 2)) for n in range(1, levels + 1)))
    criteria = [
        [Criterion(f"C{f}-{c}", {"vi": f"Tiêu chí {f}.{c} {long_name}"}, f"w{f}-{c}") for c in (1, 2)] for f in range(factors)
    ]
    questionnaire = Questionnaire(
        id="q",
        version=1,
        title={"vi": "Phiếu"},
        stem={"vi": "Hài lòng về:"},
        scale=scale,
        factors=tuple(Factor(f"F{f}", {"vi": f"Yếu tố {f} {long_name}"}, tuple(own)) for f, own in enumerate(criteria, 1)),
    )
    groups = tuple(
        Group(
            id=name,
            title={"vi": f"Nhóm {name} {long_name}"},
            questionnaire=questionnaire,
            strata=tuple(
                Stratum(f"{name}-{n}", {"vi": f"Lĩnh vực {n} {long_name}"}, quota=10 + n) for n in range(1, strata + 1)
            ),
        )
        for name in ("a", "b", "c")
    )
    return replace(base, id="wide", languages=("vi",), groups=groups, title={"vi": f"Khảo sát {long_name}"})
