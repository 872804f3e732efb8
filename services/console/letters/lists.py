"""A list of contacts as a body keeps it: CSV or XLSX with name, e-mail, telephone and stratum; checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from services.console.paper.reading import Fault, Row, Table, read_table
from shared.domain.survey import Survey
from shared.store.contacts import Named

NAME_LIMIT = 200

COLUMNS = {
    "name": ("name", "tên", "ten", "tên cơ quan", "cơ quan"),
    "email": ("email", "e-mail", "thư điện tử", "thu dien tu"),
    "phone": ("phone", "telephone", "điện thoại", "dien thoai", "số điện thoại"),
    "stratum": ("stratum", "lĩnh vực", "linh vuc", "khối"),
}
"""What each column may be called."""

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
"""As HTML's e-mail fields have it, with a domain that has a dot."""

_PHONE = re.compile(r"\+?[\d\s().-]{3,30}")


def read_contacts(path: Path, survey: Survey) -> tuple[list[Named], list[str]]:
    """The contacts in a file, and what is wrong with it in lines; where anything is, no contact is to be used.

    Raises Unreadable, OSError.
    """
    table = read_table(path)
    columns = _columns(table)
    faults = [*table.faults]
    missing = [wanted for wanted in ("name", "stratum") if wanted not in columns]
    if missing:
        faults.append(Fault(1, None, f"there is no column {' and no column '.join(missing)}; wanted are {', '.join(COLUMNS)}"))
    unknown = [name for name in table.names if name not in columns.values()]
    faults += [
        Fault(1, table.place(name), f"is no column of a list of contacts; those are {', '.join(COLUMNS)}") for name in unknown
    ]
    found: list[Named] = []
    rows: dict[tuple[str, str], int] = {}
    for row in table.rows if not missing else ():
        named = _named(row, columns, survey, faults)
        key = (named.stratum, " ".join(named.name.casefold().split()))
        if key in rows:
            faults.append(Fault(row.number, "name", f"{named.name} stands in row {rows[key]} already"))
        rows.setdefault(key, row.number)
        found.append(named)
    if not table.rows:
        faults.append(Fault(None, None, "no contact stands in the file"))
    return found, [fault.told(path.name) for fault in faults]


def _columns(table: Table) -> dict[str, str]:
    """Which column is which."""
    called = {alias: wanted for wanted, aliases in COLUMNS.items() for alias in aliases}
    return {called[name.casefold()]: name for name in table.names if name.casefold() in called}


def _named(row: Row, columns: Mapping[str, str], survey: Survey, faults: list[Fault]) -> Named:
    given = {wanted: row.cells.get(name, "") for wanted, name in columns.items()}
    name, stratum = " ".join(given["name"].split()), given["stratum"]
    email, phone = given.get("email", ""), given.get("phone", "")
    wrong = {
        "name": "" if 1 <= len(name) <= NAME_LIMIT else f"a name has 1 to {NAME_LIMIT} characters",
        "stratum": "" if stratum in survey.strata else f"{stratum!r} is no stratum; expected one of {', '.join(survey.strata)}",
        "email": "" if not email or _EMAIL.fullmatch(email) else f"{email[:80]!r} is no e-mail address",
        "phone": _wrong_phone(phone),
    }
    faults += [Fault(row.number, columns.get(column, column), said) for column, said in wrong.items() if said]
    return Named(name, stratum, email or None, phone or None)


def _wrong_phone(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    if phone and (not _PHONE.fullmatch(phone) or not 3 <= len(digits) <= 15):
        return f"{phone[:40]!r} is no telephone number"
    if len(digits) == 9 and phone[0] not in "+01":
        return f"{phone} has lost its first 0, as spreadsheets do to numbers: format the column as text"
    return ""
