"""Group commit: what waits at the same moment is committed together, and every request is answered within its deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.collector.intake import Entry, Intake
from shared import log
from shared.domain.acceptance import Accepted, Candidate
from shared.domain.ballot import Ballot
from shared.domain.survey import Channel, Stratum
from shared.events import BatchesAccepted, Event
from shared.store.acceptance import Commit, Moment
from shared.store.connection import StoreUnavailable
from tests.harness import eventually

NOW = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)


def entry(number: int) -> Entry:
    ballot = Ballot(UUID(int=number, version=4), "s", "g", "desk", Channel.WEB, "vi", 1, {"C1": 5})
    return Entry(Candidate(ballot, b"d", Stratum("desk", {})), "Asia/Ho_Chi_Minh")


class Memory:
    """A store that takes its time."""

    def __init__(self, before: Callable[[Sequence[Candidate]], None] = lambda _: None) -> None:
        self.commits: list[list[UUID]] = []
        self.moments: list[Moment] = []
        self._before = before

    def accept(self, candidates: Sequence[Candidate], moment: Moment) -> Commit:
        self._before(candidates)
        self.commits.append([c.ballot.id for c in candidates])
        self.moments.append(moment)
        return Commit([Accepted(c.ballot, c.digest, new=True) for c in candidates], [uuid4()])


class Events:
    def __init__(self, answers: bool = True) -> None:
        self.sent: list[Event] = []
        self.requests: list[tuple[str, ...]] = []
        self._answers = answers

    def emit(self, event: Event) -> bool:
        self.sent.append(event)
        self.requests.append(log.request_ids.get())
        return self._answers


def intake(store: Memory, events: Events | None = None, deadline: float = 5.0) -> Intake:
    return Intake(store, events or Events(), lambda: NOW, deadline)


def test_each_request_gets_its_own_outcomes() -> None:
    taking = intake(Memory())
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda n: taking.accept([entry(n), entry(n + 100)]), range(40)))
    assert [[o.ballot.id.int & 0xFF for o in found if isinstance(o, Accepted)] for found in outcomes] == [
        [n, n + 100] for n in range(40)
    ]


def test_what_comes_while_a_commit_is_under_way_is_committed_together() -> None:
    go_on = threading.Event()
    store = Memory(lambda _: go_on.wait(5))
    taking = intake(store)
    with ThreadPoolExecutor(11) as pool:
        first = pool.submit(taking.accept, [entry(0)])
        time.sleep(0.2)
        others = [pool.submit(taking.accept, [entry(n)]) for n in range(1, 11)]
        time.sleep(0.2)
        go_on.set()
        for done in (first, *others):
            done.result()
    assert [len(commit) for commit in store.commits] == [1, 10]


def test_the_day_is_that_of_the_place_where_the_survey_is_held() -> None:
    store = Memory()
    intake(store).accept([entry(1)])
    assert store.moments[0].days == {"s": date(2026, 4, 1)}


def test_a_store_that_hangs_is_unavailable_within_the_deadline() -> None:
    answered, go_on = threading.Event(), threading.Event()

    def hang(_: object) -> None:
        go_on.wait(60)
        answered.set()

    taking = intake(Memory(hang), deadline=0.2)
    with pytest.raises(StoreUnavailable):
        taking.accept([entry(1)])
    assert not answered.is_set()
    go_on.set()


def test_what_was_given_up_is_not_committed_afterwards() -> None:
    store = Memory(lambda candidates: time.sleep(0.6) if candidates[0].ballot.id.int & 0xFF == 0 else None)
    taking = intake(store, deadline=0.3)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(taking.accept, [entry(0)])
        time.sleep(0.1)
        behind = pool.submit(taking.accept, [entry(1)])
        errors = [type(done.exception()) for done in (slow, behind)]
    time.sleep(0.6)
    assert errors == [StoreUnavailable, StoreUnavailable]
    assert store.commits == [[entry(0).candidate.ballot.id]]


def test_an_unavailable_store_is_told_to_all_that_waited() -> None:
    def away(_: Sequence[Candidate]) -> None:
        raise StoreUnavailable("away")

    taking = intake(Memory(away))
    with ThreadPoolExecutor(4) as pool:
        errors = [done.exception() for done in [pool.submit(taking.accept, [entry(n)]) for n in range(4)]]
    assert [type(error) for error in errors] == [StoreUnavailable] * 4


def test_a_ballot_that_breaks_a_commit_takes_no_other_with_it() -> None:
    go_on = threading.Event()

    def breaks(candidates: Sequence[Candidate]) -> None:
        go_on.wait(5)
        if any(c.ballot.id == entry(13).candidate.ballot.id for c in candidates):
            raise ZeroDivisionError

    taking = intake(Memory(breaks))
    with ThreadPoolExecutor(6) as pool:
        waiting = {n: pool.submit(taking.accept, [entry(n)]) for n in (1, 2, 13, 4)}
        time.sleep(0.2)
        go_on.set()
        failed = [n for n, done in waiting.items() if done.exception() is not None]
    assert failed == [13]


@pytest.mark.parametrize("answers", [True, False])
def test_batches_are_announced_whether_or_not_the_broker_takes_them(answers: bool) -> None:
    events = Events(answers)
    outcomes = intake(Memory(), events).accept([entry(1)])
    time.sleep(0.5)
    assert isinstance(outcomes[0], Accepted)
    assert [type(event) for event in events.sent] == [BatchesAccepted]


def test_the_requests_of_a_batch_are_named_when_it_is_announced() -> None:
    go_on, events = threading.Event(), Events()
    taking = intake(Memory(lambda _: go_on.wait(5)), events)

    def ask(number: int) -> None:
        with log.working_on(f"r{number}"):
            taking.accept([entry(number), entry(number + 100)])

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(ask, number) for number in range(3)]
        go_on.set()
        for done in waiting:
            done.result()
    eventually("announced", lambda: sum(map(len, events.requests)) == 3)
    assert sorted(id_ for named in events.requests for id_ in named) == ["r0", "r1", "r2"]
