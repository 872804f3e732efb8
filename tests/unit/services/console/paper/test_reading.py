"""Files as clerks' spreadsheets make them are read, or refused with the place and the reason."""

from __future__ import annotations

import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl.styles import Font

from services.console.paper.reading import Table, Unreadable, read_table
from tests.unit.services.console.paper.made import as_csv, names, row, saved, workbook


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as told:
        read_table(path)
    return "\n".join(fault.told(path.name) for fault in told.value.faults)


def cells(table: Table) -> list[dict[str, str]]:
    return [dict(each.cells) for each in table.rows]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_is_read_with_any_usual_delimiter(tmp_path: Path, delimiter: str) -> None:
    rows = [row(1, _comment='Nói "nhanh; hơn",\ndòng hai'), row(2)]
    table = read_table(saved(as_csv(rows, delimiter=delimiter), tmp_path))
    assert cells(table) == rows
    assert [each.number for each in table.rows] == [3, 4]


def test_xlsx_and_csv_give_the_same(tmp_path: Path) -> None:
    rows = [row(1), row(2, C1="4")]
    typed = [{**row(1), "C1": 5, "C2": 0}, {**row(2), "C1": 4.0}]
    assert cells(read_table(saved(workbook(typed), tmp_path, "a.xlsx"))) == rows
    assert cells(read_table(saved(as_csv(rows), tmp_path))) == rows


def test_blanks_invisible_signs_and_split_accents_do_not_matter(tmp_path: Path) -> None:
    odd = row(1, _comment=unicodedata.normalize("NFD", "  Phục vụ\u200b nhanh hơn \u00a0"), C1=" 5\ufeff ")
    (found,) = cells(read_table(saved(as_csv([odd]), tmp_path)))
    assert (found["_comment"], found["C1"]) == ("Phục vụ nhanh hơn", "5")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (as_csv([row(1)]).decode("utf-8-sig").encode("utf-16"), "UTF-16"),
        (as_csv([row(1, _comment="")]).decode("utf-8-sig").replace("chữ", "a").encode("utf-16-le"), "UTF-16"),
        ("_serial;_comment\nx;ba\u0301o \u0111\u01b0\u01a1\u0323c\n".encode("cp1258"), "windows-1258"),
        ("_serial;_comment\nx;caf\xe9\x81\n".encode("latin-1"), "row 2"),
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0old", "password"),
        (b"%PDF-1.7 x", "PDF"),
        (b"PK\x03\x04cut", "damaged"),
        (b'_serial;C1\nx;"no end\n', "quotation marks"),
        (b"_serial;C1;C1\nx;1;2\n", "two columns are called C1"),
    ],
    ids=["utf-16", "utf-16 without a mark", "windows-1258", "other", "empty", "xls", "pdf", "cut", "quotes", "twice"],
)
def test_what_is_no_table_of_ours_is_refused_with_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refused(saved(content, tmp_path))


def test_cells_that_a_spreadsheet_changed_are_told_with_their_place(tmp_path: Path) -> None:
    book = workbook([{**row(1), "C1": date(2026, 5, 1), "C2": "=1+1", "C3": True, "Q": "#N/A"}])
    book.worksheets[0].cell(3, names().index("Q") + 1).data_type = "e"
    told = [fault.told("a.xlsx") for fault in read_table(saved(book, tmp_path, "a.xlsx")).faults]
    assert [line.split(" (", 1)[1][:18] for line in told] == [
        "C1): was made a da",
        "C2): is a formula;",
        "C3): is true or fa",
        "Q): holds the spre",
    ]


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    book = workbook([row(1), row(2)])
    book.worksheets[0].merge_cells("E3:E4")
    assert "E3:E4" in refused(saved(book, tmp_path, "a.xlsx"))


def test_a_row_that_is_only_formatted_is_no_row(tmp_path: Path) -> None:
    book = workbook([row(1)])
    book.worksheets[0].cell(900, 3).font = Font(bold=True)
    assert len(read_table(saved(book, tmp_path, "a.xlsx")).rows) == 1


def test_text_beside_the_columns_is_told(tmp_path: Path) -> None:
    content = as_csv([row(1)]).replace(b"Nhanh h\xc6\xa1n", b"Nhanh h\xc6\xa1n;xem trang sau")
    (fault,) = read_table(saved(content, tmp_path)).faults
    assert "outside the columns" in fault.told("a.csv")


def test_a_workbook_that_unpacks_to_far_more_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("xl/workbook.xml", "x")
        with package.open("xl/big.xml", "w") as member:
            for _ in range(201):
                member.write(bytes(1024 * 1024))
    assert "unpacks to 201 MB" in refused(path)


def test_a_workbook_that_is_not_one_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", "<nothing")
    assert "damaged" in refused(path)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("content.xml", "x")
    assert "OpenDocument" in refused(path)
