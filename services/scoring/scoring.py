"""Scoring: what happens when batches of ballots were accepted, and when some were left waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.scoring.running import RunningIndices
from shared.domain.survey import State, Survey
from shared.events import BatchesAccepted, Event, SweepDue, batches_accepted
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

    def score(self, event: BatchesAccepted) -> None:
        """Score the batches, unless that was done. Raises StoreUnavailable."""
        for survey_id, batch_ids in self._tallies.surveys_of(event.batch_ids).items():
            survey = self._plan(survey_id)
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
        for event in batches_accepted(stale):
            if not self._emitter.emit(event):
                return
        if stale:
            logger.warning("batches emitted again", extra={"batches": len(stale)})
