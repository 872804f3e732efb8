"""Places are reserved for who begins to answer, run out, are given back, and are lent to devices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.store.invitations import Invitations
from shared.store.places import Held, Places, Turns
from tests import plans
from tests.harness import AUTHOR, Client, Store, ballot, bearer, enrolled, unique


@pytest.fixture
def full_after_two(store: Store) -> str:
    """A survey whose stratum `desk` takes two ballots and refuses more; `online` takes any number, `keeping` keeps more."""
    strata = (
        plans.stratum("desk", quota=2, when_full="refuse"),
        plans.stratum("online"),
        plans.stratum("keeping", quota=1, when_full="keep"),
        plans.stratum("kiosk", quota=9, when_full="refuse", admission="device"),
        plans.stratum("invited", quota=9, when_full="refuse", admission="invited"),
    )
    return store.opened(plans.small(unique("places"), *strata)).survey.id


def places(store: Store) -> Places:
    return Places(store.db, 5.0, Turns())


def held(store: Store, survey: str, stratum: str = "desk") -> Held:
    return places(store).all(survey, datetime.now(UTC))[stratum]


def run_out(store: Store, survey: str) -> None:
    """Let every lease of the survey run out now."""
    store.db.leases.update_many({"survey": survey}, {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}})


def test_a_reserved_place_is_nobody_elses(api: Client, store: Store, full_after_two: str) -> None:
    survey = full_after_two
    mine = api.reserve(survey, "desk")
    assert (mine.status, mine.json["count"], mine.json["needed"]) == (201, 1, True)
    assert 0 < mine.json["expires_in"] <= 30 * 60
    assert api.put(survey, uuid4(), ballot()).status == 201
    assert api.put(survey, uuid4(), ballot()).problem == "stratum-full"
    full = api.reserve(survey, "desk")
    assert (full.status, full.problem, full.json["reserved"]) == (409, "stratum-full", 1)
    assert 0 < int(full.headers["Retry-After"]) <= 30 * 60
    assert api.put(survey, uuid4(), ballot(place=mine.json["place"])).status == 201
    assert held(store, survey) == Held(limit=2, free=0, reserved=0)
    assert "reserved" not in api.reserve(survey, "desk").json
    assert store.scored(survey).holds


def test_a_lease_is_used_once(api: Client, full_after_two: str) -> None:
    lease = api.reserve(full_after_two, "desk").json["place"]
    other = api.reserve(full_after_two, "desk").json["place"]
    assert api.put(full_after_two, uuid4(), ballot(place=lease)).status == 201
    assert api.put(full_after_two, uuid4(), ballot(place=lease)).problem == "stratum-full"
    assert api.put(full_after_two, uuid4(), ballot(place=other)).status == 201


def test_a_place_that_ran_out_is_free_at_once_for_a_ballot_and_for_a_lease(
    api: Client, store: Store, full_after_two: str
) -> None:
    late = [api.reserve(full_after_two, "desk").json["place"] for _ in range(2)]
    assert api.reserve(full_after_two, "desk").status == 409
    run_out(store, full_after_two)
    assert held(store, full_after_two).reserved == 0
    assert api.put(full_after_two, uuid4(), ballot()).status == 201
    taken = api.reserve(full_after_two, "desk")
    assert taken.status == 201
    assert api.put(full_after_two, uuid4(), ballot(place=late[0])).problem == "stratum-full"
    assert api.put(full_after_two, uuid4(), ballot(place=taken.json["place"])).status == 201


def test_who_comes_with_a_lease_that_ran_out_takes_a_free_place(api: Client, store: Store, full_after_two: str) -> None:
    lease = api.reserve(full_after_two, "desk").json["place"]
    run_out(store, full_after_two)
    assert api.extend(full_after_two, lease).problem == "place-unknown"
    assert api.put(full_after_two, uuid4(), ballot(place=lease)).status == 201


def test_a_lease_is_extended_and_given_back(api: Client, store: Store, full_after_two: str) -> None:
    lease = api.reserve(full_after_two, "desk").json["place"]
    store.db.leases.update_many({"survey": full_after_two}, {"$set": {"until": datetime.now(UTC) + timedelta(seconds=60)}})
    extended = api.extend(full_after_two, lease)
    assert (extended.status, extended.json["place"]) == (200, lease)
    assert extended.json["expires_in"] == 30 * 60
    assert [api.give_back(full_after_two, lease).status for _ in range(2)] == [204, 204]
    assert held(store, full_after_two) == Held(limit=2, free=2, reserved=0)
    assert store.db.leases.count_documents({"survey": full_after_two}) == 0


@pytest.mark.parametrize("stratum", ["online", "keeping"])
def test_a_stratum_that_refuses_nobody_needs_no_place(api: Client, full_after_two: str, stratum: str) -> None:
    answer = api.reserve(full_after_two, stratum)
    assert answer.status == 201
    assert answer.json == {"place": None, "count": 0, "expires_in": None, "needed": False}


def test_only_who_would_be_admitted_reserves(api: Client, store: Store, full_after_two: str) -> None:
    Invitations(store.db, AUTHOR).issue(full_after_two, "invited", [f"{full_after_two}-token"])
    assert api.reserve(full_after_two, "kiosk").problem == "device-unknown"
    assert api.reserve(full_after_two, "invited").problem == "invitation-required"
    assert api.reserve(full_after_two, "invited", invitation="wrong").problem == "invitation-unknown"
    assert api.reserve(full_after_two, "nowhere").problem == "unknown-stratum"
    assert api.reserve("no-such-survey", "desk").problem == "unknown-survey"
    token = f"{full_after_two}-token"
    place = api.reserve(full_after_two, "invited", invitation=token)
    sent = ballot(stratum="invited", invitation=token, place=place.json["place"])
    assert api.put(full_after_two, uuid4(), sent).status == 201
    assert api.reserve(full_after_two, "invited", invitation=token).problem == "invitation-spent"


def test_a_device_borrows_what_is_free_and_gives_back_what_it_did_not_use(
    api: Client, store: Store, full_after_two: str
) -> None:
    headers = bearer(enrolled(store, full_after_two, "kiosk"))
    assert api.put(full_after_two, uuid4(), ballot(stratum="kiosk", channel="kiosk"), headers).status == 201
    block = api.reserve(full_after_two, "kiosk", headers, count=50)
    assert (block.json["count"], block.json["expires_in"]) == (8, 72 * 3600)
    lease = block.json["place"]
    kept = [{"id": str(uuid4()), **ballot(stratum="kiosk", channel="kiosk", place=lease, sequence=n)} for n in range(1, 4)]
    outcomes = api.post(full_after_two, {"ballots": kept}, headers).json["outcomes"]
    assert [o["status"] for o in outcomes] == [201] * 3
    assert [o["status"] for o in api.post(full_after_two, {"ballots": kept}, headers).json["outcomes"]] == [200] * 3
    assert api.extend(full_after_two, lease).json["count"] == 5
    assert held(store, full_after_two, "kiosk") == Held(limit=9, free=5, reserved=5)
    assert api.give_back(full_after_two, lease).status == 204
    assert held(store, full_after_two, "kiosk") == Held(limit=9, free=5, reserved=0)


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "stratum"), ({"stratum": "desk", "count": 0}, "count"), ({"stratum": "desk", "more": 1}, "more"), ([], "_schema")],
)
def test_a_wish_that_cannot_be_read_is_told_where(api: Client, full_after_two: str, body: object, field: str) -> None:
    answer = api.json("POST", f"/api/v1/surveys/{full_after_two}/places", body)
    assert answer.status == 422
    assert list(answer.json["errors"]) == [field]
