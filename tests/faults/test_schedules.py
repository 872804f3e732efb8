"""The short form of `make faults`: a few schedules, and the checker shown real sabotage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.faults.checker import violations
from tests.faults.history import History
from tests.faults.run import run, what_is_left
from tests.faults.schedule import Fault, Kind, Schedule
from tests.faults.world import Linked, world
from tests.harness import Store, database

BALLOTS = 150
PERIOD = (2.5, 3.5)

COLLECTOR = (Fault(Kind.KILL, "collector", 0.8, 0.3), Fault(Kind.DEAF, "scoring-redis", 0.3, 2.0))
COMMITS = (Fault(Kind.DEAF, "collector-mongodb", 0.5, 1.5), Fault(Kind.KILL, "scoring", 0.6, 0.5))
CLOSING = (
    Fault(Kind.FREEZE, "mongodb", 0.2, 3.5, at_closing=True),
    Fault(Kind.KILL, "publisher", 0.5, 0.0, at_closing=True),
)


@pytest.fixture(autouse=True)
def mended() -> None:
    """These tests have a system of their own."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linked]:
    with world(tmp_path_factory.mktemp("faults")) as rig:
        yield rig


@pytest.fixture(scope="module")
def happened(broken: Linked) -> History:
    """What happened when a collector was killed and a worker heard nothing."""
    return run(broken, Schedule(1, 0, COLLECTOR), BALLOTS, PERIOD)


def test_a_collector_is_killed_and_a_worker_hears_nothing(happened: History) -> None:
    assert violations(happened) == []


def test_commits_are_unanswered_and_a_worker_is_killed(broken: Linked) -> None:
    assert violations(run(broken, Schedule(1, 1, COMMITS), BALLOTS, PERIOD)) == []


def test_a_database_is_frozen_and_a_publisher_killed_at_closing(broken: Linked) -> None:
    assert violations(run(broken, Schedule(1, 2, CLOSING), BALLOTS, PERIOD)) == []


@pytest.fixture
def store(broken: Linked) -> Iterator[Store]:
    with database(broken.home) as db:
        yield Store(db)


def judged_again(happened: History, store: Store) -> str:
    """What the checker says of what is in the store now."""
    left = {survey: what_is_left(survey, store) for survey in happened.left}
    return "\n".join(violations(replace(happened, left=left)))


def test_a_ballot_deleted_in_the_database_is_found(happened: History, store: Store) -> None:
    taken = store.db.ballots.find_one_and_delete({"survey": next(iter(happened.left)), "stratum": "desk"})
    assert f"nothing_acknowledged_is_lost: ballot {taken['_id']}" in judged_again(happened, store)
    store.db.ballots.insert_one(taken)
    assert judged_again(happened, store) == ""


def test_a_ballot_put_into_the_database_is_found(happened: History, store: Store) -> None:
    other = store.db.ballots.find_one({"survey": next(iter(happened.left)), "stratum": "desk"})
    put = store.db.ballots.insert_one({**other, "_id": uuid4()}).inserted_id
    assert f"nothing_is_stored_that_nobody_sent: ballot {put}" in judged_again(happened, store)
    store.db.ballots.delete_one({"_id": put})
    assert judged_again(happened, store) == ""


def test_an_edited_tally_is_found(happened: History, store: Store) -> None:
    kept = store.db.tallies.find_one({"survey": next(iter(happened.left))})
    store.db.tallies.update_one({"_id": kept["_id"]}, {"$inc": {"cells.0.counted": 1}})
    assert "everything_is_counted_once" in judged_again(happened, store)
    store.db.tallies.replace_one({"_id": kept["_id"]}, kept)
    assert judged_again(happened, store) == ""
