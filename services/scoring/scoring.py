"""Scoring: what happens when a batch of ballots was accepted, and when batches were left waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from services.scoring.running import RunningIndices
from shared.domain.survey import State, Survey
from shared.events import BatchAccepted, Event, SweepDue
from shared.store.surveys import Surveys
from shared.store.tallies import BatchBroken, Tallies
from shared.store.watch import Quarantine

logger = logging.getLogger(__name__)


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

    def score(self, event: BatchAccepted) -> None:
        """Score the batch, unless that was done. Raises StoreUnavailable."""
        survey_id = self._tallies.survey_of(event.batch_id)
        if survey_id is None:
            return
        survey = self._plan(survey_id)
        try:
            ballots = self._tallies.score(event.batch_id, survey)
        except BatchBroken as error:
            logger.exception("batch set aside", extra={"batch": str(event.batch_id)})
            self._tallies.set_aside(event.batch_id, str(error))
            self._quarantine.add_message(str(error), str(event.batch_id))
            return
        if ballots:
            logger.info("batch scored", extra={"batch": str(event.batch_id), "survey": survey_id, "ballots": ballots})
            self._running.follow_soon(survey)

    def _plan(self, survey_id: str) -> Survey:
        """The survey that ballots are counted by. A plan never changes once ballots can come in."""
        if survey_id not in self._plans:
            self._plans[survey_id] = self._surveys.get(survey_id).survey
        return self._plans[survey_id]


class Sweeper:
    """Finds what was left behind: batches whose message was lost or never sent, indices that did not follow."""

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

    def sweep(self, _: SweepDue) -> None:
        """Have every open survey's indices follow, and emit every batch that waits too long. Raises StoreUnavailable."""
        for record in self._surveys.in_states(State.OPEN, State.CLOSING):
            self._running.follow(record.survey)
        stale = self._tallies.stale(self._clock() - self._older)
        for batch_id in stale:
            if not self._emitter.emit(BatchAccepted(batch_id)):
                return
        if stale:
            logger.warning("batches emitted again", extra={"batches": len(stale)})
