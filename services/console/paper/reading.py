"""A file as clerks make it, CSV or XLSX, as a table of texts; whatever is not plain text in it is a fault with its place."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

FILE_LIMIT = 20 * 1024 * 1024
UNPACKED_LIMIT = 200 * 1024 * 1024
ROWS_LIMIT = 20_000
COLUMNS_LIMIT = 1_000
CELL_LIMIT = 20_000

_UNTYPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SAVE = "save it as CSV UTF-8, or as an Excel workbook (XLSX)"
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError,
    zlib.error, NotImplementedError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file, and where: a row as the spreadsheet numbers it, a column by its name; None for all of it."""

    row: int | None
    column: str | None
    message: str

    def told(self, file: str) -> str:
        """The fault in one line."""
        place = [f"row {self.row}"] if self.row is not None else []
        place += [f"column {self.column}"] if self.column is not None else []
        return f"{file}: {', '.join(place)}: {self.message}" if place else f"{file}: {self.message}"


class Unreadable(ValueError):
    """The file is no table of ours, for the `faults` that it has."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something: its texts by the names of their columns, without those that are empty."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """`names` are the columns in order; `letters` is where the spreadsheet has them. `faults` are cells that are no text."""

    names: tuple[str, ...]
    letters: Mapping[str, str]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]

    def place(self, name: str) -> str:
        """A column as people find it: E (C05)."""
        return f"{self.letters[name]} ({name})" if name in self.letters else name


@dataclass(frozen=True, slots=True)
class _Odd:
    """A cell that is no text: what is wrong with it."""

    message: str


@dataclass(slots=True)
class _Grid:
    """Rows of cells before the first of them is taken for names."""

    rows: list[tuple[int, list[str | _Odd]]] = field(default_factory=list)


def read_table(path: Path) -> Table:
    """The table in the file at `path`. Rows that begin with # and empty rows are left out. Raises Unreadable, OSError."""
    if path.stat().st_size > FILE_LIMIT:
        raise _unreadable(f"the file has more than {FILE_LIMIT // 1024 // 1024} MB; no pile of ballots needs as much")
    content = path.read_bytes()
    if not content.strip():
        raise _unreadable("the file is empty")
    grid = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    if not grid.rows:
        raise _unreadable("the file has no row; use the template")
    return _table(grid)


def _unreadable(message: str, row: int | None = None) -> Unreadable:
    return Unreadable([Fault(row, None, message)])


def _table(grid: _Grid) -> Table:
    number, head = grid.rows[0]
    faults = [
        Fault(number, get_column_letter(n), cell.message) for n, cell in enumerate(head, start=1) if isinstance(cell, _Odd)
    ]
    if faults:
        raise Unreadable(faults)
    names = [str(cell) for cell in head]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise _unreadable(f"two columns are called {', '.join(twice)}; use the template as it is", number)
    letters = {name: get_column_letter(n) for n, name in enumerate(names, start=1) if name}
    rows, odd = [], []
    for row_number, cells in grid.rows[1:]:
        if cells and isinstance(cells[0], str) and cells[0].startswith("#"):
            continue
        row, wrong = _row(row_number, cells, names)
        odd += wrong
        if row.cells or wrong:
            rows.append(row)
    if len(rows) > ROWS_LIMIT:
        raise _unreadable(f"the file has {len(rows)} rows; at most {ROWS_LIMIT} are read at once: divide it by piles")
    return Table(tuple(name for name in names if name), letters, tuple(rows), tuple(odd))


def _row(number: int, cells: Sequence[str | _Odd], names: Sequence[str]) -> tuple[Row, list[Fault]]:
    found: dict[str, str] = {}
    faults = []
    for n, cell in enumerate(cells, start=1):
        name = names[n - 1] if n <= len(names) else ""
        place = f"{get_column_letter(n)} ({name})" if name else get_column_letter(n)
        if isinstance(cell, _Odd):
            faults.append(Fault(number, place, cell.message))
        elif cell and not name:
            faults.append(Fault(number, place, "stands outside the columns of the template"))
        elif cell:
            found[name] = cell
    return Row(number, found), faults


