"""Every way in which a plan can be wrong is told with its line, its field and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from shared import plan

SMALL = Path(__file__).with_name("small.yml")
TEXT = SMALL.read_text(encoding="utf-8")
CASES = [list(case.values()) for case in YAML(typ="safe", pure=True).load(SMALL.with_name("refusals.yml"))]


def problems(text: str) -> list[plan.Problem]:
    with pytest.raises(plan.PlanError) as refusal:
        plan.load_text(text, "small.yml")
    return refusal.value.problems


@pytest.mark.parametrize(("old", "new", "field", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_it_is_told_with_line_field_and_what_was_expected(old: str, new: str, field: str, message: str) -> None:
    text = TEXT.replace(old, new, 1)
    line = text[: text.index("#!")].count("\n") + 1
    assert plan.Problem(line, field, message) in problems(text)


def test_an_index_of_a_question_that_is_not_asked_is_refused() -> None:
    overall = "    overall:\n      id: Q\n      wording: q-visit-1\n      text: {vi: Nhìn chung, en: Overall}\n"
    text = TEXT.replace("release: automatic", "method: {aggregation: overall-question}").replace(overall, "")
    message = "missing; the aggregation overall-question needs an overall question"
    assert problems(text) == [plan.Problem(34, "questionnaires[0].overall", message)]


def test_a_message_has_file_line_field_and_expectation() -> None:
    text = TEXT.replace("quota: 10", "quota: ten")
    with pytest.raises(plan.PlanError) as refusal:
        plan.load_text(text, "small.yml")
    assert str(refusal.value) == ('small.yml:91: groups[0].strata[0].quota: expected a whole number of at least 1, got "ten"')


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        TEXT.replace("survey: small-2026", "survey: small 2026")
        .replace("closes_at: 2026-03-31T17:00", "closes_at: 2026-03-01T17:00")
        .replace("scale: three", "scale: four")
        .replace("quota: 10", "quota: ten")
        .replace("      - id: children", "      - id: adults")
        .replace("population: 40", "population: 40\n        population: 50")
    )
    assert [problem.field for problem in problems(text)] == [
        "survey",
        "period.closes_at",
        "questionnaires[0].scale",
        "groups[0].strata[0].quota",
        "groups[0].strata[0].population",
        "groups[0].strata[1].id",
    ]


def test_a_missing_field_has_the_line_of_what_should_hold_it() -> None:
    [problem] = problems(TEXT.replace("    questionnaire: visit\n", ""))
    assert (problem.line, problem.field) == (TEXT[: TEXT.index("  - id: patients")].count("\n") + 1, "groups[0].questionnaire")


def test_a_wrong_list_of_languages_does_not_spoil_every_text() -> None:
    assert [problem.field for problem in problems(TEXT.replace("languages: [vi, en]", "languages: [vi, EN]"))] == [
        "languages[1]"
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a list\n", "just words\n", "42\n"])
def test_a_file_without_fields_is_no_plan(text: str) -> None:
    [problem] = problems(text)
    assert problem.message.startswith("expected the fields of a plan")


def test_data_without_a_file_have_problems_without_lines() -> None:
    with pytest.raises(plan.PlanError) as refusal:
        plan.parse({**plan.read(SMALL).data, "simulated": "perhaps"})
    assert str(refusal.value) == 'plan: simulated: expected true or false, got "perhaps"'


def test_a_file_that_is_not_there_is_a_plan_error(tmp_path: Path) -> None:
    with pytest.raises(plan.PlanError, match=r"^nowhere.yml: cannot be read: No such file"):
        plan.load(tmp_path / "nowhere.yml")


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes(b"survey: x\ntitle: caf\xe9\n")
    with pytest.raises(plan.PlanError, match=r"^latin.yml:2: byte 0xe9 is not UTF-8; save the file as UTF-8$"):
        plan.load(path)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "small.yml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert plan.load(path) == plan.load(SMALL)


def test_a_file_of_absurd_size_is_not_parsed() -> None:
    [problem] = problems("# " + "x" * 1_000_000)
    assert problem.message == "longer than 1,000,000 characters"


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def tried(attempt: Callable[[], object]) -> None:
    """Do it; a PlanError whose message can be written out is as good as success."""
    try:
        attempt()
    except plan.PlanError as error:
        str(error).encode()


@given(st.data())
def test_a_plan_with_anything_anywhere_is_a_survey_or_a_plan_error(data: st.DataObject) -> None:
    whole = plan.read(SMALL).data
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(json_values)
    tried(lambda: plan.parse(whole))


@given(st.dictionaries(st.sampled_from(list(plan.read(SMALL).data)) | st.text(), json_values))
def test_any_mapping_is_a_survey_or_a_plan_error(data: dict[str, Any]) -> None:
    tried(lambda: plan.parse(data))


@given(st.integers(0, len(TEXT)), st.integers(0, 30), st.text("\t :-[]{}&*!|>'\"%@`#,?\n\\~<=a0\x85\u2028\ufeff", max_size=5))
def test_any_damage_to_a_file_gives_a_survey_or_a_plan_error(start: int, gone: int, put: str) -> None:
    tried(lambda: plan.load_text(TEXT[:start] + put + TEXT[start + gone :], "damaged.yml"))


@given(st.text())
def test_any_text_is_a_survey_or_a_plan_error(text: str) -> None:
    tried(lambda: plan.load_text(text, "any.yml"))
