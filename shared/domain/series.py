"""The comparison that is published: this survey's published figures against those that the survey before published.

Nothing but published figures goes in, so nothing comes out that a reader could not compute. How two surveys are compared is
`shared.domain.comparison`'s; here its summaries are read from results, and its rows written into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.comparison import Break, Comparison, Row, SeriesBreak, Summary, Unit, compare
from shared.domain.inference import Estimate, Kind
from shared.domain.survey import Aggregation, Channel, Group, Survey, Texts

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Previous:
    """The survey before: what it is called, where its figures are from, and a summary for each of its groups.

    `edition` is the number of the edition where it is a survey of this system, `digest` that of the file where its figures
    were brought in; one of them is None.
    """

    survey: str
    title: Texts
    simulated: bool
    first_day: date
    last_day: date
    groups: Mapping[str, Summary]
    edition: int | None = None
    digest: str | None = None
    source: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What the results say of the survey that they are compared with."""
        told = {"edition": self.edition, "digest": self.digest, "source": self.source}
        return {
            "survey": self.survey,
            "title": dict(self.title),
            "simulated": self.simulated,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            **{name: value for name, value in told.items() if value is not None},
        }


def previous_of(document: Json, survey: Survey) -> Previous:
    """The survey before from its edition `document` (the documented JSON form) and its plan."""
    first, last = days(survey)
    return Previous(
        survey=survey.id,
        title=survey.title,
        simulated=survey.simulated,
        first_day=first,
        last_day=last,
        groups={group["id"]: summary_of(document, survey, group["id"]) for group in document["groups"]},
        edition=document["edition"],
    )


def days(survey: Survey) -> tuple[date, date]:
    """The first and the last day of answering on the plan's clocks; the closing moment itself is not in the period."""
    zone = ZoneInfo(survey.period.timezone)
    closes = survey.period.closes_at.astimezone(zone)
    last = closes - closes.resolution if closes > survey.period.opens_at else closes
    return survey.period.opens_at.astimezone(zone).date(), last.date()


def summary_of(document: Json, survey: Survey, group_id: str) -> Summary:
    """What was published of a group. A figure that is hidden or only bounded is not there, as if it was not measured.

    Strata without a ballot are not among the units. The document's own method counts, not the plan's of today.
    """
    found = next(group for group in document["groups"] if group["id"] == group_id)
    group, (first, last) = survey.group(group_id), days(survey)
    asked, steps = group.questionnaire, _steps(document, group_id)
    return Summary(
        survey=survey.id,
        first_day=first,
        last_day=last,
        definition=group_id,
        scale=asked.scale.id,
        channels=frozenset(map(Channel, found["channels"])),
        aggregation=Aggregation(document["method"]["aggregation"]),
        confidence=document["method"]["confidence"],
        weighted=found["weighted"],
        units=tuple(_units(found, group)),
        wordings={id_: criterion.wording for id_, criterion in asked.rated.items()},
        composition={factor.id: tuple(criterion.id for criterion in factor.criteria) for factor in asked.factors},
        overall=estimate_of(found["overall"], steps.get(("overall", ""), 0.0)),
        factors={row["id"]: estimate_of(row, steps.get(("factor", row["id"]), 0.0)) for row in found["factors"]},
        criteria={row["id"]: estimate_of(row, steps.get(("criterion", row["id"]), 0.0)) for row in found["criteria"]},
    )


def _steps(document: Json, group_id: str) -> dict[tuple[str, str], float]:
    """What the group's own figures were rounded to, by kind of figure and id."""
    rounded = document["method"].get("disclosure", {}).get("rounded", [])
    return {(e["figure"], e["id"]): e["to"] for e in rounded if e["group"] == group_id and e["stratum"] is None}


def _units(found: Json, group: Group) -> Iterator[Unit]:
    dates = {stratum.id: stratum for stratum in group.strata}
    for row in found["strata"]:
        if row["overall"].get("reason") != "no-answers":
            yield Unit(row["id"], dates[row["id"]].valid_from, dates[row["id"]].valid_to)


def estimate_of(cell: Json, step: float = 0.0) -> Estimate | None:
    """The figure of a published cell; None unless it is shown.

    A figure without sampling error that was rounded to `step` is known within half a step: those are bounds of it.
    """
    if cell.get("suppressed") or "index" not in cell:
        return None
    if cell.get("census") and step:
        low, high = max(0.0, cell["index"] - step / 2), min(100.0, cell["index"] + step / 2)
        return Estimate(cell["index"], low, high, cell["base"], Kind.BOUNDS)
    kind = Kind.CENSUS if cell.get("census") else Kind.BOUNDS if cell.get("bounds") else Kind.INTERVAL
    return Estimate(cell["index"], cell["low"], cell["high"], cell["base"], kind)


def comparison_rows(document: Json, survey: Survey, previous: Previous) -> list[dict[str, Any]]:
    """The rows of `comparison` for the results in `document`, which are as they will be published.

    A group that the survey before did not have is a break in all of its figures.
    """
    rows = []
    for group in document["groups"]:
        now = summary_of(document, survey, group["id"])
        before = previous.groups.get(group["id"])
        absent = replace(now, survey=previous.survey, definition="", overall=None, factors={}, criteria={})
        found = compare(now, before or absent)
        rows += list(_rows(group["id"], found if before else _only(found, Break.GROUP)))
    return rows


def _only(found: Comparison, reason: Break) -> Comparison:
    def broken(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(SeriesBreak(row.id, (reason,)) for row in rows)

    return replace(
        found,
        overall=SeriesBreak(found.overall.id, (reason,)),
        factors=broken(found.factors),
        criteria=broken(found.criteria),
    )


def _rows(group: str, found: Comparison) -> Iterator[dict[str, Any]]:
    for figure, rows in (("overall", (found.overall,)), ("factor", found.factors), ("criterion", found.criteria)):
        for row in rows:
            yield {"group": group, "figure": figure, "id": row.id, **_row(row)}


def _row(row: Row) -> dict[str, Any]:
    if isinstance(row, SeriesBreak):
        return {"break": [reason.value for reason in row.reasons]}
    return {
        "before": _cell(row.before),
        "now": _cell(row.now),
        "difference": row.difference,
        "low": row.low,
        "high": row.high,
        "p": row.p,
        "p_adjusted": row.adjusted,
        "verdict": row.verdict.value,
    }


def _cell(found: Estimate) -> dict[str, Any]:
    cell: dict[str, Any] = {"index": found.index, "low": found.low, "high": found.high, "base": found.base}
    return cell if found.kind is Kind.INTERVAL else {**cell, found.kind.value: True}
