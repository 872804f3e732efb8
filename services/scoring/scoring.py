"""Scoring: what happens when batches of ballots were accepted, and when some were left waiting."""

from __future__ import annotations

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.scoring.running import RunningIndices
from shared import tracing
from shared.domain.survey import State, Survey
from shared.events import BatchesAccepted, Event, SweepDue, batches_accepted
from shared.store.surveys import Surveys
from shared.store.tallies import BatchBroken, Tallies
from shared.store.watch import Quarantine

logger = logging.getLogger(__name__)

TURN = 5
"""Open surveys whose indices a sweep looks at though nothing says that they are behind."""

ANNOUNCED_FOR = 3
"""A batch that still waits is emitted again after so many times the age from which it counts as left behind."""


class Emits(Protocol):
    """Where events are sent."""

    def emit(self, event: Event) -> bool: ...


class Scoring:
    """Moves tallies forward, batch by batch."""

    def __init__(self, surveys: Surveys, tallies: Tallies, running: RunningIndices, quarantine: Quarantine) -> None:
        self._surveys = surveys
        self._tallies = tallies
        self._running = running
        self._quarantine = quarantine
        self._plans: dict[str, Survey] = {}

    def score(self, event: BatchesAccepted) -> None:
        """Score the batches, unless that was done. Raises StoreUnavailable."""
        for survey_id, batch_ids in self._tallies.surveys_of(event.batch_ids).items():
            survey = self._plan(survey_id)
            with tracing.span("score", survey=survey_id, batches=len(batch_ids)):
                ballots = self._score_together(batch_ids, survey)
            logger.info("batches scored", extra={"survey": survey_id, "batches": len(batch_ids), "ballots": ballots})
            self._running.follow_soon(survey)

    def _score_together(self, batch_ids: list[UUID], survey: Survey) -> int:
        """Score in one transaction; where one of the batches is broken, each by itself, and set that one aside."""
        try:
            return self._tallies.score(batch_ids, survey)
        except BatchBroken as error:
            if len(batch_ids) > 1:
                return sum(self._score_together([batch_id], survey) for batch_id in batch_ids)
            logger.exception("batch set aside", extra={"batch": str(batch_ids[0])})
            self._tallies.set_aside(batch_ids[0], str(error))
            self._quarantine.add_message(f"batch {batch_ids[0]}: {error}", str(batch_ids[0]))
            return 0

    def _plan(self, survey_id: str) -> Survey:
        """The survey that ballots are counted by. A plan never changes once ballots can come in."""
        if survey_id not in self._plans:
            self._plans[survey_id] = self._surveys.get(survey_id).survey
        return self._plans[survey_id]


class Sweeper:
    """Finds what was left behind: batches whose message was lost or never sent, indices that did not follow.

    A sweep costs the same however many surveys are open: those whose indices are known to be behind, and a few of the others
    in turn, whose update may have been lost with a worker.
    """

    def __init__(
        self,
        surveys: Surveys,
        tallies: Tallies,
        running: RunningIndices,
        emitter: Emits,
        clock: Callable[[], datetime],
        older: float,
    ) -> None:
        self._surveys = surveys
        self._tallies = tallies
        self._running = running
        self._emitter = emitter
        self._clock = clock
        self._older = timedelta(seconds=older)
        self._announced: dict[UUID, datetime] = {}
        self._last = ""
        self._sweeping = threading.Lock()

    def sweep(self, _: SweepDue) -> None:
        """Emit the batches that wait too long, and have indices follow. Raises StoreUnavailable.

        Does nothing while another thread sweeps: sweeps that take longer than the time between two would otherwise fill the
        queue, and ballots would wait behind them.
        """
        if not self._sweeping.acquire(blocking=False):
            return
        try:
            self._announce()
            self._running.catch_up()
            self._follow_some()
        finally:
            self._sweeping.release()

    def _announce(self) -> None:
        """Emit the batches that wait too long. One that was emitted a while ago may still stand in the queue."""
        now = self._clock()
        stale = self._tallies.stale(now - self._older)
        pause = ANNOUNCED_FOR * self._older
        recently = {id_: at for id_ in stale if (at := self._announced.get(id_)) is not None and now - at < pause}
        self._announced = recently
        due = [id_ for id_ in stale if id_ not in recently]
        for event in batches_accepted(due):
            if not self._emitter.emit(event):
                return
            self._announced.update(dict.fromkeys(event.batch_ids, now))
        if due:
            logger.warning("batches emitted again", extra={"batches": len(due)})

    def _follow_some(self) -> None:
        """Have the next few open surveys' indices follow."""
        open_ones = self._surveys.ids_in_states(State.OPEN, State.CLOSING)
        start = bisect_right(open_ones, self._last)
        turn = (open_ones[start:] + open_ones[:start])[:TURN]
        for survey_id in turn:
            self._running.follow(self._surveys.get(survey_id).survey)
        self._last = turn[-1] if turn else ""
