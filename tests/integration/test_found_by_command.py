"""What was done to the data behind everybody's back is found at the command line."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from shared import settings
from shared.domain.ballot import digest
from shared.domain.survey import State
from shared.store.wire import ballot_document, ballot_from
from tests import plans
from tests.harness import Client, Rig, Store, drawn, unique
from tests.integration.test_command_line import run

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def hailong(system: Rig) -> Run:
    environment = settings.to_environment(system.home.settings())
    return lambda *words: run(*words, **environment)


@pytest.fixture(scope="module")
def published(api: Client, store: Store) -> str:
    survey = store.opened(plans.small(unique("behind"), grace=0.2)).survey.id
    for number in range(24):
        assert api.insist(survey, uuid4(), drawn(random.Random(number))).status == 201
    store.scored(survey)
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.PUBLISHED)
    return survey


@contextmanager
def changed(store: Store, survey: str) -> Iterator[None]:
    """A ballot with other answers, and the digest that fits them: nothing of the ballot itself is wrong."""
    before = store.db.ballots.find_one({"survey": survey})
    assert before is not None
    store.db.ballots.update_one({"_id": before["_id"]}, {"$set": {"answers.C1": (before["answers"]["C1"] + 1) % 6}})
    forged = store.ballots.named([before["_id"]])[0].ballot
    store.db.ballots.update_one({"_id": before["_id"]}, {"$set": {"digest": digest(forged)}})
    yield
    store.db.ballots.replace_one({"_id": before["_id"]}, before)


@contextmanager
def added(store: Store, survey: str) -> Iterator[None]:
    """A ballot more, whole in itself."""
    known = store.db.ballots.find_one({"survey": survey})
    assert known is not None
    known["_id"] = uuid4()
    forged = ballot_from(known)
    store.db.ballots.insert_one(ballot_document(forged, digest(forged), date(2026, 8, 1)))
    yield
    store.db.ballots.delete_one({"_id": forged.id})


@contextmanager
def removed(store: Store, survey: str) -> Iterator[None]:
    gone = store.db.ballots.find_one_and_delete({"survey": survey})
    assert gone is not None
    yield
    store.db.ballots.insert_one(gone)


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (changed, ["root", "tallied"]),
        (added, ["accepted = stored: 24 and 25 differ by -1"]),
        (removed, ["accepted = stored: 24 and 23 differ by 1"]),
    ],
)
def test_a_ballot_changed_added_or_removed_is_found_by_a_recount(
    hailong: Run, store: Store, published: str, behind: Callable[[Store, str], Iterator[None]], said: list[str]
) -> None:
    with behind(store, published):  # type: ignore[attr-defined]
        found = hailong("recount", published)
    assert found.returncode == 1
    assert [each for each in said if each not in found.stdout] == []


def test_a_recount_of_what_nobody_touched_agrees(hailong: Run, published: str) -> None:
    assert hailong("recount", published).returncode == 0
