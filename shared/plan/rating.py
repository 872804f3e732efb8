"""Rating files: the inputs of a rule pack, and what the pack makes of them. `docs/ratings.md` describes the format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError

from shared.domain.rulepacks import PACKS, RulePack, qd766, tt01
from shared.plan.fields import Block, Day, Flag, Items, Number, Plain, Text, Texts, Whole, Word, findings
from shared.plan.problems import Finding, Place, PlanError, Problem, located, shown, suggestion
from shared.plan.reader import PlanData, decoded, read_leniently


class FilesSchema(Plain):
    indicator = Whole(1, 9)
    none = Whole(0)
    one = Whole(0)
    two = Whole(0)


class PointsSchema(Plain):
    indicator = Whole(1, 9)
    points = Whole(0, 2)


class OneStopSchema(Plain):
    level = Word(tt01.Level)
    procedures = Whole(1)
    approved = Whole(0)
    received = Whole(0)


class PublicationSchema(Plain):
    posted = Flag()
    electronic = Flag()
    sound = Flag()


class ComplaintsSchema(Plain):
    received = Whole(0)
    on_time = Whole(0)
    dragging = Flag()


class OnlineSchema(Plain):
    procedures = Whole(1)
    procedures_online = Whole(0)
    files = Whole(1)
    files_online = Whole(0)
    late = Whole(0)


class HeadSchema(Plain):
    """What every rating file has."""

    pack = Text("the id of a rule pack")
    unit = Texts()
    first_day = Day()
    last_day = Day()


class CircularSchema(HeadSchema):
    files = Items(Block(FilesSchema, "an indicator: indicator, none, one, two"), "indicators", low=0, default=list)
    points = Items(Block(PointsSchema, "an indicator: indicator, points"), "indicators", low=0, default=list)
    one_stop = Block(OneStopSchema, "level, procedures, approved, received", default=None)
    publication = Block(PublicationSchema, "posted, electronic, sound", default=None)
    complaints = Block(ComplaintsSchema, "received, on_time", default=None)
    online = Block(OnlineSchema, "procedures, procedures_online, files, files_online, late", default=None)


class FeedbackSchema(Plain):
    handled = Whole(0)
    on_time = Whole(0)
    unsatisfied_or_overdue = Whole(0)


class DecisionSchema(HeadSchema):
    feedback = Block(FeedbackSchema, "handled, on_time, unsatisfied_or_overdue")
    total_points = Number(0, 100, open_=False, default=None)


def rate(path: Path) -> dict[str, Any]:
    """The rating of a file, in the form that `docs/ratings.md` documents. Raises PlanError with all mistakes."""
    return rate_text(decoded(path), path.name)


def rate_text(text: str, name: str) -> dict[str, Any]:
    """As `rate`, from text; `name` stands for the file in messages."""
    file, problems = read_leniently(text, name)
    kind = _kind(file)
    try:
        data: dict[str, Any] = kind.schema().load(file.data)
        found: list[Finding] = []
    except ValidationError as error:
        data, found = {}, list(findings(error.messages))
    problems += located([*found, *_broken(file.data)], file.lines)
    if problems:
        raise PlanError(name, problems)
    return {**_head(kind.pack, data), **kind.result(data)}


class _Kind:
    """What goes with a pack: the schema of its inputs and how the result is made."""

    def __init__(self, pack: RulePack, schema: type[Schema], result: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        self.pack, self.schema, self.result = pack, schema, result


def _kind(file: PlanData) -> _Kind:
    kinds = {
        tt01.PACK.id: _Kind(tt01.PACK, CircularSchema, _circular),
        qd766.PACK.id: _Kind(qd766.PACK, DecisionSchema, _decision),
    }
    pack = file.data.get("pack")
    if pack not in kinds:
        message = f"expected one of {', '.join(PACKS)}, got {shown(pack)}{suggestion(str(pack), PACKS)}"
        raise PlanError(file.name, [Problem(file.lines.get(("pack",), 1), "pack", message)])
    return kinds[pack]


def _head(pack: RulePack, data: Mapping[str, Any]) -> dict[str, Any]:
    first, last = date.fromisoformat(data["first_day"]), date.fromisoformat(data["last_day"])
    return {
        "pack": pack.to_json(),
        "unit": dict(data["unit"]),
        "first_day": data["first_day"],
        "last_day": data["last_day"],
        "in_force": pack.holds(first, last),
    }


def _circular(data: Mapping[str, Any]) -> dict[str, Any]:
    files = {row["indicator"]: tt01.Files(row["none"], row["one"], row["two"]) for row in data["files"]}
    points = {row["indicator"]: row["points"] for row in data["points"]} | dict(_unit_points(data))
    rating = tt01.rate(files, points)
    return {
        "scores": [
            {"indicator": number, "title": dict(tt01.INDICATORS[number]), "score": _number(score)}
            for number, score in rating.scores.items()
        ],
        "staff": {"total": _number(rating.staff_total), "of": 10, "class": rating.staff_class},
        "agency": {"total": _number(rating.agency_total), "of": 18, "class": rating.agency_class},
        "missing": [number for number, score in rating.scores.items() if score is None],
    }


def _unit_points(data: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Points that follow from facts about the unit."""
    if "one_stop" in data:
        given = data["one_stop"]
        yield 5, tt01.one_stop(tt01.Level(given["level"]), given["procedures"], given["approved"], given["received"])
    if "publication" in data:
        yield 6, tt01.publication(**data["publication"])
    if "complaints" in data:
        yield 8, tt01.complaints(**data["complaints"])
    if "online" in data:
        yield 9, tt01.online(tt01.Online(**data["online"]))


