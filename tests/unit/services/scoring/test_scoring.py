"""Scoring and sweeping, against a real database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.scoring.running import RunningIndices
from services.scoring.scoring import TURN, Scoring, Sweeper
from shared.domain.acceptance import Candidate
from shared.domain.ballot import Submission, check, digest
from shared.domain.survey import Channel, Survey
from shared.events import BATCHES_LIMIT, BatchesAccepted, Event, SweepDue
from shared.store import schema
from shared.store.acceptance import Acceptance, Moment
from shared.store.connection import connect
from shared.store.indices import Indices
from shared.store.watch import Quarantine
from tests import plans
from tests.harness import Rig, Store, ballot, in_threads, unique


@pytest.fixture(scope="module")
def alone(system: Rig) -> Iterator[Store]:
    """A database that no worker looks at."""
    db = connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('scoring')}?directConnection=true", "test")
    schema.ensure(db)
    yield Store(db)
    db.client.close()


@pytest.fixture
def scoring(alone: Store) -> Scoring:
    running = RunningIndices(alone.tallies, Indices(alone.db), monotonic=iter(range(0, 10_000, 2)).__next__)
    return Scoring(alone.surveys, alone.tallies, running, Quarantine(alone.db))


def accepted(store: Store, number: int, **answers: int) -> tuple[Survey, list[UUID]]:
    """A survey with `number` ballots, each in a batch of its own."""
    survey = store.opened(plans.small(unique("scored"))).survey
    acceptance, batches = Acceptance(store.db, slot=0, deadline=10), []
    for _ in range(number):
        body = {**ballot(answers={"C1": 5, "C2": 5, "C3": 5, "Q": 5} | answers), "channel": Channel.WEB}
        checked = check(Submission(id=uuid4(), **body), survey)
        candidate = Candidate(checked, digest(checked), survey.strata["desk"][1])
        batches += acceptance.accept([candidate], Moment(datetime.now(UTC), {survey.id: date(2026, 3, 2)})).batches
    return survey, batches


def test_batches_are_counted_once_however_often_they_are_announced(alone: Store, scoring: Scoring) -> None:
    survey, batches = accepted(alone, 4)
    for ids in (batches[:2], batches, batches[1:], [*batches, uuid4()]):
        scoring.score(BatchesAccepted(tuple(ids)))
    equation = alone.ballots.equation(survey.id)
    assert (equation.counted, equation.waiting, equation.holds) == (4, 0, True)


def test_workers_at_once_count_every_batch_once(alone: Store) -> None:
    survey, batches = accepted(alone, 6)
    in_threads(6, lambda _: alone.tallies.score(batches, survey), range(6))
    equation = alone.ballots.equation(survey.id)
    assert (equation.counted, equation.waiting, equation.holds) == (6, 0, True)


def test_batches_of_several_surveys_are_each_counted_for_their_own(alone: Store, scoring: Scoring) -> None:
    (one, its), (other, others) = accepted(alone, 2), accepted(alone, 3)
    scoring.score(BatchesAccepted((*its, *others)))
    assert [alone.ballots.equation(survey.id).counted for survey in (one, other)] == [2, 3]


def test_tallies_gathered_while_others_add_lose_nothing(alone: Store) -> None:
    survey, batches = accepted(alone, 30)
    with_gathering = [*batches, *[None] * 10]
    in_threads(
        6,
        lambda batch: alone.tallies.gather(survey.id, 2) if batch is None else alone.tallies.score([batch], survey),
        with_gathering,
    )
    alone.tallies.gather(survey.id, 2)
    assert alone.ballots.equation(survey.id).counted == 30
    assert alone.recount_differs(survey.id) == []
    assert alone.db.tallies.count_documents({"survey": survey.id}) == 1


def test_a_broken_batch_is_set_aside_and_those_beside_it_are_counted(
    alone: Store, scoring: Scoring, caplog: pytest.LogCaptureFixture
) -> None:
    survey, batches = accepted(alone, 2)
    alone.db.ballots.delete_one({"_id": alone.db.batches.find_one({"_id": batches[0]})["ballots"][0]})
    with caplog.at_level(logging.CRITICAL):
        scoring.score(BatchesAccepted(tuple(batches)))
    assert list(alone.tallies.stuck(survey.id)) == [batches[0]]
    assert alone.ballots.equation(survey.id).counted == 1


class Events:
    def __init__(self, takes: int) -> None:
        self.sent: list[Event] = []
        self._takes = takes

    def emit(self, event: Event) -> bool:
        self.sent.append(event)
        return len(self.sent) <= self._takes


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def sweeper(store: Store, events: Events, older: float, clock: Callable[[], datetime] | None = None) -> Sweeper:
    running = RunningIndices(store.tallies, Indices(store.db))
    return Sweeper(store.surveys, store.tallies, running, events, clock or (lambda: datetime.now(UTC)), older)


def named(events: Events) -> set[UUID]:
    return {id_ for event in events.sent if isinstance(event, BatchesAccepted) for id_ in event.batch_ids}


def test_batches_that_wait_too_long_are_announced_again(alone: Store) -> None:
    _, batches = accepted(alone, 3)
    events = Events(takes=100)
    sweeper(alone, events, older=0).sweep(SweepDue())
    assert set(batches) <= named(events)


def test_batches_that_came_a_moment_ago_and_those_set_aside_are_left_alone(alone: Store) -> None:
    _, recent = accepted(alone, 1)
    _, stuck = accepted(alone, 1)
    alone.tallies.set_aside(stuck[0], "broken")
    alone.db.batches.update_one({"_id": stuck[0]}, {"$set": {"committed_at": datetime.now(UTC) - timedelta(hours=1)}})
    events = Events(takes=100)
    sweeper(alone, events, older=60).sweep(SweepDue())
    assert not named(events) & {*recent, *stuck}


def test_a_broker_that_takes_nothing_is_not_asked_further(alone: Store) -> None:
    accepted(alone, BATCHES_LIMIT + 1)
    events = Events(takes=0)
    sweeper(alone, events, older=0).sweep(SweepDue())
    assert len(events.sent) == 1


def test_a_batch_that_was_announced_is_left_in_the_queue_for_a_while(alone: Store) -> None:
    _, batches = accepted(alone, 1)
    events, clock = Events(takes=1_000), Clock()
    sweeping = sweeper(alone, events, older=10, clock=clock)
    for seconds, times in ((20, 1), (15, 1), (20, 2)):
        clock.now += timedelta(seconds=seconds)
        sweeping.sweep(SweepDue())
        assert sum(batches[0] in event.batch_ids for event in events.sent if isinstance(event, BatchesAccepted)) == times


def test_a_batch_that_the_broker_did_not_take_is_announced_with_the_next_sweep(alone: Store) -> None:
    accepted(alone, 1)
    events = Events(takes=0)
    sweeping = sweeper(alone, events, older=10, clock=lambda: datetime.now(UTC) + timedelta(seconds=20))
    for _ in range(2):
        sweeping.sweep(SweepDue())
    first, second = events.sent
    assert first == second


class Followed(RunningIndices):
    """Notes which surveys were followed, and waits there when told to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.tallies, Indices(store.db), monotonic=lambda: 0.0)
        self.ids: list[str] = []
        self.inside, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def follow(self, survey: Survey) -> None:
        super().follow(survey)
        self.ids.append(survey.id)
        self.inside.set()
        assert self.go_on.wait(30)


