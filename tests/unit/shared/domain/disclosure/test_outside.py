"""Questions beside the indices: what is hidden of them tells nothing by where it stands either."""

from __future__ import annotations

import pytest

from shared import plan
from shared.domain.disclosure.outside import protect_questions
from shared.domain.results import ChoiceShare, QuestionResult
from shared.domain.survey import Group, Question
from shared.domain.tally import ANSWERED, Tally
from tests import plans


def asked() -> tuple[Group, Question]:
    group = plan.parse(plans.small("outside")).groups[0]
    return group, group.questionnaire.expectation[0]


def ranked(question: Question, counts: dict[str, int], answered: int) -> QuestionResult:
    order = sorted(question.choices, key=lambda choice: -counts.get(choice.id, 0))
    shares = tuple(ChoiceShare(c.id, c.text, 100 * counts.get(c.id, 0) / answered) for c in order)
    return QuestionResult(question.id, "expectation", question.text, answered, shares)


def told(counts: dict[str, int], answered: int) -> list[tuple[str, float | None]]:
    group, question = asked()
    held = Tally(counted=60, counts={question.id: {**counts, ANSWERED: answered}})
    (result,) = protect_questions([ranked(question, counts, answered)], held, group, 10)
    return [(choice.id, choice.share) for choice in result.choices]


@pytest.mark.parametrize("picked", [0, -1])
def test_a_question_that_too_few_answered_lists_its_choices_in_the_plans_order(picked: int) -> None:
    _, question = asked()
    in_order = [choice.id for choice in question.choices]
    assert told({in_order[picked]: 3}, 3) == [(id_, None) for id_ in in_order]


def test_hidden_choices_stand_last_in_the_plans_order() -> None:
    _, question = asked()
    first, second, third, last = [choice.id for choice in question.choices]
    listed = told({last: 6, second: 2, first: 1, third: 5}, 12)
    assert listed == [(last, 50.0), (third, 500 / 12), (first, None), (second, None)]


def test_what_nearly_all_chose_is_hidden_as_what_nearly_nobody_did() -> None:
    _, question = asked()
    in_order = [choice.id for choice in question.choices]
    assert told({in_order[-1]: 10, in_order[0]: 1, in_order[1]: 2}, 12) == [(id_, None) for id_ in in_order]
