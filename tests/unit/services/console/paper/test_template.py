"""The template holds what the plan asks, and what is entered into it is read back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from services.console.paper.entry import read_entries
from services.console.paper.reading import read_table
from services.console.paper.template import Prefilled, Template, csv_template, xlsx_template
from tests import plans
from tests.unit.services.console.paper import made

ROWS = tuple(Prefilled(made.serial(n), "desk", "vi") for n in (1, 2, 3))


def template(**changes: object) -> Template:
    survey = made.survey(**changes)
    return Template(survey, survey.questionnaires["visit"], survey.groups[0].strata, ROWS)


@pytest.mark.parametrize(("tag", "words"), [("vi", ("Tiêu chí C1", "Số tờ")), ("en", ("Criterion C1", "Sheet number"))])
def test_the_first_row_names_the_columns_and_the_second_says_what_they_are(tag: str, words: tuple[str, str]) -> None:
    page = load_workbook(io.BytesIO(xlsx_template(template(), tag))).worksheets[0]
    first, second = ([cell.value for cell in row] for row in page.iter_rows(1, 2))
    assert first == ["_serial", "_stratum", "_language", "asked", "C1", "C2", "C3", "Q", "wish", "_comment"]
    assert (second[4], second[0][2 : 2 + len(words[1])]) == (f"2. {words[0]}", words[1])
    assert page.freeze_panes == "B3"


def test_a_cell_takes_only_the_codes_of_its_question() -> None:
    page = load_workbook(io.BytesIO(xlsx_template(template(), "vi"))).worksheets[0]
    lists = {str(rule.sqref)[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    assert lists == {"B": '"a,b"', "C": '"vi,en"', "D": '"a,b"', **dict.fromkeys("EFGH", '"1,2,3,4,5,0"')}


def test_the_instructions_say_what_each_code_means() -> None:
    page = load_workbook(io.BytesIO(xlsx_template(template(), "en"))).worksheets[1]
    told = [tuple(cell.value or "" for cell in row) for row in page.iter_rows(min_row=12)]
    assert ("C1", "2. Criterion C1", "5", "Level 5") in told
    assert ("C1", "2. Criterion C1", "0", "No opinion") in told
    assert ("_stratum", "About", "b", "Stratum online") in told


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_template_is_read_back_with_what_was_entered(tmp_path: Path, kind: str) -> None:
    if kind == "xlsx":
        book = load_workbook(io.BytesIO(xlsx_template(template(), "vi")))
        for column, value in ((5, 4), (9, "a b"), (10, "=không phải công thức")):
            book.worksheets[0].cell(3, column).value = value
        book.worksheets[0].cell(3, 10).data_type = "s"
        path = made.saved(book, tmp_path, "an.xlsx")
    else:
        text = csv_template(template(), "vi", ";").decode("utf-8-sig")
        line = f'"{made.serial(1)}";"desk";"vi";"";"";"";"";"";"";""'
        filled = f'"{made.serial(1)}";"desk";"vi";"";"4";"";"";"";"a b";"=không phải công thức"'
        assert line in text
        path = made.saved(text.replace(line, filled).encode("utf-8-sig"), tmp_path)
    file = read_entries(read_table(path), made.survey(), {"KQMT": made.pile()})
    assert (file.faults, file.unused) == ((), 2)
    (entered,) = file.entered.values()
    assert entered.ballot.answers == {"C1": 4, "wish": ("faster", "kinder")}
    assert entered.ballot.comment == "=không phải công thức"


def test_a_text_of_the_plan_never_becomes_a_formula() -> None:
    evil = template(title=plans.texts("=1+1", "=1+1"))
    book = load_workbook(io.BytesIO(xlsx_template(evil, "vi")))
    assert {cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
