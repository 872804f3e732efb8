"""A publisher that ends at any step, or works beside another, leaves one edition; figures that do not agree leave none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.publisher.closing import Closing, Stores
from services.publisher.publishing import Publishing
from shared.domain.acceptance import Accepted, Candidate
from shared.domain.ballot import Submission, check, digest
from shared.domain.survey import Channel, State
from shared.events import BatchesAccepted, Event, SurveyDue
from shared.store import schema
from shared.store.acceptance import Acceptance, Moment
from shared.store.connection import connect
from shared.store.editions import Editions
from shared.store.editions import Files as RealFiles
from shared.store.previous import Predecessors
from shared.store.surveys import Record
from tests import plans
from tests.harness import Rig, Store, ballot, in_threads, unique

BALLOTS = 12
WRITES = ("move", "shut_gates", "put", "add")


class Killed(BaseException):
    """As SIGKILL: nothing catches it."""


class Scalpel:
    """Ends the process before or after its nth write."""

    def __init__(self, at: int, before: bool) -> None:
        self._left = at
        self._before = before

    def around(self, target: Any) -> Any:
        return _Cut(target, self)

    def cut(self, write: Callable[..., Any], *args: Any, **options: Any) -> Any:
        self._left -= 1
        if self._left == 0 and self._before:
            raise Killed
        result = write(*args, **options)
        if self._left == 0:
            raise Killed
        return result


class _Cut:
    def __init__(self, target: Any, scalpel: Scalpel) -> None:
        self._target, self._scalpel = target, scalpel

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        return (lambda *a, **o: self._scalpel.cut(found, *a, **o)) if name in WRITES else found


@pytest.fixture(scope="module")
def alone(system: Rig) -> Iterator[Store]:
    """A database that no running publisher looks at."""
    url = f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('publisher')}?directConnection=true"
    db = connect(url, "test")
    schema.ensure(db)
    yield Store(db)
    db.client.close()


class Silent:
    def emit(self, _: Event) -> bool:
        return True


def later() -> datetime:
    """A clock that stands well after every period."""
    return datetime.now(UTC) + timedelta(days=1)


def closing(store: Store, scalpel: Scalpel | None = None) -> Closing:
    around = scalpel.around if scalpel else lambda target: target
    surveys, files = around(store.surveys), around(RealFiles(store.db))
    editions = around(Editions(store.db, RealFiles(store.db)))
    publishing = Publishing(surveys, store.ballots, editions, files, Predecessors(store.db), later)
    return Closing(Stores(surveys, store.ballots, store.tallies, files), publishing, Silent(), later)


def answered(store: Store, *, scored: bool = True) -> Record:
    """An open survey with ballots in it."""
    record = store.opened(plans.small(unique("step")))
    for number in range(BALLOTS):
        body = {**ballot(answers={"C1": 1 + number % 5, "C2": 5, "C3": 4, "Q": 4}), "channel": Channel.WEB}
        checked = check(Submission(id=uuid4(), **body), record.survey)
        candidate = Candidate(checked, digest(checked), record.survey.strata["desk"][1])
        moment = Moment(datetime.now(UTC), {record.survey.id: datetime.now(UTC).date()})
        (outcome,) = Acceptance(store.db, slot=0, deadline=10).accept([candidate], moment).outcomes
        assert isinstance(outcome, Accepted)
    if scored:
        store.tallies.score(store.tallies.waiting_ids(record.survey.id), record.survey)
    return record


def assert_published_once(store: Store, survey: str) -> None:
    record = store.surveys.get(survey)
    editions = Editions(store.db, RealFiles(store.db)).all(survey)
    assert (record.state, record.editions, len(editions)) == (State.PUBLISHED, 1, 1)
    for name in editions[0].documents:
        content, file = Editions(store.db, RealFiles(store.db)).document(editions[0], name)
        assert len(content) == file.size
    chunks = store.db["files.chunks"].aggregate([{"$group": {"_id": {"f": "$files_id", "n": "$n"}, "c": {"$sum": 1}}}])
    assert {chunk["c"] for chunk in chunks} == {1}


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 9))
def test_a_publisher_killed_at_any_write_is_followed_by_one_that_finishes(alone: Store, step: int, before: bool) -> None:
    survey = answered(alone).survey.id
    with pytest.raises(Killed):
        closing(alone, Scalpel(step, before)).advance(SurveyDue(survey))
    closing(alone).advance(SurveyDue(survey))
    assert_published_once(alone, survey)


def test_there_are_eight_writes_on_the_way_to_an_edition(alone: Store) -> None:
    survey = answered(alone).survey.id
    closing(alone, Scalpel(9, before=True)).advance(SurveyDue(survey))
    assert_published_once(alone, survey)


def test_an_upload_that_was_cut_off_is_completed(alone: Store) -> None:
    files, content = RealFiles(alone.db), b"a document" * 100_000
    stored = files.put(content, "text/plain")
    alone.db["files.files"].delete_one({"_id": stored.sha256})
    again = files.put(content, "text/plain")
    assert again == stored
    assert files.get(again) == content


def test_publishers_at_once_make_one_edition(alone: Store) -> None:
    survey = answered(alone).survey.id
    in_threads(4, lambda c: c.advance(SurveyDue(survey)), [closing(alone) for _ in range(4)])
    closing(alone).advance(SurveyDue(survey))
    assert_published_once(alone, survey)


def test_a_publisher_asks_again_for_batches_that_wait_and_does_not_seal(alone: Store) -> None:
    record = answered(alone, scored=False)
    asked: list[Event] = []

    class Noting:
        def emit(self, event: Event) -> bool:
            asked.append(event)
            return True

    waits = closing(alone)
    waits._emitter = Noting()
    waits.advance(SurveyDue(record.survey.id))
    assert alone.surveys.get(record.survey.id).state is State.CLOSING
    named = {id_ for event in asked if isinstance(event, BatchesAccepted) for id_ in event.batch_ids}
    assert named == set(alone.tallies.waiting_ids(record.survey.id))


def alter_ballot(store: Store, survey: str) -> None:
    store.db.ballots.update_one({"survey": survey, "answers.C1": 1}, {"$set": {"answers.C1": 5}})


def remove_ballot(store: Store, survey: str) -> None:
    store.db.ballots.delete_one({"survey": survey})


def add_ballot(store: Store, survey: str) -> None:
    document = store.db.ballots.find_one({"survey": survey})
    assert document is not None
    store.db.ballots.insert_one({**document, "_id": uuid4()})


def alter_tally(store: Store, survey: str) -> None:
    document = store.db.tallies.find_one({"survey": survey})
    assert document is not None
    remove_tally(store, survey)
    store.db.tallies.insert_one(_more_counted(document))


def _more_counted(value: Any) -> Any:
    """The document with every count one higher."""
    if isinstance(value, dict):
        return {k: v + 1 if k == "counted" else _more_counted(v) for k, v in value.items()}
    return [_more_counted(v) for v in value] if isinstance(value, list) else value


def remove_tally(store: Store, survey: str) -> None:
    store.db.tallies.delete_many({"survey": survey})


def break_batch(store: Store, survey: str) -> None:
    batch = uuid4()
    store.db.batches.insert_one({"_id": batch, "survey": survey, "ballots": [uuid4()], "committed_at": None})
    store.tallies.set_aside(batch, "names a ballot that is not there")


@pytest.mark.parametrize("tamper", [alter_ballot, remove_ballot, add_ballot, alter_tally, remove_tally, break_batch])
def test_figures_that_do_not_agree_are_not_sealed_and_the_reason_is_told(
    alone: Store, tamper: Callable[[Store, str], None]
) -> None:
    survey = answered(alone).survey.id
    tamper(alone, survey)
    closing(alone).advance(SurveyDue(survey))
    closing(alone).advance(SurveyDue(survey))
    record = alone.surveys.get(survey)
    assert record.state is State.CLOSING
    assert record.problem is not None
    assert record.problem.startswith("the figures do not agree: ")
    assert Editions(alone.db, RealFiles(alone.db)).all(survey) == []


def test_a_survey_whose_figures_were_mended_goes_on(alone: Store) -> None:
    survey = answered(alone).survey.id
    alter_ballot(alone, survey)
    closing(alone).advance(SurveyDue(survey))
    altered = [s.ballot.id for chunk in alone.ballots.chunks(survey) for s in chunk if digest(s.ballot) != s.digest]
    alone.db.ballots.update_one({"_id": altered[0]}, {"$set": {"answers.C1": 1}})
    closing(alone).advance(SurveyDue(survey))
    assert_published_once(alone, survey)
    assert alone.surveys.get(survey).problem is None
