"""What a good plan becomes: the survey, and the data that are stored."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared import plan
from shared.domain.survey import Aggregation, Release, Survey, WhenFull

ROOT = Path(__file__).parents[4]
SMALL = Path(__file__).with_name("small.yml")
BEN_TRE = ROOT / "deploy/surveys/sct-bentre-2022.yml"
LIBRARY = ROOT / "deploy/surveys/library-hue-2026.yml"
PLANS = pytest.mark.parametrize("path", [SMALL, BEN_TRE, LIBRARY], ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def ben_tre() -> Survey:
    return plan.load(BEN_TRE)[1]


@pytest.fixture(scope="module")
def library() -> Survey:
    return plan.load(LIBRARY)[1]


@pytest.fixture
def small() -> dict[str, Any]:
    return plan.read(SMALL).data


@PLANS
def test_the_survey_is_rebuilt_from_the_stored_data(path: Path) -> None:
    data, survey = plan.load(path)
    assert plan.parse(json.loads(json.dumps(data))) == survey


@PLANS
def test_complete_data_come_out_as_they_were(path: Path) -> None:
    data, _ = plan.load(path)
    assert plan.complete(data) == data


@PLANS
def test_the_data_of_the_file_alone_give_the_same_survey(path: Path) -> None:
    assert plan.parse(plan.read(path).data) == plan.load(path)[1]


def test_the_example_of_the_documentation_is_a_plan() -> None:
    example = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/plan.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    _, survey = plan.load_text(example[1], "example.yml")
    assert [group.quota for group in survey.groups] == [40]


def test_ben_tre_asks_the_ballots_of_its_article(ben_tre: Survey) -> None:
    quotas = {group.id: {stratum.id: stratum.quota for stratum in group.strata} for group in ben_tre.groups}
    assert quotas == {
        "partners": {"departments": 17, "districts": 9},
        "applicants": {"competition": 10, "food-safety": 10, "petrol": 20, "trade-promotion": 20},
    }


def test_ben_tre_asks_every_partner_office(ben_tre: Survey) -> None:
    assert [(s.population, s.when_full) for s in ben_tre.group("partners").strata] == [
        (17, WhenFull.REFUSE),
        (9, WhenFull.REFUSE),
    ]


def test_ben_tre_is_open_from_august_through_october_in_its_own_zone(ben_tre: Survey) -> None:
    assert ben_tre.period.opens_at == datetime(2022, 7, 31, 17, 0, tzinfo=UTC)
    assert ben_tre.period.closes_at == datetime(2022, 10, 31, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("questionnaire", ["coordination", "procedures"])
def test_ben_tre_asks_22_criteria_in_five_factors(ben_tre: Survey, questionnaire: str) -> None:
    factors = ben_tre.questionnaires[questionnaire].factors
    assert [(factor.id, len(factor.criteria)) for factor in factors] == [
        ("F1", 4),
        ("F2", 5),
        ("F3", 6),
        ("F4", 3),
        ("F5", 4),
    ]


@pytest.mark.parametrize("questionnaire", ["coordination", "procedures"])
def test_without_feedback_only_its_handling_does_not_apply(ben_tre: Survey, questionnaire: str) -> None:
    criteria = ben_tre.questionnaires[questionnaire].criteria
    assert [criterion.id for criterion in criteria if criterion.applies_if] == ["C21", "C22"]


def test_all_criteria_of_ben_tre_are_marked_uncertain(ben_tre: Survey) -> None:
    assert all(c.uncertain for q in ben_tre.questionnaires.values() for c in q.criteria)


def test_the_two_groups_of_ben_tre_share_no_wording(ben_tre: Survey) -> None:
    wordings = [{c.wording for c in q.rated.values()} for q in ben_tre.questionnaires.values()]
    assert wordings[0].isdisjoint(wordings[1])


def test_harassment_and_extra_payments_are_sensitive(ben_tre: Survey) -> None:
    perception = ben_tre.questionnaires["procedures"].perception
    assert [question.id for question in perception if question.sensitive] == ["P5", "P6"]


def test_something_else_stays_last_among_the_expectations(ben_tre: Survey) -> None:
    [question] = ben_tre.questionnaires["procedures"].expectation
    assert (question.at_most, question.shuffle, question.fixed) == (3, True, frozenset({"E10"}))


def test_the_library_has_three_groups_four_factors_and_three_levels(library: Survey) -> None:
    assert len(library.groups) == 3
    assert {f.id for q in library.questionnaires.values() for f in q.factors} == {
        "collection",
        "space",
        "staff",
        "use",
    }
    assert {q.scale.values for q in library.questionnaires.values()} == {frozenset({0, 1, 2, 3})}


def test_the_library_knows_the_population_of_one_group_only(library: Survey) -> None:
    assert [group.population for group in library.groups] == [6_350, None, None]


def test_the_library_asks_no_overall_question_online(library: Survey) -> None:
    assert {q.id for q in library.questionnaires.values() if q.overall is None} == {"online"}


@PLANS
def test_all_texts_are_nfc(path: Path) -> None:
    text = json.dumps(plan.load(path)[0], ensure_ascii=False)
    assert unicodedata.is_normalized("NFC", text)


def test_decomposed_vietnamese_becomes_nfc(small: dict[str, Any]) -> None:
    small["title"]["vi"] = unicodedata.normalize("NFD", "Khảo sát nhỏ")
    assert plan.parse(small).title["vi"] == "Khảo sát nhỏ"


def test_a_decomposed_file_gives_the_same_plan() -> None:
    text = SMALL.read_text(encoding="utf-8")
    assert plan.load_text(unicodedata.normalize("NFD", text), "nfd.yml") == plan.load(SMALL)


def test_blanks_around_a_text_are_dropped(small: dict[str, Any]) -> None:
    small["title"]["en"] = "  A small survey\n"
    assert plan.parse(small).title["en"] == "A small survey"


def test_defaults_are_written_into_the_stored_data(small: dict[str, Any]) -> None:
    assert plan.complete(small)["method"] == {
        "aggregation": "mean-of-factors",
        "confidence": 0.95,
        "min_answered": 0.5,
        "min_base": 10,
        "running_step": 5,
    }


def test_completing_one_plan_leaves_the_defaults_of_the_next_alone(small: dict[str, Any]) -> None:
    plan.complete(small)["method"]["min_base"] = 99
    assert plan.parse(small).method.min_base == 10


def test_completing_leaves_the_given_data_alone(small: dict[str, Any]) -> None:
    before = json.dumps(small)
    plan.complete(small)
    assert json.dumps(small) == before


def test_without_late_until_nothing_may_come_late(small: dict[str, Any]) -> None:
    del small["period"]["late_until"]
    period = plan.parse(small).period
    assert period.late_until == period.closes_at


def test_a_time_without_offset_is_read_on_the_clocks_of_the_plan(small: dict[str, Any]) -> None:
    assert plan.parse(small).period.opens_at.astimezone(UTC) == datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def test_the_same_wall_time_after_the_change_of_clocks_is_another_offset(small: dict[str, Any]) -> None:
    assert plan.parse(small).period.closes_at.utcoffset() == timedelta(hours=2)


def test_a_time_with_an_offset_is_taken_over_into_the_zone_of_the_plan(small: dict[str, Any]) -> None:
    small["period"]["opens_at"] = "2026-03-02T06:30:00Z"
    opens_at = plan.parse(small).period.opens_at
    assert (opens_at.hour, str(opens_at.tzinfo)) == (7, "Europe/Berlin")


def test_a_skipped_hour_can_be_written_with_an_offset(small: dict[str, Any]) -> None:
    small["period"]["closes_at"] = "2026-03-29T02:30+01:00"
    assert plan.parse(small).period.closes_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_release_at_is_an_aware_time(small: dict[str, Any]) -> None:
    survey = plan.parse({**small, "release_at": "2026-04-10T08:00"})
    assert (survey.release, survey.release_at) == (Release.AUTOMATIC, datetime(2026, 4, 10, 6, 0, tzinfo=UTC))


def test_a_rehearsal_has_another_name_and_time(ben_tre: Survey) -> None:
    data, _ = plan.load(BEN_TRE)
    period = {
        "timezone": "Asia/Ho_Chi_Minh",
        "opens_at": "2026-11-23T08:00:00.123456+07:00",
        "closes_at": "2026-11-23T08:01:00+07:00",
    }
    demo = plan.parse({**data, "survey": "demo", "simulated": True, "period": period})
    assert (demo.id, demo.simulated, demo.groups) == ("demo", True, ben_tre.groups)
    assert demo.period.opens_at.microsecond == 123456


def test_the_overall_question_may_be_the_index_where_everybody_is_asked_it(small: dict[str, Any]) -> None:
    survey = plan.parse({**small, "method": {"aggregation": "overall-question"}})
    assert survey.method.aggregation is Aggregation.OVERALL_QUESTION


def test_two_questionnaires_may_ask_the_same_words_under_one_wording(small: dict[str, Any]) -> None:
    small["questionnaires"].append({**small["questionnaires"][0], "id": "second"})
    assert len(plan.parse(small).groups) == 1


def test_three_languages_need_no_code(small: dict[str, Any]) -> None:
    text = json.dumps(small, ensure_ascii=False)
    for_french = re.sub(r'"en": "([^"]*)"', r'"en": "\1", "fr": "\1 (fr)"', text)
    survey = plan.parse({**json.loads(for_french), "languages": ["fr", "vi", "en"]})
    assert survey.language == "fr"
    assert survey.title["fr"] == "A small survey (fr)"


def test_no_and_yes_stay_text(small: dict[str, Any]) -> None:
    [asked] = plan.parse(small).questionnaires["visit"].filters
    assert asked.choice_ids == {"yes", "no"}
