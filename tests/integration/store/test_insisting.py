"""A change of state gets in between commits that follow one another without a pause."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from pymongo.client_session import ClientSession

from shared.domain.survey import State
from shared.store.connection import StoreUnavailable, insist
from tests import plans
from tests.harness import Background, Store, eventually, unique
from tests.integration.store.hands import accept, candidate


def test_a_survey_is_closed_between_commits_that_hardly_rest(store: Store) -> None:
    survey = store.opened(plans.small(unique("busy"))).survey
    done: list[int] = []

    def commit(stop: threading.Event, slot: int) -> None:
        while not stop.is_set():
            accept(store, [candidate(survey)], slot=slot)
            done.append(slot)

    with Background(lambda stop: commit(stop, 1)), Background(lambda stop: commit(stop, 2)):
        eventually("commits through both gates", lambda: {1, 2} <= set(done))
        store.surveys.move(store.surveys.get(survey.id), State.CLOSING, closed_at=datetime.now(UTC))
    assert store.surveys.get(survey.id).state is State.CLOSING


def test_who_insists_gives_up_where_others_never_leave(store: Store) -> None:
    gate = {"_id": f"{store.opened(plans.small(unique('held'))).survey.id}/1"}

    def hold(held: bool, session: ClientSession) -> None:
        store.db.gates.update_one(gate, {"$set": {"held": held}}, session=session)

    with store.db.client.start_session() as other, other.start_transaction():
        hold(True, other)
        with pytest.raises(StoreUnavailable, match="others wrote"):
            insist(store.db, lambda session: hold(False, session), deadline=10.0, within=0.5)
        other.abort_transaction()
    insist(store.db, lambda session: hold(False, session), deadline=10.0, within=0.5)
    found = store.db.gates.find_one(gate)
    assert found is not None
    assert found["held"] is False
