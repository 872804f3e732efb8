"""Group commit: ballots that wait at the same moment are committed together.

Requests hand their ballots to one committing thread and wait for the outcome. Nothing is delayed to fill a batch: while one
commit is under way the next one gathers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collector.metrics import BALLOTS_WAITING, COMMIT_BALLOTS, COMMIT_SECONDS
from shared import log, tracing
from shared.domain.acceptance import Candidate, Outcome
from shared.events import BATCHES_LIMIT, BatchesAccepted, Event
from shared.store.acceptance import Commit, Moment
from shared.store.connection import StoreUnavailable

logger = logging.getLogger(__name__)

COMMIT_LIMIT = 500
"""Ballots that are committed in one transaction at most."""

EVENTS_LIMIT = 1_000
"""Batches that may wait to be announced. What comes on top is left to the sweeper."""

EMIT_AFTER = 0.3
"""Seconds that a batch waits for others to be announced with it."""


class Store(Protocol):
    """Where ballots are committed."""

    def accept(self, candidates: Sequence[Candidate], moment: Moment) -> Commit: ...


class Emits(Protocol):
    """Where events are sent."""

    def emit(self, event: Event) -> bool: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A ballot that asks to be accepted, and the time zone that its day is told in."""

    candidate: Candidate
    timezone: str


@dataclass(frozen=True, slots=True)
class _Request:
    ids: tuple[str, ...]
    entries: Sequence[Entry]
    expires: float
    reply: SimpleQueue[list[Outcome] | Exception] = field(default_factory=SimpleQueue)


@dataclass(frozen=True, slots=True)
class _Announced:
    """A batch to be announced, and the requests that were committed with it."""

    batch: UUID
    requests: tuple[str, ...]


class Intake:
    """The way of a ballot into the store. Threads start with the first ballot."""

    def __init__(self, store: Store, emitter: Emits, clock: Callable[[], datetime], deadline: float) -> None:
        self._store = store
        self._emitter = emitter
        self._clock = clock
        self._deadline = deadline
        self._requests: SimpleQueue[_Request] = SimpleQueue()
        self._batches: SimpleQueue[_Announced] = SimpleQueue()
        self._starting = threading.Lock()
        self._started = False

    def accept(self, entries: Sequence[Entry]) -> list[Outcome]:
        """The outcome of each ballot, once it is durable. At most `COMMIT_LIMIT` at once.

        Raises StoreUnavailable when the store did not commit before the deadline. What was then committed all the same is
        found by sending the same ballots again.
        """
        self._start()
        request = _Request(log.request_ids.get(), entries, time.monotonic() + self._deadline)
        BALLOTS_WAITING.inc(len(entries))
        self._requests.put(request)
        try:
            answer = request.reply.get(timeout=self._deadline)
        except Empty:
            raise StoreUnavailable("no commit before the deadline") from None
        finally:
            BALLOTS_WAITING.dec(len(entries))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _start(self) -> None:
        if self._started:
            return
        with self._starting:
            if not self._started:
                threading.Thread(target=self._commit_forever, name="commit", daemon=True).start()
                threading.Thread(target=self._emit_forever, name="emit", daemon=True).start()
                self._started = True

    def _commit_forever(self) -> None:
        while True:
            requests = self._gather()
            with log.working_on(*(id_ for request in requests for id_ in request.ids)):
                self._commit(requests)

    def _gather(self) -> list[_Request]:
        """Wait for a request, then take all that wait with it; those whose sender was told 503 are dropped."""
        requests = [self._requests.get()]
        size = len(requests[0].entries)
        while size < COMMIT_LIMIT:
            try:
                request = self._requests.get_nowait()
            except Empty:
                break
            requests.append(request)
            size += len(request.entries)
        now = time.monotonic()
        return [request for request in requests if request.expires > now]

    def _commit(self, requests: list[_Request]) -> None:
        entries = [entry for request in requests for entry in request.entries]
        if not entries:
            return
        now = self._clock()
        days = {e.candidate.ballot.survey: now.astimezone(ZoneInfo(e.timezone)).date() for e in entries}
        try:
            with COMMIT_SECONDS.time(), tracing.span("commit", ballots=len(entries)):
                commit = self._store.accept([entry.candidate for entry in entries], Moment(now, days))
        except StoreUnavailable as error:
            logger.warning("store did not commit", extra={"ballots": len(entries)})
            for request in requests:
                request.reply.put(error)
        except Exception as error:  # noqa: BLE001 - one request must not take down the others that came at the same moment
            self._commit_apart(requests, error)
        else:
            COMMIT_BALLOTS.observe(len(entries))
            self._answer(requests, commit)

    def _commit_apart(self, requests: list[_Request], error: Exception) -> None:
        logger.exception("commit failed", extra={"requests": len(requests)})
        if len(requests) == 1:
            requests[0].reply.put(error)
            return
        for request in requests:
            self._commit([request])

    def _answer(self, requests: list[_Request], commit: Commit) -> None:
        start = 0
        for request in requests:
            end = start + len(request.entries)
            request.reply.put(commit.outcomes[start:end])
            start = end
        if self._batches.qsize() < EVENTS_LIMIT:
            for batch in commit.batches:
                self._batches.put(_Announced(batch, log.request_ids.get()))

    def _emit_forever(self) -> None:
        while True:
            announced = self._gather_batches()
            # A commit may have made several batches, of as many surveys: its requests are told once.
            with log.working_on(*dict.fromkeys(id_ for each in announced for id_ in each.requests)):
                if not self._emitter.emit(BatchesAccepted(tuple(each.batch for each in announced))):
                    self._leave_to_sweeper()

    def _gather_batches(self) -> list[_Announced]:
        """Wait for a batch, and a moment for others to be scored with it: one transaction for all costs far less."""
        batches = [self._batches.get()]
        if self._batches.qsize() < BATCHES_LIMIT:
            time.sleep(EMIT_AFTER)
        while len(batches) < BATCHES_LIMIT:
            try:
                batches.append(self._batches.get_nowait())
            except Empty:
                break
        return batches

    def _leave_to_sweeper(self) -> None:
        """The broker is away: drop what waits to be sent, and give it a moment."""
        while True:
            try:
                self._batches.get_nowait()
            except Empty:
                break
        time.sleep(1.0)
