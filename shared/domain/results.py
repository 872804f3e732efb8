"""The results of a survey as they may leave the system: what the API, the page and every document are made from.

These are the figures after the disclosure rules, and nothing else: what is not in a `Results` is not published. `to_json`
gives the documented form of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.survey import Texts


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure that may be read: percentages from 0 to 100, unrounded, and the number of ballots behind it.

    `kind` says what `low` and `high` are: the limits of an `interval`; equal to the index in a `census`, where everybody
    answered; `bounds` where everybody was asked and not all answered.
    """

    index: float
    low: float
    high: float
    base: int
    kind: str = "interval"

    def to_json(self) -> dict[str, Any]:
        cell: dict[str, Any] = {"index": self.index, "low": self.low, "high": self.high, "base": self.base}
        if self.kind == "census":
            cell["census"] = True
        elif self.kind == "bounds":
            cell["bounds"] = True
        return cell


@dataclass(frozen=True, slots=True)
class Bounded:
    """A figure so close to 0 or 100 that the exact share would tell individual answers: only one side of it is said.

    Exactly one of `at_least` and `at_most` is given, in percent.
    """

    at_least: float | None
    at_most: float | None
    base: int

    def to_json(self) -> dict[str, Any]:
        side = {"at_least": self.at_least} if self.at_least is not None else {"at_most": self.at_most}
        return {**side, "base": self.base}


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A figure that may not be shown, and why: `base`, `complement`, `audit`, `no-answers`."""

    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"suppressed": True, "reason": self.reason}


Cell = Shown | Bounded | Suppressed


@dataclass(frozen=True, slots=True)
class FactorResult:
    id: str
    title: Texts
    cell: Cell


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion's index; `levels` is the number of answers at each level, None where counts may not be shown.

    `no_opinion` and `skipped` are shares of the complete ballots in percent, None where they may not be shown.
    """

    id: str
    factor: str
    text: Texts
    wording: str
    uncertain: bool
    cell: Cell
    levels: Mapping[str, int] | None
    no_opinion: float | None
    skipped: float | None


@dataclass(frozen=True, slots=True)
class StratumResult:
    """`ballots` is None where the number itself may not be shown."""

    id: str
    title: Texts
    ballots: int | None
    quota: int | None
    population: int | None
    overall: Cell
    factors: tuple[FactorResult, ...]


@dataclass(frozen=True, slots=True)
class ChoiceShare:
    """The share, in percent, of those who answered a question that picked this choice; None where it may not be shown."""

    id: str
    text: Texts
    share: float | None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question outside the indices. `role` is `perception`, `expectation` (choices ranked) or `about`."""

    id: str
    role: str
    text: Texts
    base: int | None
    choices: tuple[ChoiceShare, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """All that is published of one group. `weighted` says whether strata were weighted by their populations.

    `aggregations` holds the overall index under each of the rules that can be computed, the plan's own among them.
    `quality` holds figures on the quality of measurement, in the form that `shared.domain.assessment` documents. `channels` are
    those by which the group was asked; `uncovered` are strata with people in them and no complete ballot, which the group's
    figures say nothing about.
    """

    id: str
    title: Texts
    ballots: int
    incomplete: int
    quota: int | None
    population: int | None
    weighted: bool
    overall: Cell
    aggregations: Mapping[str, Cell]
    factors: tuple[FactorResult, ...]
    criteria: tuple[CriterionResult, ...]
    strata: tuple[StratumResult, ...]
    questions: tuple[QuestionResult, ...]
    quality: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()

    def indices(self) -> Iterator[Cell]:
        """Every index: overall, by factor, by criterion, by stratum, and by factor in strata."""
        yield self.overall
        yield from (factor.cell for factor in self.factors)
        yield from (criterion.cell for criterion in self.criteria)
        for stratum in self.strata:
            yield stratum.overall
            yield from (factor.cell for factor in stratum.factors)


@dataclass(frozen=True, slots=True)
class Results:
    """One survey's results under one method. Times are aware; `equation` and `register` are those of sealing.

    `comparison` has a row a figure, as `shared.domain.series` writes it, and `compared_with` names the survey before; `pooled`
    is the composite of all groups (`shared.domain.pooling`), None where the plan declares none or a part is hidden. `warnings`
    say what the plan asked for and is not there, each with its `code`.
    """

    survey: str
    title: Texts
    body: Texts
    simulated: bool
    opens_at: datetime
    closes_at: datetime
    method: Mapping[str, Any]
    groups: tuple[GroupResult, ...]
    comparison: tuple[Mapping[str, Any], ...]
    register: Mapping[str, Any]
    equation: Mapping[str, Any]
    compared_with: Mapping[str, Any] | None = None
    pooled: Mapping[str, Any] | None = None
    warnings: tuple[Mapping[str, Any], ...] = ()


def to_json(results: Results) -> dict[str, Any]:
    """The documented JSON form, without `edition` and `published_at`, which the edition adds."""
    document = {
        "survey": results.survey,
        "title": dict(results.title),
        "body": dict(results.body),
        "simulated": results.simulated,
        "period": {"opens_at": results.opens_at.isoformat(), "closes_at": results.closes_at.isoformat()},
        "method": dict(results.method),
        "groups": [_group(group) for group in results.groups],
        "comparison": [dict(row) for row in results.comparison],
        "register": dict(results.register),
        "equation": dict(results.equation),
        "warnings": [dict(warning) for warning in results.warnings],
    }
    optional = {"compared_with": results.compared_with, "pooled": results.pooled}
    return document | {name: dict(value) for name, value in optional.items() if value is not None}


def _group(group: GroupResult) -> dict[str, Any]:
    return {
        "id": group.id,
        "title": dict(group.title),
        "ballots": group.ballots,
        "incomplete": group.incomplete,
        "quota": group.quota,
        "population": group.population,
        "weighted": group.weighted,
        "overall": group.overall.to_json(),
        "aggregations": {name: cell.to_json() for name, cell in group.aggregations.items()},
        "factors": [_factor(factor) for factor in group.factors],
        "criteria": [_criterion(criterion) for criterion in group.criteria],
        "strata": [_stratum(stratum) for stratum in group.strata],
        "questions": [_question(question) for question in group.questions],
        "quality": dict(group.quality),
        "channels": list(group.channels),
        "uncovered": list(group.uncovered),
    }


def _factor(factor: FactorResult) -> dict[str, Any]:
    return {"id": factor.id, "title": dict(factor.title), **factor.cell.to_json()}


def _criterion(criterion: CriterionResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": criterion.id,
        "factor": criterion.factor,
        "text": dict(criterion.text),
        "wording": criterion.wording,
        "uncertain": criterion.uncertain,
        **criterion.cell.to_json(),
        "no_opinion": criterion.no_opinion,
        "skipped": criterion.skipped,
    }
    if criterion.levels is not None:
        row["levels"] = dict(criterion.levels)
    return row


def _stratum(stratum: StratumResult) -> dict[str, Any]:
    return {
        "id": stratum.id,
        "title": dict(stratum.title),
        "ballots": stratum.ballots,
        "quota": stratum.quota,
        "population": stratum.population,
        "overall": stratum.overall.to_json(),
        "factors": [_factor(factor) for factor in stratum.factors],
    }


def _question(question: QuestionResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": question.id,
        "role": question.role,
        "text": dict(question.text),
        "base": question.base,
        "choices": [{"id": choice.id, "text": dict(choice.text), "share": choice.share} for choice in question.choices],
    }
    if question.reason is not None:
        row["suppressed"], row["reason"] = True, question.reason
    return row
