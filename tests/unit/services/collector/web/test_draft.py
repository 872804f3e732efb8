import hashlib
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from services.collector.web.draft import Draft, arrival, mistakes, read
from services.collector.web.steps import Step, steps_of
from shared import plan
from shared.domain.ballot import check
from shared.domain.survey import Survey
from tests import plans

SURVEY: Survey = plan.parse(plans.small("drafts"))
STEPS: tuple[Step, ...] = steps_of(SURVEY.questionnaires["visit"])
FIELDS = ["id", "at", "comment", "invitation", "website", *(f"a.{q}" for q in ("asked", "C1", "C2", "C3", "Q", "wish", "X"))]
VALUES = st.sampled_from(["0", "1", "5", "9", "yes", "no", "faster", "kinder", "x", "", "\x00", "-1"]) | st.text(max_size=5)


def read_fields(*fields: tuple[str, str]) -> Draft:
    return read(MultiDict(fields), STEPS)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), VALUES)))
def test_whatever_is_posted_is_a_ballot_that_fits_or_has_a_mistake_to_mend(fields: list[tuple[str, str]]) -> None:
    draft = read_fields(*fields, ("a.C2", "4"))
    items = [item for step in STEPS for item in step.items]
    if not mistakes(draft, items):
        ballot = check(arrival(draft, "desk", "vi", SURVEY.questionnaires["visit"]).submission, SURVEY)
        assert {**draft.answers}.items() <= {**ballot.answers}.items()


def test_answers_are_levels_choices_and_sets_of_choices() -> None:
    draft = read_fields(("a.C1", "0"), ("a.asked", "yes"), ("a.wish", "kinder"), ("a.wish", "faster"))
    assert draft.answers == {"C1": 0, "asked": "yes", "wish": ("faster", "kinder")}


def test_an_answer_that_a_filter_rules_out_is_dropped() -> None:
    assert read_fields(("a.asked", "no"), ("a.C3", "5")).answers == {"asked": "no"}


@pytest.mark.parametrize("text", ["", "nonsense", "00000000-0000-1000-8000-000000000000"])
def test_without_a_random_id_a_draft_gets_one(text: str) -> None:
    assert read_fields(("id", text)).id.version == 4


def test_a_draft_keeps_its_id() -> None:
    given_id = uuid4()
    assert read_fields(("id", str(given_id))).id == given_id


def test_a_comment_is_told_in_plain_lines() -> None:
    assert read_fields(("comment", "một\r\nhai\x07")).comment == "một\nhai"


def test_an_invitation_may_be_typed_with_spaces() -> None:
    draft = read_fields(("invitation", " AB CD\t"), ("a.C1", "1"))
    made = arrival(draft, "desk", "vi", SURVEY.questionnaires["visit"])
    assert made.invitation == hashlib.sha256(b"ABCD").digest()


def test_a_long_comment_and_too_many_choices_are_mistakes() -> None:
    items = [item for step in STEPS for item in step.items]
    draft = Draft(UUID(int=0), {"wish": ("faster", "kinder", "nearer")}, "x" * 2_001)
    assert mistakes(draft, items) == {"wish": "error.too_many", "comment": "error.too_long"}
