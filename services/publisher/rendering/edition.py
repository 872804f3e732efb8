"""An edition as stored -- the JSON of the results with its number and time -- read back into the types of the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edition:
    """One immutable publication of a survey's results."""

    number: int
    published_at: datetime
    results: Results


def read_edition(document: Json) -> Edition:
    """The edition in `document`: `shared.domain.results.to_json` with `edition` and `published_at` (ISO 8601).

    Raises KeyError, TypeError or ValueError for anything else: an edition is written by this system, so that is a defect.
    """
    period = document["period"]
    return Edition(
        number=int(document["edition"]),
        published_at=_time(document["published_at"]),
        results=Results(
            survey=document["survey"],
            title=document["title"],
            body=document["body"],
            simulated=bool(document["simulated"]),
            opens_at=_time(period["opens_at"]),
            closes_at=_time(period["closes_at"]),
            method=document["method"],
            groups=tuple(_group(group) for group in document["groups"]),
            comparison=tuple(document["comparison"]),
            register=document["register"],
            equation=document["equation"],
            compared_with=document.get("compared_with"),
            pooled=document.get("pooled"),
            warnings=tuple(document.get("warnings", ())),
        ),
    )


def _time(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def cell_of(row: Json) -> Cell:
    """The cell that stands in a row of the JSON form."""
    if row.get("suppressed"):
        return Suppressed(row["reason"])
    if "index" not in row:
        return Bounded(row.get("at_least"), row.get("at_most"), row["base"])
    kind = "census" if row.get("census") else "bounds" if row.get("bounds") else "interval"
    return Shown(row["index"], row["low"], row["high"], row["base"], kind)


def _factors(rows: Iterable[Json]) -> tuple[FactorResult, ...]:
    return tuple(FactorResult(row["id"], row["title"], cell_of(row)) for row in rows)


def _group(row: Json) -> GroupResult:
    return GroupResult(
        id=row["id"],
        title=row["title"],
        ballots=row["ballots"],
        incomplete=row["incomplete"],
        quota=row["quota"],
        population=row["population"],
        weighted=row["weighted"],
        overall=cell_of(row["overall"]),
        aggregations={name: cell_of(cell) for name, cell in row["aggregations"].items()},
        factors=_factors(row["factors"]),
        criteria=tuple(_criterion(criterion) for criterion in row["criteria"]),
        strata=tuple(_stratum(stratum) for stratum in row["strata"]),
        questions=tuple(_question(question) for question in row["questions"]),
        quality=row["quality"],
        channels=tuple(row.get("channels", ())),
        uncovered=tuple(row.get("uncovered", ())),
    )


def _criterion(row: Json) -> CriterionResult:
    return CriterionResult(
        id=row["id"],
        factor=row["factor"],
        text=row["text"],
        wording=row["wording"],
        uncertain=row["uncertain"],
        cell=cell_of(row),
        levels=row.get("levels"),
        no_opinion=row["no_opinion"],
        skipped=row["skipped"],
    )


def _stratum(row: Json) -> StratumResult:
    return StratumResult(
        id=row["id"],
        title=row["title"],
        ballots=row["ballots"],
        quota=row["quota"],
        population=row["population"],
        overall=cell_of(row["overall"]),
        factors=_factors(row["factors"]),
    )


def _question(row: Json) -> QuestionResult:
    return QuestionResult(
        id=row["id"],
        role=row["role"],
        text=row["text"],
        base=row["base"],
        choices=tuple(ChoiceShare(choice["id"], choice["text"], choice["share"]) for choice in row["choices"]),
        reason=row.get("reason"),
    )
