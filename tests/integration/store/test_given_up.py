"""A transaction that is given up at its end leaves nothing behind: no write of it goes past it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from shared.domain.survey import Channel, State, Survey
from shared.domain.token import token_digest
from shared.store.devices import Devices, Enrolled
from shared.store.invitations import Invitations
from shared.store.places import Places, Turns, Wish
from tests import plans
from tests.harness import AUTHOR, Store, unique
from tests.integration.store.hands import NOW, accept, candidate


class GivenUp(Exception):
    pass


@pytest.fixture
def survey(store: Store) -> Survey:
    guests = plans.stratum("guests", admission="invited")
    few = plans.stratum("few", quota=5, when_full="refuse")
    return store.opened(plans.small(unique("given-up"), plans.stratum("desk"), guests, few)).survey


def dump(store: Store) -> dict[str, list[Any]]:
    """Everything that is stored."""
    return {
        name: sorted(store.db[name].find(), key=lambda document: repr(document["_id"]))
        for name in sorted(store.db.list_collection_names())
    }


def given_up(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do `act`, whose transaction is given up when all of it is done."""
    with_transaction = ClientSession.with_transaction

    def and_give_up(session: ClientSession, callback: Callable[[ClientSession], object], **options: Any) -> object:
        def work(inside: ClientSession) -> None:
            callback(inside)
            raise GivenUp

        return with_transaction(session, work, **options)

    with monkeypatch.context() as patched:
        patched.setattr(ClientSession, "with_transaction", and_give_up)
        with pytest.raises(GivenUp):
            act()


def accepting(store: Store, survey: Survey) -> Callable[[], object]:
    """Ballots with an invitation, with a place of a lease, and with none."""
    Invitations(store.db, AUTHOR).issue(survey.id, "guests", [survey.id])
    lease = reserving(store, survey)()
    return lambda: accept(
        store,
        [
            candidate(survey, "guests", invitation=token_digest(survey.id)),
            candidate(survey, "few", lease=lease),
            candidate(survey, "few"),
        ],
    )


def reserving(store: Store, survey: Survey) -> Callable[[], bytes]:
    lease = token_digest(unique("lease"))

    def reserve() -> bytes:
        Places(store.db, 10, Turns()).reserve(lease, Wish(survey.id, "few", 2, timedelta(hours=1)), NOW)
        return lease

    return reserve


def giving_back(store: Store, survey: Survey) -> Callable[[], object]:
    lease = reserving(store, survey)()
    return lambda: Places(store.db, 10, Turns()).give_back(lease, survey.id)


def scoring(store: Store, survey: Survey) -> Callable[[], object]:
    batches = accept(store, [candidate(survey) for _ in range(3)]).batches
    return lambda: store.tallies.score(batches, survey)


def gathering(store: Store, survey: Survey) -> Callable[[], object]:
    for _ in range(3):
        store.tallies.score(accept(store, [candidate(survey)]).batches, survey)
    return lambda: store.tallies.gather(survey.id, merged_from=2)


def trying_again(store: Store, survey: Survey) -> Callable[[], object]:
    (batch,) = accept(store, [candidate(survey)]).batches
    store.tallies.set_aside(batch, "broken")
    return lambda: store.tallies.try_again(batch, AUTHOR)


def closing(store: Store, survey: Survey) -> Callable[[], object]:
    return lambda: store.surveys.move(store.surveys.get(survey.id), State.CLOSING, closed_at=NOW + timedelta(days=1))


def loading(store: Store, _: Survey) -> Callable[[], object]:
    return lambda: store.surveys.load(plans.small(unique("loaded")))


def enrolling(store: Store, survey: Survey) -> Callable[[], object]:
    device = Enrolled(token_digest(unique("key")), unique("device"), survey.id, ("desk",), Channel.KIOSK)
    return lambda: Devices(store.db, AUTHOR).enrol(device)


ACTS = (accepting, reserving, giving_back, scoring, gathering, trying_again, closing, loading, enrolling)


@pytest.mark.parametrize("preparing", ACTS, ids=lambda act: act.__name__)
def test_what_is_given_up_leaves_nothing(
    store: Store, survey: Survey, monkeypatch: pytest.MonkeyPatch, preparing: Callable[[Store, Survey], Callable[[], object]]
) -> None:
    act = preparing(store, survey)
    before = dump(store)
    given_up(monkeypatch, act)
    assert dump(store) == before
    act()
    assert dump(store) != before
