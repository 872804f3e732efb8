"""An edition as a list of observations: one number a row, with what it is a number of. CSV and XLSX are made from this list.

Everything is taken from the edition in the API's form, in its order, unrounded. What may not be shown is a row as well, with
the reason in the number's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = Mapping[str, Any]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """One number. Empty texts and None mean that the column says nothing here.

    `figure` and `id` say what it is about, within `group` and `stratum`; `item` is a part of that: a level, a choice. `measure`
    is what was measured, in `unit`. `status` says what `value`, `low` and `high` are (`STATUSES`), `reason` why there is no
    value, `verdict` what a difference means. `name` and `item_name` are the texts of `id` and `item`.
    """

    figure: str
    measure: str
    unit: str
    group: str = ""
    stratum: str = ""
    id: str = ""
    item: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    base: int | None = None
    status: str = "exact"
    reason: str = ""
    verdict: str = ""
    name: Texts = field(default_factory=dict)
    item_name: Texts = field(default_factory=dict)


UNITS = ("percent", "points", "ratio", "ballots", "answers", "units")
STATUSES = ("interval", "census", "bounds", "exact", "at-least", "at-most", "suppressed", "break")


def observations(document: Json) -> tuple[Observation, ...]:
    """The observations of the edition in `document`."""
    return tuple(_all(document))


def _all(document: Json) -> Iterator[Observation]:
    for group in document["groups"]:
        for each in _group(group):
            yield replace(each, group=group["id"])
    if document.get("pooled"):
        yield from _pooled(document["pooled"])
    names = {group["id"]: _names(group) for group in document["groups"]}
    for row in document["comparison"]:
        yield from _compared(row, names[row["group"]])
    for name, number in document["equation"].items():
        if isinstance(number, int) and not isinstance(number, bool):
            yield Observation("count", "ballots", "ballots", id=name, value=number)
    yield Observation("count", "ballots", "ballots", id="register", value=document["register"]["ballots"])


def _group(group: Json) -> Iterator[Observation]:
    for measure in ("ballots", "incomplete", "quota", "population"):
        yield from _count("group", measure, group[measure], name=group["title"])
    yield figure("overall", group["overall"], name=group["title"])
    for rule, cell in group["aggregations"].items():
        yield figure("aggregation", cell, id=rule)
    for factor in group["factors"]:
        yield figure("factor", factor, id=factor["id"], name=factor["title"])
    for criterion in group["criteria"]:
        yield from _criterion(criterion)
    for stratum in group["strata"]:
        yield from _stratum(stratum)
    for question in group["questions"]:
        yield from _question(question)
    yield from _quality(group["quality"], _names(group))


def figure(kind: str, cell: Json, measure: str = "index", **about: Any) -> Observation:
    """A cell of the API as an observation of `kind`. Of a bounded one `low` or `high` is given and no value."""
    made = Observation(kind, measure, "percent", **about)
    if cell.get("suppressed"):
        return replace(made, status="suppressed", reason=cell["reason"])
    if "index" not in cell:
        side = {"low": cell["at_least"]} if "at_least" in cell else {"high": cell["at_most"]}
        return replace(made, **side, base=cell["base"], status="at-least" if "low" in side else "at-most")
    status = "census" if cell.get("census") else "bounds" if cell.get("bounds") else "interval"
    return replace(made, value=cell["index"], low=cell["low"], high=cell["high"], base=cell["base"], status=status)


def _count(kind: str, measure: str, number: int | None, **about: Any) -> Iterator[Observation]:
    if number is not None:
        yield Observation(kind, measure, "ballots" if measure != "population" else "units", value=number, **about)


def _criterion(row: Json) -> Iterator[Observation]:
    about: dict[str, Any] = {"id": row["id"], "name": row["text"]}
    yield figure("criterion", row, **about)
    for level, answers in row.get("levels", {}).items():
        yield Observation("criterion", "answers", "answers", item=level, value=answers, **about)
    for measure in ("no_opinion", "skipped"):
        if row[measure] is not None:
            yield Observation("criterion", measure, "percent", value=row[measure], **about)


def _stratum(row: Json) -> Iterator[Observation]:
    for measure in ("ballots", "quota", "population"):
        yield from _count("stratum", measure, row[measure], stratum=row["id"], name=row["title"])
    yield figure("overall", row["overall"], stratum=row["id"], name=row["title"])
    for factor in row["factors"]:
        yield figure("factor", factor, stratum=row["id"], id=factor["id"], name=factor["title"])


def _question(row: Json) -> Iterator[Observation]:
    for choice in row["choices"]:
        hidden = choice["share"] is None
        yield Observation(
            row["role"],
            "share",
            "percent",
            id=row["id"],
            item=choice["id"],
            value=choice["share"],
            base=row["base"],
            status="suppressed" if hidden else "exact",
            reason=row.get("reason", "audit") if hidden else "",
            name=row["text"],
            item_name=choice["text"],
        )


def _quality(quality: Json, names: Mapping[str, Texts]) -> Iterator[Observation]:
    for measure in ("alpha", "importance"):
        for id_, value in (quality.get(measure) or {}).items():
            if value is not None:
                yield Observation("quality", measure, "ratio", id=id_, value=value, name=names.get(id_, {}))
    if quality.get("r_squared") is not None:
        yield Observation("quality", "r_squared", "ratio", value=quality["r_squared"], base=quality.get("importance_ballots"))
    for kind, number in quality.get("straight_lines", {}).items():
        side = {"count": "value", "at_most": "high", "at_least": "low"}[kind]
        status = "exact" if kind == "count" else kind.replace("_", "-")
        yield replace(Observation("quality", "straight_lines", "ballots", status=status), **{side: number})


def _pooled(pooled: Json) -> Iterator[Observation]:
    yield figure("composite", pooled, name=pooled["label"])
    for part in pooled["parts"]:
        yield figure("composite", part, group=part["group"])
        yield Observation("composite", "weight", "ratio", group=part["group"], value=part["weight"])


def _compared(row: Json, names: Mapping[str, Texts]) -> Iterator[Observation]:
    kind = "overall" if row["figure"] == "overall" else row["figure"]
    about: dict[str, Any] = {"group": row["group"], "id": "" if kind == "overall" else row["id"]}
    about["name"] = names.get(row["id"], {})
    if "break" in row:
        yield Observation(kind, "difference", "points", status="break", reason=" ".join(row["break"]), **about)
        return
    yield figure(kind, row["before"], "index_before", **about)
    yield figure(kind, row["now"], "index_now", **about)
    yield Observation(
        kind,
        "difference",
        "points",
        value=row["difference"],
        low=row["low"],
        high=row["high"],
        base=min(row["before"]["base"], row["now"]["base"]),
        status="interval",
        verdict=row["verdict"],
        **about,
    )
    for measure in ("p", "p_adjusted"):
        yield Observation(kind, measure, "ratio", value=row[measure], **about)


def _names(group: Json) -> dict[str, Texts]:
    return {row["id"]: row.get("title") or row["text"] for row in (*group["factors"], *group["criteria"])}
