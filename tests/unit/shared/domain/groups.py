"""Small groups, ballots and matrices of levels for the tests of the method."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from shared.domain.ballot import Answer, Ballot
from shared.domain.moments import Levels
from shared.domain.survey import (
    Body,
    Channel,
    Criterion,
    Factor,
    Group,
    Level,
    Method,
    Period,
    Questionnaire,
    Scale,
    Stratum,
    Survey,
)

FIVE = Scale("five", tuple(Level(value, {}, satisfied=value >= 4) for value in range(1, 6)), no_opinion={})


def criterion(id_: str) -> Criterion:
    return Criterion(id_, {}, wording=id_)


def questionnaire(factors: Mapping[str, Sequence[str]], overall: str | None = None, scale: Scale = FIVE) -> Questionnaire:
    made = tuple(Factor(id_, {}, tuple(map(criterion, criteria))) for id_, criteria in factors.items())
    return Questionnaire("q", 1, {}, {}, scale, made, None if overall is None else criterion(overall))


def group(asked: Questionnaire, populations: Mapping[str, int | None], quotas: Mapping[str, int] | None = None) -> Group:
    strata = tuple(
        Stratum(id_, {}, quota=(quotas or {}).get(id_), population=population) for id_, population in populations.items()
    )
    return Group("g", {}, asked, strata)


def ballot(number: int, stratum: str, answers: Mapping[str, Answer], *, counted: bool = True) -> Ballot:
    return Ballot(UUID(int=number), "s", "g", stratum, Channel.WEB, "vi", 1, dict(answers), counted=counted)


def answers_of(satisfied: int, dissatisfied: int, columns: int = 1) -> Levels:
    """Ballots with the same answer to every item."""
    rows = [[5] * columns] * satisfied + [[2] * columns] * dissatisfied
    return np.array(rows, np.int8).reshape(len(rows), columns)


def survey(*groups: Group, method: Method | None = None) -> Survey:
    start = datetime(2022, 8, 1, tzinfo=UTC)
    period = Period("UTC", start, start + timedelta(days=90), start + timedelta(days=95))
    body = Body(name={}, place={}, sign="S")
    return Survey("s", body, {}, {}, {}, ("vi",), period, groups, method or Method())
