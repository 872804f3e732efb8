"""Double entry: what two clerks entered from the same sheets, compared. Only where they agree is there a ballot."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.console.paper.cells import harmless
from services.console.paper.entry import Entered
from services.console.paper.serial import Serial
from services.console.paper.sheet import COMMENT
from services.console.paper.template import LANGUAGE, STRATUM

SHEET = "(sheet)"
"""Stands for the column where a sheet is in one of the files alone."""

EMPTY = "(empty)"

HEAD = ("sheet", "column", "first row", "first", "second row", "second")


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell on which two clerks do not agree, or a sheet that only one of them entered. Rows are None where it is not."""

    serial: Serial
    column: str
    first_row: int | None
    first: str
    second_row: int | None
    second: str

    @property
    def cells(self) -> tuple[str, ...]:
        rows = ["" if row is None else str(row) for row in (self.first_row, self.second_row)]
        return (str(self.serial), self.column, rows[0], self.first or EMPTY, rows[1], self.second or EMPTY)


@dataclass(frozen=True, slots=True)
class Compared:
    """Ballots on which both agree, in the order of their sheets, and all that they differ in."""

    agreed: tuple[Entered, ...]
    differences: tuple[Difference, ...]

    @property
    def differing(self) -> int:
        """How many sheets there are that differ."""
        return len({difference.serial for difference in self.differences})


def compare(first: Mapping[Serial, Entered], second: Mapping[Serial, Entered]) -> Compared:
    """What two entries of the same sheets agree on. Where they do, the first one's spelling of the comment is taken."""
    agreed: list[Entered] = []
    differences: list[Difference] = []
    for serial in sorted({*first, *second}):
        one, other = first.get(serial), second.get(serial)
        if one is None or other is None:
            differences.append(_alone(serial, one, other))
            continue
        found = list(_differing(one, other))
        differences += found
        if not found:
            agreed.append(one)
    return Compared(tuple(agreed), tuple(differences))


def differences_csv(differences: Iterable[Difference]) -> bytes:
    """The differences as a file for those who look at the sheets again."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows([harmless(cell) for cell in difference.cells] for difference in differences)
    return file.getvalue().encode("utf-8-sig")


def _alone(serial: Serial, one: Entered | None, other: Entered | None) -> Difference:
    rows = [None if entered is None else entered.row for entered in (one, other)]
    said = ["not there" if entered is None else "entered" for entered in (one, other)]
    return Difference(serial, SHEET, rows[0], said[0], rows[1], said[1])


def _differing(one: Entered, other: Entered) -> Iterable[Difference]:
    """Cells whose meaning differs. Answers are compared as answers, so that `ca` and `a, c` agree; comments loosely."""
    questions = dict.fromkeys([*one.ballot.answers, *other.ballot.answers, *one.cells, *other.cells])
    for name in questions:
        if name == COMMENT:
            same = _loosely(one.ballot.comment) == _loosely(other.ballot.comment)
        elif name == STRATUM:
            same = one.ballot.stratum == other.ballot.stratum
        elif name == LANGUAGE:
            same = one.ballot.language == other.ballot.language
        else:
            same = one.ballot.answers.get(name) == other.ballot.answers.get(name)
        if not same:
            yield Difference(one.serial, name, one.row, one.cells.get(name, ""), other.row, other.cells.get(name, ""))


def _loosely(comment: str | None) -> str:
    """A comment without case, blanks and punctuation, in which two careful people rarely agree."""
    kept = (c for c in unicodedata.normalize("NFC", comment or "").casefold() if unicodedata.category(c)[0] in "LNM")
    return "".join(kept)
