"""A publisher that ends at any step, or works beside another, leaves one edition; figures that do not agree leave none."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.publisher.closing import Closing, Stores, wait_after
from services.publisher.publishing import Publishing, Shelves
from shared.domain.acceptance import Accepted, Candidate
from shared.domain.announcement import Way
from shared.domain.ballot import Submission, check, digest
from shared.domain.edition import Correction
from shared.domain.survey import Channel, State
from shared.domain.token import BITS, token
from shared.events import BatchesAccepted, Event, SurveyDue
from shared.store import schema
from shared.store.acceptance import Acceptance, Moment
from shared.store.announcements import Announcements
from shared.store.comments import Comments
from shared.store.connection import StoreUnavailable, connect
from shared.store.editions import Editions
from shared.store.editions import Files as RealFiles
from shared.store.invitations import Invitations
from shared.store.measures import Measures
from shared.store.previous import Predecessors
from shared.store.surveys import Record
from tests import plans
from tests.harness import AUTHOR, Rig, Store, ballot, eventually, in_threads, unique

BALLOTS = 12
WRITES = ("move", "shut_gates", "put", "add", "enqueue", "publish")
STEPS = 10
COMMANDS = 20
"""Commands to the database that change something on the way to an edition, at least."""
CUTS = [*((step, True) for step in range(1, STEPS + 1)), (STEPS - 1, False)]
"""Before every write, the last of which is inside the transaction of the one before it, and after that transaction. What is
cut off after another write is cut off before the next."""


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
        here = self._left == 0
        if here and self._before:
            raise Killed
        result = write(*args, **options)
        if here:
            raise Killed
        return result


class _Cut:
    def __init__(self, target: Any, scalpel: Scalpel) -> None:
        self._target, self._scalpel = target, scalpel

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        return (lambda *a, **o: self._scalpel.cut(found, *a, **o)) if name in WRITES else found


@pytest.fixture(scope="module")
def url(system: Rig) -> str:
    """A database that no running publisher looks at."""
    return f"mongodb://127.0.0.1:{system.ports.mongodb}/{unique('publisher')}?directConnection=true"


@pytest.fixture(scope="module")
def alone(url: str) -> Iterator[Store]:
    db = connect(url, "test")
    schema.ensure(db)
    Announcements(db, AUTHOR).add(Way.WEBHOOK, "https://receiver.example", None, private=False)
    yield Store(db)
    db.client.close()


class Silent:
    def emit(self, _: Event) -> bool:
        return True


def later() -> datetime:
    """A clock that stands well after every period."""
    return datetime.now(UTC) + timedelta(days=1)


def two_files(results: Mapping[str, Any], *_: object) -> dict[str, bytes]:
    """In place of the documents, whose making touches no store and takes its time."""
    return {"notice.pdf": str(results["edition"]).encode(), "report.pdf": results["published_at"].encode()}


def much_later() -> datetime:
    """When even the longest wait is over."""
    return later() + timedelta(days=1)


def closing(store: Store, scalpel: Scalpel | None = None, clock: Callable[[], datetime] = later) -> Closing:
    around = scalpel.around if scalpel else lambda target: target
    db = store.db
    surveys, files = around(store.surveys), around(RealFiles(db))
    shelves = Shelves(
        surveys, store.ballots, around(Editions(db, RealFiles(db))), files, Predecessors(db), Measures(db), Comments(db),
        around(Announcements(db)), invitations=Invitations(db),
    )  # fmt: skip
    publishing = Publishing(shelves, clock, make=two_files)
    return Closing(Stores(surveys, store.ballots, store.tallies, files), publishing, Silent(), clock)


def answered(store: Store, *strata: dict[str, Any], scored: bool = True, **changes: object) -> Record:
    """An open survey with ballots in it."""
    record = store.opened(plans.small(unique("step"), *strata, **changes))
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
    assert editions[0].digest == editions[0].computed_digest()
    assert [each.edition for each in Announcements(store.db).all(survey)] == [1]
    chunks = store.db["files.chunks"].aggregate([{"$group": {"_id": {"f": "$files_id", "n": "$n"}, "c": {"$sum": 1}}}])
    assert {chunk["c"] for chunk in chunks} == {1}


@pytest.mark.parametrize(("step", "before"), CUTS)
def test_a_publisher_killed_at_any_write_is_followed_by_one_that_finishes(alone: Store, step: int, before: bool) -> None:
    survey = answered(alone).survey.id
    with pytest.raises(Killed):
        closing(alone, Scalpel(step, before)).advance(SurveyDue(survey))
    closing(alone).advance(SurveyDue(survey))
    assert_published_once(alone, survey)


def test_publishers_that_the_system_kills_at_any_command_are_followed_by_one_that_finishes(alone: Store, url: str) -> None:
    surveys = {answered(alone).survey.id: step for step in range(1, COMMANDS + 1, 4)}
    command = [sys.executable, "-m", "tests.faults.killed", url, *(f"{survey}:{step}" for survey, step in surveys.items())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.splitlines() == [f"{survey} {signal.SIGKILL.value}" for survey in surveys]
    half = [survey for survey in surveys if alone.surveys.get(survey).state is not State.PUBLISHED]
    assert [survey for survey in half if Announcements(alone.db).all(survey)] == []
    eventually("all are published", lambda: all(finished(alone, survey) for survey in surveys), within=180)
    assert [assert_published_once(alone, survey) for survey in surveys] == [None] * len(surveys)


def finished(store: Store, survey: str) -> bool:
    """Whether the survey is published once another publisher did what it could; a transaction that nobody ends holds it up."""
    with suppress(StoreUnavailable):
        closing(store, clock=much_later).advance(SurveyDue(survey))
    return store.surveys.get(survey).state is State.PUBLISHED


def test_invitations_are_told_as_of_the_first_edition_and_only_of_strata_that_invite(alone: Store) -> None:
    strata = (
        plans.stratum("desk"),
        plans.stratum("invited", admission="invited"),
        plans.stratum("nobody", admission="invited"),
    )
    survey = answered(alone, *strata).survey.id
    for stratum, number in (("desk", 2), ("invited", 3)):
        Invitations(alone.db, AUTHOR).issue(survey, stratum, [token(secrets.randbits(BITS)) for _ in range(number)])
    closing(alone).advance(SurveyDue(survey))
    alone.db.invitations.delete_many({"survey": survey})
    alone.surveys.correct(alone.surveys.get(survey), asked())
    closing(alone).advance(SurveyDue(survey))
    editions = Editions(alone.db, RealFiles(alone.db)).all(survey)
    assert [edition.results["handed_out"] for edition in editions] == [{"invited": 3}, {"invited": 3}]


def test_there_are_so_many_writes_on_the_way_to_an_edition(alone: Store) -> None:
    survey = answered(alone).survey.id
    closing(alone, Scalpel(STEPS + 1, before=True)).advance(SurveyDue(survey))
    assert_published_once(alone, survey)


def test_an_edition_that_is_stored_and_not_out_is_announced_to_nobody(alone: Store) -> None:
    survey = answered(alone).survey.id
    with pytest.raises(Killed):
        closing(alone, Scalpel(STEPS - 1, before=True)).advance(SurveyDue(survey))
    assert alone.surveys.get(survey).state is State.SEALED
    assert len(Editions(alone.db, RealFiles(alone.db)).all(survey)) == 1
    assert Announcements(alone.db).all(survey) == []


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
    closing(alone, clock=much_later).advance(SurveyDue(survey))
    record = alone.surveys.get(survey)
    assert (record.state, record.tries) == (State.CLOSING, 2)
    assert record.problem is not None
    assert record.problem.startswith("the figures do not agree: ")
    assert Editions(alone.db, RealFiles(alone.db)).all(survey) == []


def test_a_survey_whose_figures_were_mended_goes_on(alone: Store) -> None:
    survey = answered(alone).survey.id
    alter_ballot(alone, survey)
    closing(alone).advance(SurveyDue(survey))
    altered = [s.ballot.id for chunk in alone.ballots.chunks(survey) for s in chunk if digest(s.ballot) != s.digest]
    alone.db.ballots.update_one({"_id": altered[0]}, {"$set": {"answers.C1": 1}})
    closing(alone, clock=much_later).advance(SurveyDue(survey))
    assert_published_once(alone, survey)
    assert alone.surveys.get(survey).problem is None


def test_what_was_refused_is_not_tried_again_before_its_time_unless_a_person_asks(alone: Store) -> None:
    survey = answered(alone).survey.id
    alter_ballot(alone, survey)
    closing(alone).advance(SurveyDue(survey))
    refused = alone.surveys.get(survey)
    closing(alone).advance(SurveyDue(survey))
    assert alone.surveys.get(survey).tries == refused.tries == 1
    assert survey not in alone.surveys.due(later())
    alone.surveys.try_again(refused)
    assert survey in alone.surveys.due(later())


def test_waits_double_up_to_five_minutes() -> None:
    assert [wait_after(tries).total_seconds() for tries in (0, 1, 2, 5, 6, 100)] == [5, 10, 20, 160, 300, 300]


def test_a_look_names_only_surveys_whose_next_step_is_due(alone: Store) -> None:
    waiting = answered(alone).survey.id
    draft = alone.surveys.load(plans.small(unique("draft"))).survey.id
    by_person = answered(alone, release="person", period=plans.period(-60, 60, 1)).survey.id
    closing(alone).advance(SurveyDue(by_person))
    assert alone.surveys.get(by_person).state is State.SEALED
    assert not {waiting, draft, by_person} & set(alone.surveys.due(datetime.now(UTC)))
    assert waiting in alone.surveys.due(later())
    assert by_person not in alone.surveys.due(later())
    alone.surveys.move(alone.surveys.get(by_person), State.SEALED, released_by="Ai đó")
    assert by_person in alone.surveys.due(later())


def test_surveys_of_an_earlier_release_are_put_on_the_calendar(alone: Store) -> None:
    survey = answered(alone).survey.id
    alone.db.surveys.update_one({"_id": survey}, {"$unset": {"due_at": 1, "tries": 1, "retry_at": 1, "correction": 1}})
    alone.surveys.schedule()
    assert survey in alone.surveys.due(later())


def test_ballots_that_are_not_those_that_were_sealed_are_not_published(alone: Store) -> None:
    survey = answered(alone).survey.id
    with pytest.raises(Killed):
        closing(alone, Scalpel(5, before=False)).advance(SurveyDue(survey))
    remove_ballot(alone, survey)
    closing(alone).advance(SurveyDue(survey))
    record = alone.surveys.get(survey)
    assert record.state is State.SEALED
    assert "not those that were sealed" in str(record.problem)


def asked(reason: str = "Một con số sai") -> Correction:
    return Correction(uuid4().hex, {"vi": reason}, "Người sửa")


@pytest.mark.parametrize(("step", "before"), [(1, True), (3, True), (4, True), (5, True), (4, False)])
def test_a_correction_that_is_cut_off_at_any_write_makes_one_edition(alone: Store, step: int, before: bool) -> None:
    survey = answered(alone).survey.id
    closing(alone).advance(SurveyDue(survey))
    alone.surveys.correct(alone.surveys.get(survey), asked())
    with pytest.raises(Killed):
        closing(alone, Scalpel(step, before)).advance(SurveyDue(survey))
    closing(alone).advance(SurveyDue(survey))
    editions = Editions(alone.db, RealFiles(alone.db)).all(survey)
    assert [edition.number for edition in editions] == [1, 2]
    assert editions[1].results["correction"]["digest"] == editions[0].digest
    assert [each.edition for each in Announcements(alone.db).all(survey)] == [2, 1]


def test_an_edition_made_for_a_correction_that_was_withdrawn_never_comes_out(alone: Store) -> None:
    survey = answered(alone).survey.id
    closing(alone).advance(SurveyDue(survey))
    alone.surveys.correct(alone.surveys.get(survey), asked("Lý do thứ nhất"))
    with pytest.raises(Killed):
        closing(alone, Scalpel(3, before=False)).advance(SurveyDue(survey))
    alone.surveys.withdraw(alone.surveys.get(survey))
    alone.surveys.correct(alone.surveys.get(survey), asked("Lý do thứ hai"))
    closing(alone).advance(SurveyDue(survey))
    reasons = [
        edition.results["correction"]["reason"]["vi"] for edition in Editions(alone.db, RealFiles(alone.db)).all(survey)[1:]
    ]
    assert reasons == ["Lý do thứ hai"]
