"""A survey, piles and files as clerks make them, for the tests of paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from services.console.paper.serial import Serial
from services.console.paper.template import LANGUAGE, SERIAL, STRATUM, Template
from shared import plan
from shared.domain.survey import Survey
from shared.store.piles import Pile
from tests import plans

KEY = b"k" * 32


def survey(**changes: object) -> Survey:
    return plan.parse(plans.small("paper", **changes))  # type: ignore[arg-type]


def pile(code: str = "KQMT", strata: Sequence[str] = ("desk",), sheets: int = 9, **changes: Any) -> Pile:
    given = {"questionnaire": "visit", "version": 1, "language": "vi", "key": KEY, **changes}
    return Pile(code=code, survey="paper", strata=tuple(strata), sheets=sheets, **given)


def serial(number: int, code: str = "KQMT") -> str:
    return str(Serial(code, number))


def names(of: Survey | None = None) -> list[str]:
    made = of or survey()
    return Template(made, made.questionnaires["visit"], made.groups[0].strata).names


ANSWERED = {"C1": "5", "C2": "0", "asked": "a", "C3": "4", "Q": "3", "wish": "a c", "_comment": "Nhanh hơn"}
"""A row that fits the small plan."""


def row(number: int, **cells: str) -> dict[str, str]:
    return {SERIAL: serial(number), STRATUM: "desk", LANGUAGE: "vi", **ANSWERED, **cells}


def as_csv(rows: Sequence[Mapping[str, str]], head: Sequence[str] | None = None, delimiter: str = ";") -> bytes:
    head = head or names()
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(head)
    writer.writerow(["# một", *["chữ"] * (len(head) - 1)])
    writer.writerows([each.get(name, "") for name in head] for each in rows)
    return file.getvalue().encode("utf-8-sig")


def workbook(rows: Sequence[Mapping[str, object]], head: Sequence[str] | None = None) -> Workbook:
    head = head or names()
    book = Workbook()
    page = book.worksheets[0]
    page.append(list(head))
    page.append(["# một", *["chữ"] * (len(head) - 1)])
    for each in rows:
        page.append([each.get(name) for name in head])
    return book


def saved(content: bytes | Workbook, folder: Path, name: str = "an.csv") -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content.save(path)
    return path
