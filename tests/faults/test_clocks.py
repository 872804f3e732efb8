"""Clocks that jump at opening and at closing: the wrong one may refuse, and never loses or lets in what it must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest

from services.collector.catalogue import Catalogue
from services.collector.intake import Intake
from services.collector.reception import Arrival, Reception, Result
from shared.domain.acceptance import Accepted, SurveyNotOpen
from shared.domain.ballot import Submission
from shared.domain.survey import Channel, State
from shared.events import Event, SurveyDue
from shared.store import schema
from shared.store.acceptance import Acceptance
from shared.store.connection import connect
from shared.store.surveys import Record
from shared.store.watch import Quarantine
from tests import plans
from tests.faults.test_publisher import closing
from tests.harness import Rig, Store, ballot, unique

MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Silent:
    def emit(self, _: Event) -> bool:
        return True


@pytest.fixture(scope="module")
def alone(system: Rig) -> Iterator[Store]:
    """A database that no running publisher looks at."""
    db = connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('clocks')}?directConnection=true", "test")
    schema.ensure(db)
    yield Store(db)
    db.client.close()


def collector(store: Store, clock: Clock) -> Reception:
    """A collector whose clock is `clock` and that asks the store for every survey."""
    acceptance = Acceptance(store.db, slot=0, deadline=10)
    catalogue = Catalogue(store.surveys, 5.0, monotonic=count(step=10).__next__)
    return Reception(catalogue, Intake(acceptance, Silent(), clock, 10), acceptance, Quarantine(store.db), clock)


def told(by: Reception, record: Record, id_: UUID | None = None, channel: Channel = Channel.WEB) -> Result:
    submission = Submission(id=id_ or uuid4(), **{**ballot(), "channel": channel})
    (result,) = by.receive(record.survey.id, [Arrival(submission, None)])
    return result


def opened(store: Store) -> Record:
    return store.opened(plans.small(unique("clock"), opens=-600, closes=600, grace=60))


def test_a_clock_that_jumps_back_before_the_opening_refuses_and_forgets_nothing(alone: Store) -> None:
    record, id_ = opened(alone), uuid4()
    clock = Clock(record.survey.period.opens_at)
    here = collector(alone, clock)
    assert isinstance(told(here, record, id_), Accepted)
    clock.now -= MINUTE
    assert isinstance(told(here, record), SurveyNotOpen)
    again = told(here, record, id_)
    assert isinstance(again, Accepted)
    assert not again.new
    clock.now += MINUTE
    assert isinstance(told(here, record), Accepted)


def test_a_clock_that_jumps_past_the_closing_and_back_refuses_for_that_time_alone(alone: Store) -> None:
    record = opened(alone)
    clock = Clock(record.survey.period.closes_at - MINUTE)
    here = collector(alone, clock)
    for jump, kind in ((0, Accepted), (2, SurveyNotOpen), (-2, Accepted)):
        clock.now += jump * MINUTE
        assert isinstance(told(here, record), kind)
    assert alone.ballots.equation(record.survey.id).stored == 2


def test_once_closed_a_collector_whose_clock_is_behind_lets_nothing_in_but_what_devices_kept(alone: Store) -> None:
    record = opened(alone)
    behind = collector(alone, Clock(record.survey.period.closes_at - MINUTE))
    moved = closing(alone, clock=Clock(record.survey.period.closes_at))
    moved.advance(SurveyDue(record.survey.id))
    assert alone.surveys.get(record.survey.id).state is State.CLOSING
    assert isinstance(told(behind, record), SurveyNotOpen)
    assert isinstance(told(behind, record, channel=Channel.KIOSK), Accepted)


def test_once_sealed_a_collector_whose_clock_is_behind_lets_nothing_in(alone: Store) -> None:
    record = opened(alone)
    behind = collector(alone, Clock(record.survey.period.closes_at - MINUTE))
    kept = uuid4()
    assert isinstance(told(behind, record, kept), Accepted)
    alone.tallies.score(alone.tallies.waiting_ids(record.survey.id), record.survey)
    closing(alone, clock=Clock(record.survey.period.late_until)).advance(SurveyDue(record.survey.id))
    assert alone.surveys.get(record.survey.id).sealing is not None
    for channel in (Channel.WEB, Channel.KIOSK):
        assert isinstance(told(behind, record, channel=channel), SurveyNotOpen)
    assert isinstance(told(behind, record, kept), Accepted)
    assert alone.ids(record.survey.id) == {kept}


def test_a_publisher_whose_clock_jumps_back_takes_no_step_back(alone: Store) -> None:
    record = opened(alone)
    clock = Clock(record.survey.period.closes_at)
    publisher = closing(alone, clock=clock)
    publisher.advance(SurveyDue(record.survey.id))
    clock.now -= 5 * MINUTE
    publisher.advance(SurveyDue(record.survey.id))
    assert alone.surveys.get(record.survey.id).state is State.CLOSING


def test_a_ballot_kept_by_a_device_until_a_clock_ran_ahead_waits_for_a_person_and_gets_in_when_it_is_right(
    alone: Store,
) -> None:
    record, id_ = opened(alone), uuid4()
    clock = Clock(record.survey.period.late_until + MINUTE)
    here = collector(alone, clock)
    assert isinstance(told(here, record, id_, Channel.KIOSK), SurveyNotOpen)
    assert alone.db.quarantine.count_documents({"_id": id_}) == 1
    clock.now = datetime.now(UTC)
    assert isinstance(told(here, record, id_, Channel.KIOSK), Accepted)
