import pytest

from services.collector.web.steps import Kind, applies, steps_of
from shared import plan
from shared.domain.survey import Questionnaire
from tests.plans import SURVEYS


@pytest.fixture
def procedures() -> Questionnaire:
    _, survey = plan.load(SURVEYS / "sct-bentre-2022.yml")
    return survey.questionnaires["procedures"]


def test_every_question_of_the_questionnaire_is_on_exactly_one_page(procedures: Questionnaire) -> None:
    asked = [item.id for step in steps_of(procedures) for item in step.items]
    assert sorted(asked) == sorted([*procedures.rated, *procedures.questions, "comment"])


def test_each_factor_is_a_page_of_its_own_under_the_plans_words(procedures: Questionnaire) -> None:
    titled = [step for step in steps_of(procedures) if step.title is not None]
    assert [step.title for step in titled] == [factor.title for factor in procedures.factors]
    assert {step.stem["vi"] for step in titled if step.stem} == {procedures.stem["vi"]}


def test_a_question_and_one_that_depends_on_it_are_on_different_pages(procedures: Questionnaire) -> None:
    steps = [{item.id for item in step.items} for step in steps_of(procedures)]
    (first,) = [ids for ids in steps if "P2" in ids]
    assert first & {"P3", "P4"} == set()


def test_no_opinion_stands_apart_from_the_levels_and_has_no_face(procedures: Questionnaire) -> None:
    options = next(item for step in steps_of(procedures) for item in step.items if item.kind is Kind.RATING).options
    assert [(option.value, option.apart, option.mood is None) for option in options][-1] == ("0", True, True)
    assert [option.apart for option in options] == [False] * 5 + [True]


def test_a_question_is_asked_unless_another_was_answered_otherwise(procedures: Questionnaire) -> None:
    item = next(item for step in steps_of(procedures) for item in step.items if item.id == "P3")
    assert [applies(item, answers) for answers in ({}, {"P2": "late"}, {"P2": "early"})] == [True, True, False]
