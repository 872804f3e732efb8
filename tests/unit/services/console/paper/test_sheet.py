"""A questionnaire on paper: numbered questions, codes beside the boxes, and instructions in place of a program's filters."""

from __future__ import annotations

from services.console.paper.sheet import Kind, jumps, letters, sheet_of, stratum_codes
from shared import plan
from shared.domain.survey import Stratum
from tests.plans import SURVEYS
from tests.unit.services.console.paper.made import survey


def test_questions_are_numbered_through_and_every_one_of_the_plan_is_there() -> None:
    _, real = plan.load(SURVEYS / "sct-bentre-2022.yml")
    questionnaire = real.questionnaires["procedures"]
    sheet = sheet_of(questionnaire)
    assert [item.number for item in sheet.items] == list(range(1, 34))
    assert set(sheet.columns) == {*questionnaire.rated, *questionnaire.questions, "_comment"}


def test_a_level_is_entered_by_its_value_and_a_choice_by_a_letter() -> None:
    sheet = sheet_of(survey().questionnaires["visit"])
    assert [option.code for option in sheet.columns["C1"].options] == ["1", "2", "3", "4", "5", "0"]
    assert [(o.code, o.value) for o in sheet.columns["asked"].options] == [("a", "yes"), ("b", "no")]
    assert sheet.columns["wish"].kind is Kind.SEVERAL


def test_who_is_ruled_out_is_told_where_to_go_on() -> None:
    _, real = plan.load(SURVEYS / "sct-bentre-2022.yml")
    sheet = sheet_of(real.questionnaires["procedures"])
    (skip,) = jumps(sheet.columns["gave-feedback"], sheet)
    assert ([o.value for o in skip.choices], skip.skipped, skip.to) == (["no"], (22, 23), None)
    (goto,) = jumps(sheet.columns["P2"], sheet)
    assert ([o.value for o in goto.choices], goto.skipped, goto.to) == (["early", "on-time"], (27, 28), 29)


def test_letters_go_on_after_z() -> None:
    assert letters(28)[25:] == ["z", "aa", "ab"]
    assert len(set(letters(1_000))) == 1_000


def test_strata_are_not_called_by_letters_that_are_the_id_of_another() -> None:
    def strata(*ids: str) -> list[Stratum]:
        return [Stratum(id_, {"vi": id_}) for id_ in ids]

    assert stratum_codes(strata("desk", "online")) == {"desk": "a", "online": "b"}
    assert stratum_codes(strata("b", "a")) == {"b": "b", "a": "a"}
