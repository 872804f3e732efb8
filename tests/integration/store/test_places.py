"""Reserved places: what a lease holds is held once, for its term, and is free again when it ends."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.domain.acceptance import StratumFull
from shared.domain.survey import State, Survey
from shared.store.connection import StoreUnavailable
from shared.store.places import Granted, Held, LeaseExists, Places, PlacesReserved, PlaceUnknown, Turns, Wish
from tests import plans
from tests.harness import Store, unique
from tests.integration.store.hands import NOW, accept, candidate, place

HOUR = timedelta(hours=1)
TERMS = (HOUR, 5 * HOUR)


@pytest.fixture
def places(store: Store) -> Places:
    return Places(store.db, 10, Turns())


@pytest.fixture
def survey(store: Store) -> Survey:
    """A survey with five places at the desk, two on the phone, and as many as come online."""
    strata = (
        plans.stratum("desk", quota=5, when_full="refuse"),
        plans.stratum("phone", quota=2, when_full="refuse"),
        plans.stratum("online"),
    )
    return store.opened(plans.small(unique("places"), *strata)).survey


def wish(survey: Survey, count: int = 1, stratum: str = "desk", term: timedelta = HOUR, device: bytes | None = None) -> Wish:
    return Wish(survey.id, stratum, count, term, device)


def reserve(places: Places, wanted: Wish) -> bytes:
    lease = uuid4().bytes
    places.reserve(lease, wanted, NOW)
    return lease


def test_a_lease_holds_the_places_wished_for_and_says_for_how_long(store: Store, places: Places, survey: Survey) -> None:
    lease = uuid4().bytes
    assert places.reserve(lease, wish(survey, 2), NOW) == Granted(survey.id, "desk", 2, 3_600.0)
    assert place(store, survey) == (5, 2)
    assert store.db.leases.find_one({"_id": lease}) == {
        "_id": lease,
        "survey": survey.id,
        "stratum": "desk",
        "count": 2,
        "until": NOW + HOUR,
        "device": None,
    }


def test_a_lease_is_for_the_device_that_asked(store: Store, places: Places, survey: Survey) -> None:
    lease, device = uuid4().bytes, uuid4().bytes
    assert places.reserve(lease, wish(survey, device=device), NOW).device == device
    assert store.db.leases.find_one({"_id": lease})["device"] == device  # type: ignore[index]


def test_who_wishes_for_more_than_is_free_gets_what_is_free(store: Store, places: Places, survey: Survey) -> None:
    reserve(places, wish(survey, 3))
    assert places.reserve(uuid4().bytes, wish(survey, 9), NOW).count == 2
    assert place(store, survey) == (5, 5)
    with pytest.raises(PlacesReserved):
        reserve(places, wish(survey))


def test_a_lease_has_its_name_alone(store: Store, places: Places, survey: Survey) -> None:
    lease = reserve(places, wish(survey))
    with pytest.raises(LeaseExists):
        places.reserve(lease, wish(survey), NOW)
    assert place(store, survey) == (5, 1)


def test_a_stratum_whose_places_are_reserved_says_how_many_and_when_the_first_is_free(places: Places, survey: Survey) -> None:
    reserve(places, wish(survey, 3, term=2 * HOUR))
    reserve(places, wish(survey, 2, term=HOUR))
    reserve(places, wish(survey, 1, "phone", timedelta(minutes=1)))
    with pytest.raises(PlacesReserved) as caught:
        places.reserve(uuid4().bytes, wish(survey), NOW + timedelta(minutes=10))
    assert (caught.value.held, caught.value.seconds) == (5, 3_000.0)


def test_a_stratum_whose_places_are_taken_is_full(store: Store, places: Places, survey: Survey) -> None:
    accept(store, [candidate(survey, "phone"), candidate(survey, "phone")])
    with pytest.raises(StratumFull) as caught:
        reserve(places, wish(survey, stratum="phone"))
    assert not isinstance(caught.value, PlacesReserved)


@pytest.mark.parametrize("stratum", ["online", "moon"])
def test_where_there_are_no_places_none_is_reserved(store: Store, places: Places, survey: Survey, stratum: str) -> None:
    with pytest.raises(StratumFull):
        reserve(places, wish(survey, stratum=stratum))
    assert store.db.leases.count_documents({"survey": survey.id}) == 0


def test_what_ran_out_is_free_for_the_next_to_wish(store: Store, places: Places, survey: Survey) -> None:
    over, alive = reserve(places, wish(survey, 3)), reserve(places, wish(survey, 1, term=3 * HOUR))
    assert places.reserve(uuid4().bytes, wish(survey, 9), NOW + HOUR).count == 4
    assert place(store, survey) == (5, 5)
    assert [store.db.leases.count_documents({"_id": lease}) for lease in (over, alive)] == [0, 1]


def test_a_lease_of_a_form_and_one_of_a_device_run_on_for_their_own_terms(store: Store, places: Places, survey: Survey) -> None:
    form, device = reserve(places, wish(survey, 2)), reserve(places, wish(survey, device=b"key"))
    later = NOW + timedelta(minutes=59)
    assert places.extend(form, survey.id, later, TERMS) == Granted(survey.id, "desk", 2, 3_600.0)
    assert places.extend(device, survey.id, later, TERMS) == Granted(survey.id, "desk", 1, 18_000.0, b"key")
    until = {each["_id"]: each["until"] for each in store.db.leases.find({"survey": survey.id})}
    assert until == {form: later + HOUR, device: later + 5 * HOUR}


def test_a_lease_that_ran_out_or_is_of_another_survey_is_not_extended(store: Store, places: Places, survey: Survey) -> None:
    lease = reserve(places, wish(survey))
    for name, survey_id, now in [(lease, survey.id, NOW + HOUR), (lease, "other", NOW), (b"unknown", survey.id, NOW)]:
        with pytest.raises(PlaceUnknown):
            places.extend(name, survey_id, now, TERMS)
    assert store.db.leases.find_one({"_id": lease})["until"] == NOW + HOUR  # type: ignore[index]


def test_a_lease_given_back_holds_nothing_and_the_others_hold_on(store: Store, places: Places, survey: Survey) -> None:
    lease, other = reserve(places, wish(survey, 2)), reserve(places, wish(survey))
    places.give_back(lease, "another")
    assert place(store, survey) == (5, 3)
    for _ in range(2):
        places.give_back(lease, survey.id)
        assert place(store, survey) == (5, 1)
    assert [store.db.leases.count_documents({"_id": each}) for each in (lease, other)] == [0, 1]


def test_places_are_told_by_stratum_as_limit_free_and_reserved(store: Store, places: Places, survey: Survey) -> None:
    accept(store, [candidate(survey)])
    reserve(places, wish(survey, 2))
    reserve(places, wish(survey, 1, term=timedelta(minutes=1)))
    reserve(places, wish(survey, 2, "phone"))
    now = NOW + timedelta(minutes=1)
    assert places.all(survey.id, now) == {"desk": Held(5, 4, 2), "phone": Held(2, 2, 2)}
    assert places.look(survey.id, "desk", NOW) == Held(5, 4, 3)
    assert places.look(survey.id, "online", NOW) is None


def test_no_more_places_are_told_to_be_reserved_than_are_free(store: Store, places: Places, survey: Survey) -> None:
    reserve(places, wish(survey, 2))
    store.db.places.update_one({"_id": f"{survey.id}/desk"}, {"$set": {"free": 1}})
    assert places.all(survey.id, NOW)["desk"] == Held(5, 1, 1)


def test_no_lease_outlives_the_sealing_of_its_survey(store: Store, places: Places, survey: Survey) -> None:
    other = store.opened(plans.small(unique("other"), plans.stratum("desk", quota=5, when_full="refuse"))).survey
    reserve(places, wish(survey, 2))
    kept = reserve(places, wish(other))
    store.surveys.move(store.surveys.get(survey.id), State.SEALED)
    assert (place(store, survey), place(store, other)) == ((5, 0), (5, 1))
    assert [lease["_id"] for lease in store.db.leases.find({"survey": {"$in": [survey.id, other.id]}})] == [kept]


def test_who_waits_too_long_for_a_turn_is_told_to_come_again() -> None:
    turns, inside, leave = Turns(), threading.Event(), threading.Event()

    def hold() -> None:
        with turns.taken(1):
            inside.set()
            leave.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(60)
    with pytest.raises(StoreUnavailable, match="too many wait for a place"), turns.taken(0.01):
        pass
    leave.set()
    holder.join()
    with turns.taken(1):
        assert not turns._lock.acquire(blocking=False)
    with turns.taken(1):
        pass
