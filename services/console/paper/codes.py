"""Files with invitation codes: those that `hailong invitations issue` makes, or a plain list with a code a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.console.paper.reading import Fault, Unreadable, read_table
from shared.domain.token import read_token, token_digest

TOKEN = "token"  # noqa: S105 -- the name of a column


@dataclass(frozen=True, slots=True)
class Code:
    """A code, and what stands beside it in its file: empty where nothing does. `row` is the file's."""

    row: int
    token: str
    survey: str = ""
    stratum: str = ""
    name: str = ""

    @property
    def digest(self) -> bytes:
        return token_digest(self.token)


def read_codes(path: Path) -> list[Code]:
    """The codes in a file. Raises Unreadable, OSError."""
    table = read_table(path)
    if table.faults:
        raise Unreadable(table.faults)
    if TOKEN not in table.names:
        if len(table.names) != 1:
            raise Unreadable([Fault(1, None, f"there is no column {TOKEN}, and more than a list of codes")])
        listed = [(1, table.names[0]), *((row.number, row.cells[table.names[0]]) for row in table.rows)]
        return [Code(number, read_token(text)) for number, text in listed]
    missing = [Fault(row.number, TOKEN, "the code is missing") for row in table.rows if TOKEN not in row.cells]
    if missing:
        raise Unreadable(missing)
    return [
        Code(
            row.number,
            read_token(row.cells[TOKEN]),
            row.cells.get("survey", ""),
            row.cells.get("stratum", ""),
            row.cells.get("name", ""),
        )
        for row in table.rows
    ]
