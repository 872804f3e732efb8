"""The same moment: one ballot from many hands, many ballots for few places, commits while the survey is sealed."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shared.domain.survey import State
from shared.store.invitations import Invitations
from tests import harness, plans
from tests.harness import AUTHOR, Background, Client, Store, ballot, drawn, in_threads, unique


def test_the_same_ballot_from_twenty_threads_counts_once(collectors: tuple[Client, Client], store: Store) -> None:
    survey, id_ = store.opened(plans.small(unique("once"))).survey.id, uuid4()
    answers = in_threads(20, lambda n: collectors[n % 2].put(survey, id_, ballot()), range(20))
    assert Counter(a.status for a in answers) == {201: 1, 200: 19}
    assert len({a.content for a in answers}) == 1
    equation = store.scored(survey)
    assert (equation.accepted, equation.stored, equation.counted) == (1, 1, 1)


def test_of_two_contents_under_one_id_one_wins(collectors: tuple[Client, Client], store: Store) -> None:
    survey, id_ = store.opened(plans.small(unique("two"))).survey.id, uuid4()
    bodies = [ballot(answers={"C1": 1 + n % 2}) for n in range(20)]
    answers = in_threads(20, lambda n: collectors[n // 2 % 2].put(survey, id_, bodies[n]), range(20))
    winner = next(n for n, a in enumerate(answers) if a.status == 201)
    assert Counter(a.status for a in answers) == {201: 1, 200: 9, 409: 10}
    assert {n % 2 for n, a in enumerate(answers) if a.status < 300} == {winner % 2}
    assert {a.problem for a in answers if a.status == 409} == {"ballot-conflict"}
    assert store.scored(survey).counted == 1


def test_one_invitation_from_twenty_threads_admits_one_ballot(collectors: tuple[Client, Client], store: Store) -> None:
    survey = store.opened(plans.small(unique("spend"), plans.stratum("desk", admission="invited"))).survey.id
    Invitations(store.db, AUTHOR).issue(survey, "desk", [f"{survey}-only"])
    body = ballot(invitation=f"{survey}-only")
    answers = in_threads(20, lambda n: collectors[n % 2].put(survey, uuid4(), body), range(20))
    assert Counter(a.status for a in answers) == {201: 1, 409: 19}
    assert store.scored(survey).counted == 1


@pytest.mark.parametrize(("when_full", "others"), [("refuse", {409: 190}), ("keep", {201: 190})])
def test_ten_places_are_given_exactly_ten_times(
    collectors: tuple[Client, Client], store: Store, when_full: str, others: dict[int, int]
) -> None:
    survey = store.opened(plans.small(unique("ten"), plans.stratum("desk", quota=10, when_full=when_full))).survey.id
    answers = in_threads(32, lambda n: collectors[n % 2].put(survey, uuid4(), ballot()), range(200))
    counted = [a for a in answers if a.status == 201 and a.json["counted"]]
    assert len(counted) == 10
    assert Counter(a.status for a in answers if a not in counted) == others
    equation = store.scored(survey)
    assert equation.holds
    assert (equation.counted, equation.surplus) == (10, others.get(201, 0))
    assert store.ballots.places(survey) == {"desk": (0, 10)}
    assert store.recount_differs(survey) == []


def test_ballots_of_many_surveys_at_once_stay_apart(collectors: tuple[Client, Client], store: Store) -> None:
    surveys = [store.opened(plans.small(unique("apart"))).survey.id for _ in range(4)]
    answers = in_threads(16, lambda n: collectors[n % 2].put(surveys[n % 4], uuid4(), ballot()), range(80))
    assert {a.status for a in answers} == {201}
    assert [store.scored(survey).counted for survey in surveys] == [20] * 4


def test_sealing_overtakes_no_commit_that_is_under_way(collectors: tuple[Client, Client], store: Store) -> None:
    survey = store.opened(plans.small(unique("seal"), grace=0.5, release="person")).survey.id
    acknowledged, refused = acknowledged_until_sealed(survey, collectors, store)
    record = store.surveys.get(survey)
    assert record.state is State.SEALED
    assert refused > 0
    assert acknowledged
    assert store.ids(survey) == acknowledged
    assert record.sealing is not None
    assert record.sealing["register"]["ballots"] == len(acknowledged)
    assert store.recount_differs(survey) == []


def acknowledged_until_sealed(survey: str, collectors: tuple[Client, Client], store: Store) -> tuple[set[UUID], int]:
    """Post web and kiosk ballots non-stop, close the survey by hand, and go on until well after it is sealed."""
    acknowledged: set[UUID] = set()
    refused: list[int] = []
    lock = threading.Lock()

    def post(stop: threading.Event, worker: int) -> None:
        chance = random.Random(worker)
        while not stop.is_set():
            id_ = uuid4()
            status = collectors[worker % 2].put(survey, id_, drawn(chance, channel=chance.choice(("web", "kiosk")))).status
            with lock:
                acknowledged.add(id_) if status == 201 else refused.append(status)
            stop.wait(0.0 if status == 201 else 0.1)

    with ExitStack() as stack:
        for worker in range(8):
            stack.enter_context(Background(lambda stop, worker=worker: post(stop, worker)))
        harness.eventually("some ballots", lambda: len(acknowledged) > 100)
        store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
        store.reaches(survey, State.SEALED)
        before = len(refused)
        harness.eventually("refusals after sealing", lambda: len(refused) > before + 50)
    assert set(refused) == {403}
    return acknowledged, len(refused)
