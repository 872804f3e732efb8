"""One run: two surveys, clients of every kind, the faults of a schedule; everything sealed in the end; and its history."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bson import Binary

from shared.domain.ballot import receipt
from shared.domain.survey import State
from shared.store.connection import Db, StoreConflict, StoreUnavailable
from shared.store.editions import File, Files
from shared.store.indices import Indices
from shared.store.invitations import Invitations
from tests.faults import load
from tests.faults.history import History, Left, Look, Rules, Stored
from tests.faults.schedule import Schedule
from tests.faults.world import Hands, Linked
from tests.harness import AUTHOR, Store, database, eventually, unique

BALLOTS = 520
"""Ballots that are acknowledged before the first survey is closed."""

PATIENCE = 180.0
"""Seconds for which clients go on towards `BALLOTS` whatever is broken."""

PERIOD = (4.0, 8.0)
GRACE = 1.0
SETTLED_WITHIN = 120.0
"""Seconds after everything was mended in which both surveys must have come to their ends."""


@dataclass
class Course:
    """What is known of a run as it goes."""

    surveys: tuple[str, str]
    recorder: load.Recorder = field(default_factory=load.Recorder)
    looks: list[Look] = field(default_factory=list)
    rules: dict[str, Rules] = field(default_factory=dict)
    invitations: dict[str, tuple[str, str]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)


def run(rig: Linked, schedule: Schedule, ballots: int = BALLOTS, period: tuple[float, float] = PERIOD) -> History:
    """Try `schedule`; the second survey is open for a number of seconds in `period`.

    Raises AssertionError where something cannot be mended.
    """
    course = Course((unique("first"), unique("second")))
    with database(rig.home) as db:
        store = Store(db)
        _open(course, store, schedule.chance("period").uniform(*period))
        with _looking(course, db), ThreadPoolExecutor(4) as hands:
            done = [hands.submit(_when, fault, course, rig) for fault in schedule.faults]
            _load(course, rig, schedule, ballots, lambda: all(d.done() for d in done), store)
            for each in done:
                each.result()
            rig.ensure_running()
            _settle(course, store)
        left = {survey: what_is_left(survey, store) for survey in course.surveys}
    return History(course.rules, course.recorder.invocations, course.looks, left, course.invitations)


def _open(course: Course, store: Store, closes: float) -> None:
    first, second = course.surveys
    tokens = [token for of_client in load.tokens_of(first) for token in of_client]
    course.invitations = dict.fromkeys(tokens, (first, "invited"))
    store.opened(load.plan_of(first, 3_600, GRACE, *load.STRATA, release="person"))
    Invitations(store.db, AUTHOR).issue(first, "invited", tokens)
    record = store.opened(load.plan_of(second, closes, GRACE, *load.SIMPLE))
    period = record.survey.period
    shut = (period.closes_at.timestamp(), period.late_until.timestamp())
    course.rules[second] = Rules({s: load.STRATA[s] for s in load.SIMPLE}, load.FACTORS, *shut, *shut)


def _when(fault: Any, course: Course, rig: Linked) -> None:
    if fault.at_closing:
        course.closing.wait()
    time.sleep(fault.after)
    Hands(rig).do(fault)


def _load(course: Course, rig: Linked, schedule: Schedule, ballots: int, mended: Callable[[], bool], store: Store) -> None:
    """Clients act until enough was acknowledged, then the first survey is closed, and they go on until all is mended."""
    sender = load.Sender(rig.url(), course.recorder)
    stop = threading.Event()
    second_until = course.rules[course.surveys[1]].closes
    clients = [
        load.Client(schedule.chance(f"client {number}"), sender, course.surveys, tokens, second_until)
        for number, tokens in enumerate(load.tokens_of(course.surveys[0]))
    ]
    with ThreadPoolExecutor(len(clients)) as pool:
        acting = [pool.submit(_act, client, course, stop) for client in clients]
        deadline = time.monotonic() + PATIENCE
        while len(course.recorder.acknowledged) < ballots and time.monotonic() < deadline:
            time.sleep(0.05)
        course.closing.set()
        try:
            _close(course, store)
            time.sleep(GRACE + 0.3)
            eventually("everything is mended", mended, within=60)
        finally:
            stop.set()
        for each in acting:
            each.result()
    sender.close()


def _act(client: load.Client, course: Course, stop: threading.Event) -> None:
    while not stop.is_set():
        client.act()
        # Slower when closed: then only refusals are left to see.
        stop.wait(client.chance.uniform(0, 0.5 if course.closing.is_set() else 0.12))


def _close(course: Course, store: Store) -> None:
    """Close the first survey by hand, as often as it takes while the store is away."""
    survey = course.surveys[0]
    at = datetime.now(UTC)

    def closed() -> bool:
        try:
            record = store.surveys.get(survey)
            if record.state is State.OPEN:
                store.surveys.move(record, State.CLOSING, closed_at=at)
        except StoreConflict:
            return False
        return True

    eventually("the first survey is closed", closed, within=120, every=0.3)
    shut = time.time()
    # A ballot of a kiosk is let in until sealing shuts the gates; when that was, sealing writes.
    late = at.timestamp() + GRACE
    course.rules[survey] = Rules(load.STRATA, load.FACTORS, at.timestamp(), late, shut, float("inf"), ends="sealed")


def _settle(course: Course, store: Store) -> None:
    """Wait until both surveys came to their ends. Where they do not, what is left says so."""
    deadline = time.monotonic() + SETTLED_WITHIN
    for survey in course.surveys:
        while time.monotonic() < deadline and not _has_ended(survey, course.rules[survey].ends, store):
            time.sleep(0.2)


def _has_ended(survey: str, ends: str, store: Store) -> bool:
    try:
        return store.surveys.get(survey).state.value == ends
    except StoreUnavailable:
        return False


@contextmanager
def _looking(course: Course, db: Db) -> Iterator[None]:
    """Look at the running figures as `hailong status` does, again and again."""
    indices, stop = Indices(db), threading.Event()

    def look() -> None:
        while not stop.wait(0.2):
            for survey in course.surveys:
                begun = time.time()
                try:
                    shown = indices.shown(survey)
                except StoreUnavailable:
                    continue
                ended = time.time()
                for figures in shown.values():
                    seen = Look(survey, begun, ended, figures.counted, figures.overall, figures.factors)
                    if not course.looks or (seen.survey, seen.counted) != _seen(course.looks[-1]):
                        course.looks.append(seen)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _seen(look: Look) -> tuple[str, Any]:
    return look.survey, look.counted


def what_is_left(survey: str, store: Store) -> Left:
    """What the database holds of the survey, read as it stands there."""
    db, found = store.db, {"survey": survey}
    record = store.surveys.get(survey)
    sealing = record.sealing
    register = None if sealing is None else Files(db).get(File(**sealing["file"])).decode().split()
    return Left(
        state=record.state.value,
        problem=record.problem,
        ballots=[_stored(document) for document in db.ballots.find(found)],
        cells=[cell for document in db.tallies.find(found) for cell in document["cells"]],
        accepted=sum(gate["accepted"] for gate in db.gates.find(found)),
        waiting=sum(len(batch["ballots"]) for batch in db.batches.find(found)),
        free={place["stratum"]: place["free"] for place in db.places.find(found)},
        register=register,
        root=None if sealing is None else sealing["register"]["root"],
        sealed=None if sealing is None else sealing["equation"],
        editions=[edition["results"] for edition in db.editions.find(found)],
    )


def _stored(document: dict[str, Any]) -> Stored:
    digest = document["digest"]
    return Stored(
        id=str(document["_id"]),
        survey=document["survey"],
        stratum=document["stratum"],
        channel=document["channel"],
        answers=document["answers"],
        counted=not document["surplus"],
        receipt=receipt(bytes(digest) if isinstance(digest, Binary) else digest),
    )
