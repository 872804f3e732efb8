"""A list of contacts is checked as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.console.letters.lists import read_contacts
from shared.store.contacts import Named
from tests.unit.services.console.paper.made import saved, survey


def read(text: str, folder: Path) -> tuple[list[Named], list[str]]:
    return read_contacts(saved(text.encode(), folder, "c.csv"), survey())


def test_columns_may_be_named_in_vietnamese_and_stand_in_any_order(tmp_path: Path) -> None:
    found, wrong = read(
        "Lĩnh vực;Tên;Thư điện tử;Điện thoại\ndesk;Sở  Y tế;yte@hue.gov.vn;0234 382 2111\nonline;A;;\n", tmp_path
    )
    assert wrong == []
    assert found == [Named("Sở Y tế", "desk", "yte@hue.gov.vn", "0234 382 2111"), Named("A", "online")]


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("A,a@b,,desk", "email", "no e-mail address"),
        ("A,a@b.vn\u200b c,,desk", "email", "no e-mail address"),
        ("A,,901234567,desk", "phone", "lost its first 0"),
        ("A,,abc,desk", "phone", "no telephone number"),
        ("A,,,moon", "stratum", "expected one of desk, online"),
        (",a@b.vn,,desk", "name", "1 to 200"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_column(tmp_path: Path, line: str, place: str, words: str) -> None:
    _, (told,) = read(f"name,email,phone,stratum\nB,,,desk\n{line}\n", tmp_path)
    assert told.startswith(f"c.csv: row 3, column {place}: ")
    assert words in told


def test_one_body_does_not_stand_there_twice(tmp_path: Path) -> None:
    _, (told,) = read("name,stratum\nSở Y tế,desk\nsở  y TẾ,desk\n", tmp_path)
    assert "stands in row 2 already" in told


def test_columns_that_are_missing_or_unknown_are_told(tmp_path: Path) -> None:
    _, wrong = read("name,fax\nA,1\n", tmp_path)
    assert "no column stratum" in wrong[0]
    assert "(fax)" in wrong[1]
