"""Events travel as plain JSON, and what does not fit its schema is a bad event."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import (
    BATCHES_LIMIT,
    BadEvent,
    BatchesAccepted,
    Event,
    SurveyDue,
    SurveysDue,
    SweepDue,
    batches_accepted,
    from_wire,
    to_wire,
)

batches = st.lists(st.uuids(), min_size=1, max_size=BATCHES_LIMIT).map(tuple)
survey_ids = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


@given(st.one_of(batches.map(BatchesAccepted), survey_ids.map(SurveyDue), st.just(SweepDue()), st.just(SurveysDue())))
def test_what_is_sent_is_what_arrives(event: Event) -> None:
    assert from_wire(type(event), json.loads(json.dumps(to_wire(event)))) == event


@given(st.lists(st.uuids(), max_size=90))
def test_any_number_of_batches_is_named_once_and_in_order(ids: list[UUID]) -> None:
    events = list(batches_accepted(ids))
    assert [id_ for event in events for id_ in event.batch_ids] == ids
    assert all(1 <= len(event.batch_ids) <= BATCHES_LIMIT for event in events)


@pytest.mark.parametrize(
    "payload",
    [None, [], 7, "x", {}, {"batch_ids": None}, {"batch_ids": []}, {"batch_ids": ["x"]}, {"batch_ids": [1]}, {"more": 1}],
)
def test_a_message_that_does_not_fit_is_a_bad_event(payload: object) -> None:
    with pytest.raises(BadEvent, match=r"batches\.accepted"):
        from_wire(BatchesAccepted, payload)


@pytest.mark.parametrize("survey", ["", "../x", "a b", "$where", "-x", "x" * 101, None, "x\n"])
def test_a_survey_that_cannot_be_is_a_bad_event(survey: object) -> None:
    with pytest.raises(BadEvent):
        from_wire(SurveyDue, {"survey_id": survey})
