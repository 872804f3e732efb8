"""Synchronising many ballots in one request: one outcome each, in the order that they were sent."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid1, uuid4

from tests import harness, plans
from tests.harness import Client, Store, ballot, unique
from tests.integration.collector.conftest import Situations


def with_id(**changes: object) -> dict[str, Any]:
    return {"id": str(uuid4()), **ballot(channel="kiosk", **changes)}


def test_each_ballot_has_its_own_outcome_in_order(api: Client, situations: Situations, tokens: list[str]) -> None:
    known = with_id()
    ballots = [
        with_id(),
        with_id(answers={"C1": 9}),
        known,
        with_id(stratum="moon"),
        {**known, "answers": {"C1": 1}},
        {**ballot(), "id": "no-uuid"},
        {**with_id(), "id": str(uuid1())},
        with_id(stratum="invited", invitation=tokens[10]),
        with_id(stratum="invited", invitation=tokens[10]),
        with_id(stratum="invited", invitation="guessed"),
        with_id(stratum="invited"),
        ballot(),
        with_id(surprise=1),
    ]
    api.post(situations.open, {"ballots": [known]})
    answer = api.post(situations.open, {"ballots": ballots})
    outcomes = answer.json["outcomes"]
    assert answer.status == 200
    assert [o["id"] for o in outcomes] == [b.get("id") for b in ballots]
    assert [(o["status"], o.get("problem", {}).get("type")) for o in outcomes] == [
        (201, None),
        (422, "invalid-ballot"),
        (200, None),
        (404, "unknown-stratum"),
        (409, "ballot-conflict"),
        (422, "invalid-ballot"),
        (422, "invalid-ballot"),
        (201, None),
        (409, "invitation-spent"),
        (403, "invitation-unknown"),
        (403, "invitation-required"),
        (422, "invalid-ballot"),
        (422, "invalid-ballot"),
    ]
    assert outcomes[1]["problem"]["errors"] == {"answers.C1": ["must be one of: 0, 1, 2, 3, 4, 5"]}


def test_a_ballot_twice_in_one_request_counts_once(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("twice"))).survey.id
    one = with_id()
    outcomes = api.post(survey, {"ballots": [one, one, {**one, "answers": {"C1": 1}}]}).json["outcomes"]
    assert [o["status"] for o in outcomes] == [201, 200, 409]
    assert outcomes[0]["receipt"] == outcomes[1]["receipt"]
    assert store.scored(survey).counted == 1


def test_places_are_given_in_the_order_of_the_request(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("order"), plans.stratum("desk", quota=2, when_full="keep"))).survey.id
    outcomes = api.post(survey, {"ballots": [with_id() for _ in range(4)]}).json["outcomes"]
    assert [o["counted"] for o in outcomes] == [True, True, False, False]


def test_five_hundred_ballots_are_taken_at_once(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("many"))).survey.id
    ballots = [with_id() for _ in range(500)]
    outcomes = api.post(survey, {"ballots": ballots}).json["outcomes"]
    assert [o["status"] for o in outcomes] == [201] * 500
    assert {str(id_) for id_ in store.ids(survey)} == {b["id"] for b in ballots}
    again = api.post(survey, {"ballots": ballots}).json["outcomes"]
    assert [o["status"] for o in again] == [200] * 500
    assert [o["receipt"] for o in again] == [o["receipt"] for o in outcomes]


def test_more_than_five_hundred_ballots_are_refused_and_none_is_stored(api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("more"))).survey.id
    answer = api.post(survey, {"ballots": [with_id() for _ in range(501)]})
    assert (answer.status, answer.problem) == (422, "invalid-ballot")
    assert list(answer.json["errors"]) == ["ballots"]
    assert store.ids(survey) == set()


def test_no_ballots_at_all_are_refused(api: Client, situations: Situations) -> None:
    assert api.post(situations.open, {"ballots": []}).problem == "invalid-ballot"


def test_ballots_of_which_none_can_be_read_still_have_outcomes(api: Client, situations: Situations) -> None:
    answer = api.post(situations.open, {"ballots": [{}, {"id": 7}, {"id": None}]})
    assert [(o["id"], o["status"]) for o in answer.json["outcomes"]] == [(None, 422)] * 3


def test_something_among_the_ballots_that_is_no_object_is_refused(api: Client, situations: Situations) -> None:
    assert api.post(situations.open, {"ballots": [with_id(), 7]}).problem == "invalid-ballot"


def test_an_unknown_survey_is_not_found(api: Client) -> None:
    answer = api.post("no-such-survey", {"ballots": [with_id()]})
    assert (answer.status, answer.problem) == (404, "unknown-survey")


def test_late_ballots_are_set_aside_one_by_one(api: Client, situations: Situations) -> None:
    outcomes = api.post(situations.late, {"ballots": [with_id(), {"id": str(uuid4()), **ballot()}]}).json["outcomes"]
    assert [(o["status"], o["problem"]["type"]) for o in outcomes] == [(403, "survey-not-open")] * 2
    assert outcomes[0]["problem"]["quarantined"] is True
    assert "quarantined" not in outcomes[1]["problem"]


def test_a_synchronisation_over_four_megabytes_is_too_large(api: Client, situations: Situations) -> None:
    with harness.client(api.url) as client:  # of its own: the server gives the connection up with what it did not read
        answer = client.post(situations.open, b'{"ballots": ["' + b"x" * (4 * 1024 * 1024) + b'"]}')
    assert (answer.status, answer.problem) == (413, "too-large")


def test_another_media_type_is_refused(api: Client, situations: Situations) -> None:
    path = f"/api/v1/surveys/{situations.open}/ballots"
    answer = api.request("POST", path, json.dumps({"ballots": [with_id()]}).encode(), {"Content-Type": "text/plain"})
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")
