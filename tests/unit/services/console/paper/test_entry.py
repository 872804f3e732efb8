"""Rows become ballots only where every number, code and rule fits; every mistake is told with its row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.console.paper.entry import File, read_entries
from services.console.paper.reading import read_table
from services.console.paper.serial import Serial
from shared.domain.survey import Channel
from shared.store.piles import Pile
from tests import plans
from tests.unit.services.console.paper import made
from tests.unit.services.console.paper.made import row


def read(
    rows: Sequence[Mapping[str, str]], folder: Path, head: Sequence[str] | None = None, *piles: Pile, **changes: Any
) -> File:
    table = read_table(made.saved(made.as_csv(rows, head), folder))
    return read_entries(table, made.survey(**changes), {pile.code: pile for pile in piles or (made.pile(),)})


def faults(file: File) -> list[str]:
    return [fault.told("f") for fault in file.faults]


def test_a_row_is_the_ballot_of_its_sheet(tmp_path: Path) -> None:
    file = read([row(1, wish="C,a")], tmp_path)
    assert not file.faults
    ballot = file.entered[Serial("KQMT", 1)].ballot
    assert ballot.answers == {"C1": 5, "C2": 0, "C3": 4, "Q": 3, "asked": "yes", "wish": ("faster", "nearer")}
    assert (ballot.channel, ballot.stratum, ballot.language, ballot.comment) == (Channel.PAPER, "desk", "vi", "Nhanh hơn")


def test_rows_that_were_prepared_and_not_filled_in_are_no_ballots(tmp_path: Path) -> None:
    unused = {name: row(2)[name] for name in ("_serial", "_stratum", "_language")}
    file = read([row(1), unused], tmp_path)
    assert (len(file.entered), file.unused, file.faults) == (1, 1, ())


def test_cells_may_be_left_empty_and_a_stratum_or_language_out_that_the_pile_knows(tmp_path: Path) -> None:
    head = [name for name in made.names() if name not in ("_stratum", "_language")]
    file = read([{"_serial": made.serial(1), "C1": "4"}], tmp_path, head)
    ballot = file.entered[Serial("KQMT", 1)].ballot
    assert (ballot.answers, ballot.stratum, ballot.language) == ({"C1": 4}, "desk", "vi")


@pytest.mark.parametrize(
    ("cells", "place", "words"),
    [
        ({"C1": "6"}, "E (C1)", "expected one of 1, 2, 3, 4, 5, 0"),
        ({"C1": "x"}, "E (C1)", "'x' is no code"),
        ({"C1": "4,5"}, "E (C1)", "no code"),
        ({"asked": "yes"}, "D (asked)", "expected one of a, b"),
        ({"wish": "a b c"}, "I (wish)", "at most 2"),
        ({"wish": "a a"}, "I (wish)", "twice"),
        ({"wish": "a z"}, "I (wish)", "'z' is no code"),
        ({"asked": "b"}, "G (C3)", "does not apply after the answer given to asked; leave it empty"),
        ({"_serial": "KQMT-001-B"}, "A (_serial)", "does not check"),
        ({"_serial": ""}, "A (_serial)", "missing"),
        ({"_serial": str(Serial("BBBB", 1))}, "A (_serial)", "of no pile"),
        ({"_serial": made.serial(10)}, "A (_serial)", "sheets 1 to 9"),
        ({"_stratum": "online"}, "B (_stratum)", "printed for desk"),
        ({"_language": "fr"}, "C (_language)", "must be one of: vi, en"),
        ({"_comment": "x" * 2_001}, "J (_comment)", "at most 2000"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_row_and_column(tmp_path: Path, cells: dict[str, str], place: str, words: str) -> None:
    file = read([row(1), row(2, **cells)], tmp_path)
    (told,) = faults(file)
    assert told.startswith(f"f: row 4, column {place}: ")
    assert words in told


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = read([row(1, C1="9", wish="q"), row(2), row(2), row(3, Q="-1")], tmp_path)
    assert [line.split(":")[1].split(",")[0].strip() for line in faults(file)] == ["row 3", "row 3", "row 5", "row 6"]
    assert "stands in row 4 already" in faults(file)[2]


def test_columns_that_are_unknown_or_missing_are_told(tmp_path: Path) -> None:
    head = [name if name != "C2" else "C02" for name in made.names()]
    told = faults(read([row(1, C02="4")], tmp_path, head))
    assert any("(C02)" in line and "did you mean C2?" in line for line in told)
    assert any("columns are missing: C2" in line for line in told)


def test_a_file_without_the_column_of_numbers_is_no_template(tmp_path: Path) -> None:
    assert "no column _serial" in faults(read([row(1)], tmp_path, made.names()[1:]))[0]


def test_a_stratum_that_the_respondent_marked_is_entered_by_its_letter_or_name(tmp_path: Path) -> None:
    pile = made.pile(strata=("desk", "online"))
    file = read([row(1, _stratum="b"), row(2, _stratum="desk"), row(3, _stratum="A")], tmp_path, None, pile)
    assert [each.ballot.stratum for each in file.entered.values()] == ["online", "desk", "desk"]
    told = faults(read([row(1, _stratum=""), row(2, _stratum="c")], tmp_path, None, pile))
    assert all("a (desk), b (online)" in line for line in told)
    assert len(told) == 2


def test_sheets_of_two_questionnaires_do_not_stand_in_one_file(tmp_path: Path) -> None:
    both = [plans.questionnaire(), {**plans.questionnaire(), "id": "call"}]
    other = {
        "id": "callers",
        "title": plans.texts("Gọi", "Callers"),
        "questionnaire": "call",
        "strata": [plans.stratum("line")],
    }
    groups = [*plans.small("x")["groups"], other]
    piles = (made.pile(), made.pile("BBBB", ("line",), questionnaire="call"))
    rows = [row(1), row(2, _serial=str(Serial("BBBB", 2)))]
    told = faults(read(rows, tmp_path, None, *piles, questionnaires=both, groups=groups))
    assert "is a sheet of call, the others are of visit" in told[0]
