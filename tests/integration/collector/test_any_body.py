"""Whatever a client sends, the answer is one of those that are documented, and never that the server failed."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness import Client, ballot
from tests.integration.collector.conftest import Situations

DOCUMENTED = {200, 201, 400, 403, 404, 409, 413, 415, 422}
LIVE = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["C1", "desk", "web", "vi", "yes"])
)
texts = st.text(alphabet=st.characters(codec=None))
anything = st.recursive(scalars | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=12)
fields = st.sampled_from([*ballot(), "comment", "invitation", "id", "survey", "_id", "$set"])
questions = st.sampled_from(["C1", "C3", "Q", "asked", "wish", "_", "C1.x", "$C1", ""])
answers = st.dictionaries(questions | texts, st.integers(-1, 6) | anything, max_size=6)


@LIVE
@given(body=anything)
def test_any_json_is_answered(api: Client, situations: Situations, body: Any) -> None:
    answer = api.put(situations.open, uuid4(), body)
    assert answer.status in DOCUMENTED
    assert answer.problem in ("invalid-ballot", "malformed-json")


@LIVE
@given(changes=st.dictionaries(fields | texts, anything, min_size=1, max_size=3))
def test_any_field_of_a_ballot_is_answered(api: Client, situations: Situations, changes: dict[str, Any]) -> None:
    assert api.put(situations.open, uuid4(), {**ballot(), **changes}).status in DOCUMENTED


@LIVE
@given(given_answers=answers)
def test_any_answers_are_answered(api: Client, situations: Situations, given_answers: dict[str, Any]) -> None:
    id_, body = uuid4(), ballot(answers=given_answers)
    first = api.put(situations.open, id_, body)
    again = api.put(situations.open, id_, body)
    assert (first.status, again.status) in {(201, 200), (422, 422), (400, 400)}
    assert first.content == again.content


@LIVE
@given(content=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_answered(api: Client, situations: Situations, content: bytes) -> None:
    assert api.put(situations.open, uuid4(), content).status in (400, 422)


@LIVE
@given(ballots=st.lists(st.dictionaries(fields | texts, anything, max_size=4) | st.just(ballot()), max_size=4))
def test_any_synchronisation_is_answered(api: Client, situations: Situations, ballots: list[dict[str, Any]]) -> None:
    answer = api.post(situations.open, {"ballots": ballots})
    assert answer.status in (200, 400, 422)
    assert answer.status != 200 or len(answer.json["outcomes"]) == len(ballots)


@LIVE
@given(comment=st.text(max_size=60))
def test_any_comment_is_stored_as_it_reads_or_refused(api: Client, situations: Situations, comment: str) -> None:
    assert api.put(situations.open, uuid4(), ballot(comment=comment)).status in (201, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/surveys/%00/ballots/0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f",
        "/api/v1/surveys/%ff%fe/ballots/0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f",
        "/api/v1/surveys/$where/ballots/0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f",
        "/api/v1/surveys/" + "x" * 3_000 + "/ballots/0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f",
        "/api/v1/surveys/..%2f..%2fetc/ballots/0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f",
    ],
)
def test_a_survey_that_cannot_be_is_not_found(api: Client, path: str) -> None:
    answer = api.request("PUT", path, json.dumps(ballot()).encode(), {"Content-Type": "application/json"})
    assert answer.status == 404
    assert answer.problem in ("unknown-survey", "not-found")
