"""When what leads to people may be destroyed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ballot import check, comment_digest, digest
from shared.domain.recount import StoredBallot, recount
from shared.domain.retention import may_be_destroyed
from shared.domain.survey import State
from tests.unit.shared.domain.surveys import SURVEY, submissions

UNTIL = SURVEY.period.late_until + timedelta(days=90)
KEPT = replace(SURVEY, retain_until=UNTIL)


@pytest.mark.parametrize("state", [state for state in State if state is not State.PUBLISHED])
@pytest.mark.parametrize("early", [False, True])
def test_nothing_is_destroyed_of_a_survey_that_is_not_published(state: State, early: bool) -> None:
    told = may_be_destroyed(KEPT, state, UNTIL, early=early)
    assert told is not None
    assert state.value in told


def test_it_is_destroyed_from_the_date_on_and_not_before() -> None:
    assert may_be_destroyed(KEPT, State.PUBLISHED, UNTIL) is None
    told = may_be_destroyed(KEPT, State.PUBLISHED, UNTIL - timedelta(seconds=1))
    assert told is not None
    assert f"{UNTIL:%Y-%m-%d %H:%M}" in told


def test_without_a_date_a_person_decides() -> None:
    assert may_be_destroyed(SURVEY, State.PUBLISHED, UNTIL) == (
        "the plan sets no date (retain_until); to do it nevertheless add --now"
    )
    assert may_be_destroyed(SURVEY, State.PUBLISHED, UNTIL, early=True) is None


@given(submissions, st.text(min_size=1, max_size=40))
def test_a_ballot_whose_comment_was_destroyed_has_the_digest_that_it_had(sent: object, text: str) -> None:
    ballot = replace(check(sent, SURVEY), comment=text)  # type: ignore[arg-type]
    silenced = replace(ballot, comment=None, comment_digest=comment_digest(ballot.id, text))
    assert digest(silenced) == digest(ballot)
    counted = recount([[StoredBallot(silenced, digest(ballot))]], SURVEY)
    assert (counted.silenced, counted.altered) == (1, [])


@given(submissions, st.text(min_size=1, max_size=40))
def test_a_comment_cannot_be_destroyed_with_another_digest(sent: object, text: str) -> None:
    ballot = replace(check(sent, SURVEY), comment=text)  # type: ignore[arg-type]
    forged = replace(ballot, comment=None, comment_digest=comment_digest(ballot.id, text + "."))
    assert recount([[StoredBallot(forged, digest(ballot))]], SURVEY).altered != []
