"""Two people's entries of the same sheets: only what both read the same goes on; a file of differences holds no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from services.console.paper.double import HEAD, Compared, differences_csv
from services.console.paper.intake import Copied, Faulty, compared, read_both
from services.console.paper.serial import Serial
from tests.unit.services.console.paper import made
from tests.unit.services.console.paper.made import row

Rows = Sequence[Mapping[str, str]]


def two(first: Rows, second: Rows, folder: Path) -> Compared:
    paths = (
        made.saved(made.as_csv(first), folder, "an.csv"),
        made.saved(made.as_csv(second, delimiter=","), folder, "binh.csv"),
    )
    return compared(read_both(paths, made.survey(), {"KQMT": made.pile()}))


def test_sheets_on_which_both_agree_go_on_and_each_other_cell_is_told(tmp_path: Path) -> None:
    found = two([row(1), row(2), row(3)], [row(2, C1="4", Q=""), row(3), row(1)], tmp_path)
    assert [each.serial.number for each in found.agreed] == [1, 3]
    assert [(d.serial.number, d.column, d.first_row, d.first, d.second_row, d.second) for d in found.differences] == [
        (2, "C1", 4, "5", 3, "4"),
        (2, "Q", 4, "3", 3, ""),
    ]
    assert found.differing == 1


def test_a_sheet_that_one_of_them_left_out_does_not_go_on(tmp_path: Path) -> None:
    found = two([row(1), row(2)], [row(1), row(3)], tmp_path)
    assert [each.serial.number for each in found.agreed] == [1]
    assert [d.cells[1:] for d in found.differences] == [
        ("(sheet)", "4", "entered", "", "not there"),
        ("(sheet)", "", "not there", "4", "entered"),
    ]


def test_what_means_the_same_is_no_difference(tmp_path: Path) -> None:
    first = [row(1, wish="ca", C1="5", _comment="Nhanh hơn, tốt hơn!"), row(2, asked="b", C3="")]
    second = [row(1, wish="a; c", C1="5,0", _comment="nhanh  hơn tốt hơn"), row(2, asked="B", C3="0")]
    found = two(first, second, tmp_path)
    assert found.differences == ()
    assert found.agreed[0].ballot.comment == "Nhanh hơn, tốt hơn!"


def test_other_words_in_a_comment_are_a_difference(tmp_path: Path) -> None:
    (found,) = two([row(1, _comment="Nhanh hơn")], [row(1, _comment="Nhanh hon")], tmp_path).differences
    assert found.column == "_comment"


def test_a_file_with_a_mistake_lets_nothing_in_from_either(tmp_path: Path) -> None:
    with pytest.raises(Faulty) as told:
        two([row(1, C1="9")], [row(1), row(2, Q="8")], tmp_path)
    assert [line.split(":")[0] for line in told.value.lines] == ["an.csv", "binh.csv"]


def test_one_file_given_twice_is_no_double_entry(tmp_path: Path) -> None:
    path = made.saved(made.as_csv([row(1)]), tmp_path)
    with pytest.raises(Copied, match="given twice"):
        read_both((path, path), made.survey(), {"KQMT": made.pile()})
    book = made.saved(made.workbook([row(1)]), tmp_path, "an.xlsx")
    copy = made.saved(book.read_bytes(), tmp_path, "binh.xlsx")
    with pytest.raises(Copied, match="is a copy of"):
        read_both((book, copy), made.survey(), {"KQMT": made.pile()})


def test_the_file_of_differences_holds_no_formula(tmp_path: Path) -> None:
    found = two([row(1, _comment="=HYPERLINK(1)")], [row(1, _comment="+cmd|x")], tmp_path)
    rows = list(csv.reader(io.StringIO(differences_csv(found.differences).decode("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == HEAD
    assert rows[1] == [str(Serial("KQMT", 1)), "_comment", "3", "'=HYPERLINK(1)", "3", "'+cmd|x"]