@pytest.fixture
def several(system: Rig) -> Iterator[Store]:
    """A database with more open surveys than one sweep looks at."""
    db = connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('sweeping')}?directConnection=true", "test")
    schema.ensure(db)
    store = Store(db)
    for number in range(2 * TURN + 1):
        store.opened(plans.small(f"s{number:02}"))
    yield store
    db.client.close()


def test_a_sweep_looks_at_a_few_surveys_in_turn_and_at_those_that_are_behind(several: Store) -> None:
    followed = Followed(several)
    sweeping = Sweeper(several.surveys, several.tallies, followed, Events(9), Clock(), 10)
    sweeping.sweep(SweepDue())
    behind = several.surveys.get("s03").survey
    followed.follow_soon(behind)
    for _ in range(2):
        sweeping.sweep(SweepDue())
    ids = [f"s{number:02}" for number in range(2 * TURN + 1)]
    assert followed.ids == [*ids[:TURN], "s03", *ids[TURN:], *ids[: TURN - 1]]


def test_a_sweep_during_a_sweep_does_nothing(several: Store) -> None:
    followed = Followed(several)
    followed.go_on.clear()
    sweeping = Sweeper(several.surveys, several.tallies, followed, Events(9), Clock(), 10)
    first = threading.Thread(target=sweeping.sweep, args=[SweepDue()])
    first.start()
    assert followed.inside.wait(30)
    sweeping.sweep(SweepDue())
    assert len(followed.ids) == 1
    followed.go_on.set()
    first.join()
    assert len(followed.ids) == TURN
