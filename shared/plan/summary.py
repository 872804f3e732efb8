"""Summary files: the figures of a survey that was made elsewhere, so that the next one can be compared with it.

`docs/summary.md` describes the format. As with plans, all mistakes are told at once, each with its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from shared.domain.comparison import Summary, Unit
from shared.domain.inference import Estimate, Kind
from shared.domain.interval import wilson
from shared.domain.series import Previous
from shared.domain.survey import Aggregation, Channel
from shared.plan.fields import Block, Day, Flag, Id, Items, Number, Plain, Text, Texts, Whole, Word, findings
from shared.plan.problems import Finding, Place, PlanError, located
from shared.plan.reader import decoded, read_leniently
from shared.plan.rules import EACH, find, texts, validity


class CellSchema(Plain):
    """An index in percent, left out where it was not published. Without `low` and `high` they are worked out."""

    index = Number(0, 100, open_=False, default=None)
    low = Number(0, 100, open_=False, default=None)
    high = Number(0, 100, open_=False, default=None)
    base = Whole(1, default=None)
    kind = Word(Kind, Kind.INTERVAL.value)


class FactorSchema(CellSchema):
    id = Id()
    criteria = Items(Id(), "ids of its criteria")


class CriterionSchema(CellSchema):
    id = Id()
    wording = Id()


class UnmeasuredSchema(Plain):
    """The overall question: its wording, and its index where there is one."""

    id = Id()
    wording = Id()


class UnitSchema(Plain):
    code = Id()
    valid_from = Day(default=None)
    valid_to = Day(default=None)


class GroupSchema(Plain):
    id = Id()
    definition = Id(default=None)
    scale = Id()
    channels = Items(Word(Channel), "web, kiosk, paper, phone")
    weighted = Flag()
    units = Items(Block(UnitSchema, "a unit: code"), "units")
    overall = Block(CellSchema, "a figure: index, base", default=None)
    factors = Items(Block(FactorSchema, "a factor: id, criteria, index, base"), "factors", low=0, default=list)
    criteria = Items(Block(CriterionSchema, "a criterion: id, wording, index, base"), "criteria")
    overall_question = Block(UnmeasuredSchema, "the overall question: id, wording", default=None)


class SummarySchema(Plain):
    survey = Id()
    title = Texts()
    source = Text("where the figures are from", default=None)
    first_day = Day()
    last_day = Day()
    aggregation = Word(Aggregation)
    confidence = Number(0.5, 1, open_=True, default=0.95)
    simulated = Flag()
    groups = Items(Block(GroupSchema, "a group: id, scale, channels, units, criteria"), "groups")


def load_summary(path: Path) -> dict[str, Any]:
    """The complete, checked data of a summary file (YAML, or JSON). Raises PlanError with all mistakes."""
    return load_summary_text(decoded(path), path.name)


def load_summary_text(text: str, name: str) -> dict[str, Any]:
    """As `load_summary`, from text; `name` stands for the file in messages."""
    plan, problems = read_leniently(text, name)
    try:
        data: dict[str, Any] = SummarySchema().load(plan.data)
        found: list[Finding] = []
    except ValidationError as error:
        data, found = {}, list(findings(error.messages))
    problems += located([*found, *_broken(plan.data)], plan.lines)
    if problems:
        raise PlanError(name, problems)
    return data


def previous(data: Mapping[str, Any], digest: str) -> Previous:
    """The survey of complete summary data, whose content has this `digest`."""
    first, last = date.fromisoformat(data["first_day"]), date.fromisoformat(data["last_day"])
    return Previous(
        survey=data["survey"],
        title=data["title"],
        simulated=data["simulated"],
        first_day=first,
        last_day=last,
        groups={group["id"]: _summary(group, data, first, last) for group in data["groups"]},
        digest=digest,
        source=data.get("source"),
    )


def _summary(group: Mapping[str, Any], data: Mapping[str, Any], first: date, last: date) -> Summary:
    def estimate(cell: Mapping[str, Any]) -> Estimate | None:
        return _estimate(cell, data["confidence"]) if "index" in cell else None

    rated = [*group["criteria"], *([group["overall_question"]] if "overall_question" in group else [])]
    return Summary(
        survey=data["survey"],
        first_day=first,
        last_day=last,
        definition=group.get("definition", group["id"]),
        scale=group["scale"],
        channels=frozenset(map(Channel, group["channels"])),
        aggregation=Aggregation(data["aggregation"]),
        confidence=data["confidence"],
        weighted=group["weighted"],
        units=tuple(_unit(unit) for unit in group["units"]),
        wordings={row["id"]: row["wording"] for row in rated},
        composition={row["id"]: tuple(row["criteria"]) for row in group["factors"]},
        overall=estimate(group["overall"]) if "overall" in group else None,
        factors={row["id"]: estimate(row) for row in group["factors"]},
        criteria={row["id"]: estimate(row) for row in group["criteria"]},
    )


def _unit(unit: Mapping[str, str]) -> Unit:
    first, last = (date.fromisoformat(unit[name]) if name in unit else None for name in ("valid_from", "valid_to"))
    return Unit(unit["code"], first, last)


def _estimate(cell: Mapping[str, Any], confidence: float) -> Estimate:
    """A figure with its limits. Without any they are Wilson's on the base: for one criterion of an unweighted sample exactly
    those that the other survey would have had, and for a mean of criteria no narrower, since answers of one ballot go together
    at most entirely."""
    index, kind = cell["index"], Kind(cell["kind"])
    if "low" in cell:
        return Estimate(index, cell["low"], cell["high"], cell["base"], kind)
    if kind is Kind.CENSUS:
        return Estimate(index, index, index, cell["base"], kind)
    low, high = wilson(index / 100, cell["base"], confidence)
    return Estimate(index, 100 * low, 100 * high, cell["base"], kind)


def _broken(data: Mapping[str, Any]) -> Iterator[Finding]:
    """What breaks a rule that spans several fields."""
    first, last = data.get("first_day"), data.get("last_day")
    if isinstance(first, str) and isinstance(last, str) and last < first:
        yield ("last_day",), f"expected a day not before first_day, {first}"
    yield from _twice(texts(data, "groups", EACH, "id"), "the group")
    for place, group in find(data, "groups", EACH):
        if isinstance(group, Mapping):
            yield from _group(place, group)


def _group(place: Place, group: Mapping[str, Any]) -> Iterator[Finding]:
    criteria = texts(group, "criteria", EACH, "id", at=place)
    question = texts(group, "overall_question", "id", at=place)
    yield from _twice(criteria + question, "the criterion")
    yield from _twice(texts(group, "criteria", EACH, "wording", at=place), "the wording")
    yield from _twice(texts(group, "factors", EACH, "id", at=place), "the factor")
    yield from _twice(texts(group, "units", EACH, "code", at=place), "the unit")
    known = {name for _, name in criteria}
    for at, name in texts(group, "factors", EACH, "criteria", EACH, at=place):
        if name not in known:
            yield at, f"{name} is not among the criteria of this group"
    for at, unit in find(group, "units", EACH, at=place):
        if isinstance(unit, Mapping):
            yield from validity(at, unit)
    for pattern in (("overall",), ("factors", EACH), ("criteria", EACH)):
        for at, cell in find(group, *pattern, at=place):
            if isinstance(cell, Mapping):
                yield from _cell(at, cell)


def _cell(place: Place, cell: Mapping[str, Any]) -> Iterator[Finding]:
    kind = cell.get("kind", Kind.INTERVAL)
    if ("index" in cell) != ("base" in cell):
        yield place, "expected both index and base, or neither"
    if ("low" in cell) != ("high" in cell):
        yield place, "expected both low and high, or neither"
    elif kind == Kind.BOUNDS and "low" not in cell:
        yield place, "expected low and high: bounds cannot be worked out from index and base"
    numbers = [value for name in ("low", "index", "high") if isinstance(value := cell.get(name), int | float)]
    if len(numbers) < 3:
        return
    low, index, high = numbers
    if not low <= index <= high:
        yield place, f"expected low, index, high in this order, got {low}, {index}, {high}"
    elif kind == Kind.CENSUS and low != high:
        yield place, "expected low and high equal to the index: a census has no sampling error"


def _twice(found: list[tuple[Place, str]], what: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, name in found:
        if name in seen:
            yield place, f"{what} {name} is there already; each must be given once"
        seen.add(name)
