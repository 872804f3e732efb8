"""The observations of an edition as CSV (RFC 4180, UTF-8), with the columns that say what they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.publisher.data.observations import STATUSES, UNITS, Json, Observation

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text must not begin with: a spreadsheet would take it for a formula (OWASP, CSV Injection)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in the sense of Table Schema, what it says, and the words that it may hold."""

    name: str
    type: str
    description: str
    words: tuple[str, ...] = ()
    required: bool = False


_FIRST = (
    Column("survey", "string", "Id of the survey", required=True),
    Column("edition", "integer", "Number of the edition", required=True),
    Column("group", "string", "Id of the group of respondents; empty for the survey as a whole"),
    Column("stratum", "string", "Id of the stratum; empty for the whole group"),
    Column("figure", "string", "What the number is about: overall index, factor, criterion, question …", required=True),
    Column("id", "string", "Id of the factor, criterion, question, aggregation rule or count"),
    Column("item", "string", "Part of it: a level of the scale or a choice"),
    Column("measure", "string", "What was measured: index, answers, share, difference …", required=True),
    Column("unit", "string", "Unit of value, low and high", UNITS, True),
    Column("value", "number", "The number, unrounded; empty where only a limit is told, or nothing"),
    Column("low", "number", "Lower limit"),
    Column("high", "number", "Upper limit"),
    Column("base", "integer", "Ballots behind it"),
    Column(
        "status",
        "string",
        "What value, low and high are: limits of a confidence interval; census (all answered); bounds (all asked, not all "
        "answered); exact; at-least, at-most (only that side is told); suppressed; break (not comparable)",
        STATUSES,
        True,
    ),
    Column("reason", "string", "Why it is suppressed or not comparable"),
    Column("verdict", "string", "What a difference means: increase, decrease, not-enough"),
)


def columns(languages: Sequence[str]) -> tuple[Column, ...]:
    """All columns; those with texts come in each of `languages`."""
    texts = [
        Column(f"{name}_{tag}", "string", f"Text of {what} ({tag})")
        for name, what in (("name", "the group, stratum, factor, criterion or question"), ("item", "the choice"))
        for tag in languages
    ]
    return (*_FIRST, *texts)


def csv_file(document: Json, rows: Iterable[Observation], languages: Sequence[str]) -> bytes:
    """The table as CSV: UTF-8 without a mark, lines ended by CR LF, numbers with a point."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns(languages)])
    for row in rows:
        writer.writerow([document["survey"], document["edition"], *cells(row, languages)])
    return text.getvalue().encode()


def cells(row: Observation, languages: Sequence[str]) -> tuple[str | float | None, ...]:
    """The cells of a row after survey and edition, in the order of `columns`. Texts are safe for spreadsheets."""
    texts = (row.group, row.stratum, row.figure, row.id, row.item, row.measure, row.unit)
    names = [named.get(tag, "") for named in (row.name, row.item_name) for tag in languages]
    told = (row.status, row.reason, row.verdict, *names)
    return (*map(plain, texts), row.value, row.low, row.high, row.base, *map(plain, told))


def plain(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: an apostrophe goes before what looks like one."""
    return f"'{text}" if text.startswith(FORMULA) else text