def _text(value: str) -> str | _Odd:
    """Text as it is compared: NFC, no blanks around it, no signs that nobody sees."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)).strip()
    if _UNTYPED.search(text):
        return _Odd("holds characters that are no text")
    if len(text) > CELL_LIMIT:
        return _Odd(f"holds {len(text)} characters; at most {CELL_LIMIT} are read")
    return text


def _csv(content: bytes) -> _Grid:
    text = _decoded(content)
    first = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    grid = _Grid()
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > COLUMNS_LIMIT or number > 4 * ROWS_LIMIT:
                raise _unreadable(f"the file has more than {COLUMNS_LIMIT} columns or {4 * ROWS_LIMIT} rows", number)
            texts = [_text(cell) for cell in cells]
            if any(texts):
                grid.rows.append((number, texts))
    except csv.Error as error:
        row = len(grid.rows) + 1
        raise _unreadable(f"the quotation marks do not match, or a cell is far too long ({error})", row) from error
    return grid


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:4_000]:
        raise _unreadable(f"the file is in UTF-16 (“Unicode text”) or no text at all; {_SAVE}")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable(f"the file is an old Excel workbook (XLS) or is protected by a password; {_SAVE}")
    if content.startswith(b"%PDF"):
        raise _unreadable("the file is a PDF; the entries are wanted, as CSV or XLSX")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(f"the file is not in UTF-8 but in {_guess(content)}; {_SAVE}", row) from error


def _guess(content: bytes) -> str:
    """Which of the usual codes it is. Vietnamese of windows-1258 sets its tones as marks of their own."""
    try:
        text = content.decode("cp1258")
    except UnicodeDecodeError:
        return "another code (windows-1252, TCVN3 or the like)"
    vietnamese = sum(text.count(sign) for sign in "\u0300\u0301\u0303\u0309\u0323ơưđ")
    return "windows-1258" if vietnamese else "another code (windows-1252, TCVN3 or the like)"


def _xlsx(content: bytes) -> _Grid:
    _check_package(content)
    try:
        book = load_workbook(io.BytesIO(content), rich_text=False)
        pages = list(book.worksheets)
        page = next((p for p in pages if str(p.cell(1, 1).value or "").strip().startswith("_")), pages[0])
    except _BROKEN as error:
        raise _unreadable(f"the workbook is damaged and cannot be read ({type(error).__name__}); {_SAVE}") from error
    merged = [str(each) for each in page.merged_cells.ranges]
    if merged:
        raise _unreadable(f"cells are merged ({', '.join(merged[:5])}); undo that: each cell stands for one answer")
    if page.max_column > COLUMNS_LIMIT:
        raise _unreadable(f"the sheet {page.title} has {page.max_column} columns; use the template")
    return _Grid([(n, cells) for n, cells in enumerate(_cells(page), start=1) if any(cells)])


def _check_package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            size = sum(info.file_size for info in package.infolist())
    except _BROKEN as error:
        raise _unreadable(f"the file is damaged, or cut off; {_SAVE}") from error
    if "xl/workbook.xml" not in names:
        kind = "an OpenDocument file" if "content.xml" in names else "no Excel workbook"
        raise _unreadable(f"the file is {kind}; {_SAVE}")
    if size > UNPACKED_LIMIT:
        raise _unreadable(f"the workbook unpacks to {size // 1024 // 1024} MB; copy the entries into a new template")


def _cells(page: Any) -> Iterator[list[str | _Odd]]:
    for row in page.iter_rows():
        yield [_cell(cell.value, cell.data_type) for cell in row]


def _cell(value: object, kind: str) -> str | _Odd:
    if value is None:
        return ""
    odd = _oddity(value, kind)
    if odd is not None:
        return _Odd(odd)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _text(str(value))


def _oddity(value: object, kind: str) -> str | None:
    """Why a cell's value is no text; None where it is one."""
    if kind == "f" or not isinstance(value, str | bool | int | float | date | time | timedelta):
        return "is a formula; enter what it gives"
    if kind == "e":
        return f"holds the spreadsheet's error {value}"
    if isinstance(value, bool):
        return "is true or false, which is no answer"
    if isinstance(value, date | time | timedelta):
        return f"was made a date or time by the spreadsheet ({value}); format the cell as text and enter it again"
    return None