def _decision(data: Mapping[str, Any]) -> dict[str, Any]:
    found = qd766.ratios(qd766.Feedback(**data["feedback"]))
    result: dict[str, Any] = {
        "feedback_on_time": _number(found.on_time),
        "feedback_satisfied": _number(found.satisfied),
        "procedures_satisfied": None,
        "missing": ["procedures_satisfied"],
    }
    if "total_points" in data:
        of = qd766.class_of(Decimal(str(data["total_points"])))
        result |= {"total_points": data["total_points"], "class": of.name, "class_verified": of.verified.value}
    return result


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


OF_WHICH = {
    "one_stop": (("approved", "procedures"), ("received", "procedures")),
    "complaints": (("on_time", "received"),),
    "online": (("procedures_online", "procedures"), ("files_online", "files"), ("late", "files_online")),
    "feedback": (("on_time", "handled"), ("unsatisfied_or_overdue", "handled")),
}
"""Counts that are part of another."""

FACTS = {"one_stop": 5, "publication": 6, "complaints": 8, "online": 9}
"""The indicator that each block of facts gives the points of."""


def _broken(data: Mapping[str, Any]) -> Iterator[Finding]:
    """What breaks a rule that spans several fields."""
    first, last = data.get("first_day"), data.get("last_day")
    if isinstance(first, str) and isinstance(last, str) and last < first:
        yield ("last_day",), f"expected a day not before first_day, {first}"
    for block, pairs in OF_WHICH.items():
        given = data.get(block)
        counts = {name: n for name, n in given.items() if type(n) is int} if isinstance(given, Mapping) else {}
        for part, whole in pairs:
            if part in counts and whole in counts and counts[part] > counts[whole]:
                yield (block, part), f"expected at most {counts[whole]}, the number of {whole}, got {counts[part]}"
    yield from _indicators(data)


def _indicators(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Indicators given twice, or in a list where they do not belong."""
    seen = {number for block, number in FACTS.items() if block in data}
    for block, belong in (("files", tt01.BY_FILE), ("points", tt01.BY_UNIT)):
        rows = data.get(block)
        for position, row in enumerate(rows if isinstance(rows, list) else ()):
            number = row.get("indicator") if isinstance(row, Mapping) else None
            if type(number) is not int:
                continue
            place: Place = (block, position, "indicator")
            told = ", ".join(map(str, belong))
            if number not in belong:
                yield (
                    place,
                    f"expected one of {told}, the indicators that are given to each {'file' if block == 'files' else 'unit'}",
                )
            elif number in seen:
                yield place, f"indicator {number} is there already; each must be given once"
            seen.add(number)
