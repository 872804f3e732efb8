"""Surveys, ballots and their unprotected results for the tests of disclosure control."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from shared.domain.disclosure import ReleaseRefused, ledger_of, protect
from shared.domain.index import Ratio, aggregate, criterion_ratios, factor_index
from shared.domain.interval import wilson
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
    to_json,
)
from shared.domain.survey import (
    Aggregation,
    Body,
    Criterion,
    Factor,
    Group,
    Level,
    Method,
    Period,
    Question,
    Questionnaire,
    Scale,
    Stratum,
    Survey,
)
from shared.domain.tally import ANSWERED, Tally, merge
from tests.unit.shared.domain.disclosure.adversary import Granted, pinned

SCALE = Scale("five", tuple(Level(value, {}, satisfied=value >= 4) for value in range(1, 6)), no_opinion={})
DAY = datetime(2022, 8, 1, tzinfo=UTC)

Counts = Mapping[str, Sequence[tuple[int, int]]]
"""stratum -> (satisfied, valid) of each criterion, the overall question last."""


@dataclass(frozen=True)
class Case:
    """A survey with its tallies and the results as they are before protection."""

    survey: Survey
    tallies: dict[str, Tally]
    results: Results


def questionnaire(factor_sizes: Sequence[int], questions: Sequence[Question] = ()) -> Questionnaire:
    """F1, F2, ... with criteria C01, C02, ..., and the overall question Q."""
    factors, number = [], 0
    for position, size in enumerate(factor_sizes, 1):
        ids = [f"C{number + i:02}" for i in range(1, size + 1)]
        factors.append(Factor(f"F{position}", {}, tuple(Criterion(id_, {}, id_) for id_ in ids)))
        number += size
    return Questionnaire("q", 1, {}, {}, SCALE, tuple(factors), Criterion("Q", {}, "Q"), perception=tuple(questions))


def stratum(id_: str, quota: int | None = None, population: int | None = None) -> Stratum:
    return Stratum(id_, {}, quota=quota, population=population)


def survey(groups: Sequence[Group], aggregation: Aggregation = Aggregation.MEAN_OF_FACTORS, min_base: int = 10) -> Survey:
    return Survey(
        id="s-2022",
        body=Body({}, {}, ""),
        title={},
        purpose={},
        notice={},
        languages=("vi",),
        period=Period("UTC", DAY, DAY, DAY),
        groups=tuple(groups),
        method=Method(aggregation=aggregation, min_base=min_base),
    )


def tally_of(
    ballots: int, counts: Sequence[tuple[int, int]], criteria: Sequence[str], given: Mapping[str, Any] | None = None
) -> Tally:
    """A tally with so many satisfied (level 5) and valid answers a criterion; the others are "no opinion"."""
    answers = {
        criterion: {"5": satisfied, "2": valid - satisfied, "0": ballots - valid}
        for criterion, (satisfied, valid) in zip(criteria, counts, strict=True)
    }
    return Tally(counted=ballots, counts={**answers, **(given or {})})


def unprotected(made: Survey, tallies: Mapping[str, Tally]) -> Results:
    """The results with every figure shown. A group's limits depend on its strata's own shares, as stratified ones do."""
    return Results(
        survey=made.id,
        title={},
        body={},
        simulated=True,
        opens_at=DAY,
        closes_at=DAY,
        method={"aggregation": made.method.aggregation.value},
        groups=tuple(_group(group, made, tallies) for group in made.groups),
        comparison=(),
        register={},
        equation={},
    )


def granted(made: Case) -> dict[str, Granted]:
    """What the adversary is given beside the documents."""
    return {
        group.id: Granted(
            {s.id: {c: int(_counted(made.tallies[s.id], c).valid) for c in group.questionnaire.rated} for s in group.strata},
            {s.id: made.tallies[s.id].complete for s in group.strata},
            {f.id: [c.id for c in f.criteria] for f in group.questionnaire.factors},
        )
        for group in made.survey.groups
    }


def document(results: Results, edition: int = 1) -> dict[str, Any]:
    """The edition as it is published, after a journey through text."""
    published: dict[str, Any] = json.loads(json.dumps({"edition": edition, **to_json(results)}))
    return published


def outcome(seed: int) -> list[str] | None:
    """What the adversary pins down from two editions of `random_case(seed)`; None where a release is refused.

    The second corrects the aggregation rule, where that is a mean.
    """
    first, second = random_case(seed), random_case(seed, corrected=True)
    try:
        documents = [document(protect(first.results, first.tallies, first.survey).results)]
        documents.append(document(protect(second.results, second.tallies, second.survey, ledger_of(documents[0])).results, 2))
    except ReleaseRefused:
        return None
    return pinned(documents, granted(second))


def outcome_of_populations(seed: int) -> list[str] | None:
    """What the adversary pins down from two editions of `random_case(seed)`; None where the second is refused.

    The second corrects the populations, so that other weights make other figures of the same ballots.
    """
    first = random_case(seed)
    second = repopulated(first, seed)
    documents = [document(protect(first.results, first.tallies, first.survey).results)]
    try:
        documents.append(document(protect(second.results, second.tallies, second.survey, ledger_of(documents[0])).results, 2))
    except ReleaseRefused:
        return None
    return pinned(documents, granted(second))


def repopulated(made: Case, seed: int) -> Case:
    """The same ballots with other populations in every group: known where they were not, and larger where they were."""
    rng = np.random.default_rng(seed)

    def grown(each: Stratum) -> Stratum:
        least = each.population or made.tallies[each.id].complete
        return replace(each, population=least + int(rng.integers(0, 1 + least // 4)))

    groups = [replace(group, strata=tuple(map(grown, group.strata))) for group in made.survey.groups]
    return case(replace(made.survey, groups=tuple(groups)), made.tallies)


def case(made: Survey, tallies: dict[str, Tally]) -> Case:
    return Case(made, tallies, unprotected(made, tallies))


@dataclass(frozen=True)
class _Part:
    """A group or one stratum of it, and how its figures are computed."""

    group: Group
    rule: Aggregation
    held: Mapping[str, Tally]

    @property
    def whole(self) -> Tally:
        return merge(self.held.values())

    @property
    def missing(self) -> int:
        return max(0, (self.group.population or 0) - self.whole.complete)

    @property
    def kind(self) -> str:
        if self.group.population is None:
            return "interval"
        if self.missing == 0:
            return "census"
        return "bounds" if self.group.population == self.group.quota else "interval"

    def cell(self, index: Callable[[Mapping[str, Ratio]], float | None], criteria: Sequence[str]) -> Cell:
        ratios = criterion_ratios(self.held, self.group)
        share = index(ratios)
        if share is None:
            return Suppressed("no-answers")
        base = max(sum(v for k, v in self.whole.of(c).items() if k != "0") for c in criteria)
        low, high = self.limits(index, ratios, share, criteria)
        return Shown(100 * share, 100 * low, 100 * high, base, self.kind)

    def limits(
        self,
        index: Callable[[Mapping[str, Ratio]], float | None],
        ratios: Mapping[str, Ratio],
        share: float,
        criteria: Sequence[str],
    ) -> tuple[float, float]:
        if self.kind == "census":
            return share, share
        if self.kind == "interval":
            return wilson(share, _effective(share, self.held, criteria))
        plain = {c: _counted(self.whole, c) for c, r in ratios.items() if r.valid > 0}
        low = index({c: Ratio(r.satisfied, r.valid + self.missing) for c, r in plain.items()})
        high = index({c: Ratio(r.satisfied + self.missing, r.valid + self.missing) for c, r in plain.items()})
        return low or 0.0, high or 0.0

    def overall(self, rule: Aggregation) -> Cell:
        questionnaire = self.group.questionnaire
        criteria = list(questionnaire.rated) if rule is not Aggregation.OVERALL_QUESTION else ["Q"]
        return self.cell(lambda ratios: aggregate(ratios, questionnaire, rule), criteria)

    def factors(self) -> tuple[FactorResult, ...]:
        return tuple(FactorResult(f.id, {}, self.factor(f)) for f in self.group.questionnaire.factors)

    def factor(self, factor: Factor) -> Cell:
        return self.cell(lambda ratios: factor_index(ratios, factor, self.rule), [c.id for c in factor.criteria])


def _counted(tally: Tally, criterion: str) -> Ratio:
    counts = tally.of(criterion)
    return Ratio(counts["5"], counts["5"] + counts["2"])


def _group(group: Group, made: Survey, tallies: Mapping[str, Tally]) -> GroupResult:
    part = _Part(group, made.method.aggregation, {s.id: tallies[s.id] for s in group.strata})
    return GroupResult(
        id=group.id,
        title={},
        ballots=part.whole.counted,
        incomplete=part.whole.incomplete,
        quota=group.quota,
        population=group.population,
        weighted=group.population is not None,
        overall=part.overall(part.rule),
        aggregations={rule.value: part.overall(rule) for rule in Aggregation},
        factors=part.factors(),
        criteria=tuple(_criterion(c.id, part) for c in group.questionnaire.criteria),
        strata=tuple(_stratum(s, part) for s in group.strata),
        questions=tuple(_question(q, part.whole) for q in group.questionnaire.questions.values()),
    )


def _criterion(id_: str, part: _Part) -> CriterionResult:
    counts, complete = part.whole.of(id_), part.whole.complete
    levels = {level: count for level, count in counts.items() if level != "0"}
    factor = next((f.id for f in part.group.questionnaire.factors if id_ in [c.id for c in f.criteria]), "")
    cell = part.cell(lambda ratios: ratios[id_].share, [id_])
    no_opinion = 100 * counts["0"] / complete if complete else 0.0
    return CriterionResult(id_, factor, {}, id_, False, cell, levels, no_opinion, 0.0)


def _stratum(made: Stratum, part: _Part) -> StratumResult:
    alone = Group(part.group.id, {}, part.group.questionnaire, (made,))
    inner = _Part(alone, part.rule, {made.id: part.held[made.id]})
    overall = inner.overall(part.rule)
    return StratumResult(made.id, {}, inner.whole.counted, made.quota, made.population, overall, inner.factors())


def _effective(share: float, held: Mapping[str, Tally], criteria: Sequence[str]) -> float:
    """n_eff = p(1 − p)/V with the variance within strata of the first criterion: what a stratified estimate tells."""
    total = sum(tally.complete for tally in held.values())
    within = 0.0
    for tally in held.values():
        counts, n = tally.of(criteria[0]), tally.complete
        if n > 1:
            p = counts.get("5", 0) / n
            within += n * n * p * (1 - p) / (n - 1)
    return share * (1 - share) * total * total / within if within and 0 < share < 1 else float(total)


def _question(question: Question, tally: Tally) -> QuestionResult:
    counts = tally.of(question.id)
    base = counts.get(ANSWERED, 0) if question.at_most > 1 else sum(counts.values())
    shares = tuple(ChoiceShare(c.id, {}, 100 * counts.get(c.id, 0) / base if base else None) for c in question.choices)
    return QuestionResult(question.id, "perception", {}, base, shares)


def random_case(seed: int, *, corrected: bool = False) -> Case:
    """A survey of one or two groups with 2 to 6 strata each, skips, filters, ceilings, some of them weighted.

    `corrected` takes the other mean as the aggregation rule for the same ballots.
    """
    rng = np.random.default_rng(seed)
    groups, tallies = [], {}
    for number in range(int(rng.integers(1, 3))):
        sizes = [int(n) for n in rng.choice([3, 7, 8, 9, 10, 11, 14, 17, 20, 25, 40], size=int(rng.integers(2, 7)))]
        asked = questionnaire([int(n) for n in rng.integers(2, 6, size=int(rng.integers(2, 6)))])
        populations = _populations(rng, sizes)
        ids = [f"g{number}s{i}" for i in range(len(sizes))]
        asked_all = rng.random() < 0.5
        strata = tuple(stratum(i, p if asked_all else n, p) for i, n, p in zip(ids, sizes, populations, strict=True))
        groups.append(Group(f"g{number}", {}, asked, strata))
        tallies.update(_random_tallies(rng, dict(zip(ids, sizes, strict=True)), list(asked.rated)))
    rules = [Aggregation.MEAN_OF_FACTORS, Aggregation.MEAN_OF_CRITERIA, Aggregation.POOLED]
    rule = rules[int(rng.integers(3))]
    if corrected and rule is not Aggregation.POOLED:
        rule = rules[1 - rules.index(rule)]
    return case(survey(groups, rule), tallies)


def _populations(rng: np.random.Generator, sizes: Sequence[int]) -> list[int | None]:
    match int(rng.integers(5)):
        case 0:
            return list(sizes)
        case 1:
            return [n + int(rng.integers(0, 3)) for n in sizes]
        case 2:
            return [int(n * rng.uniform(1.0, 8.0)) for n in sizes]
        case _:
            return [None] * len(sizes)


def _random_tallies(rng: np.random.Generator, sizes: Mapping[str, int], criteria: Sequence[str]) -> dict[str, Tally]:
    level, skip = float(rng.choice([0.6, 0.85, 0.93, 0.98, 1.0])), float(rng.choice([0.0, 0.02, 0.15]))
    filtered = {c for c in criteria if c != "Q" and rng.random() < 0.1}
    shares = {c: min(1.0, max(0.0, level + rng.normal(0, 0.05) * (level < 1))) for c in criteria}
    tallies = {}
    for id_, n in sizes.items():
        counts = []
        for c in criteria:
            valid = int(rng.binomial(n, 0.25 if c in filtered else 1 - skip))
            counts.append((int(rng.binomial(valid, shares[c])), valid))
        tallies[id_] = tally_of(n, counts, criteria)
    return tallies
