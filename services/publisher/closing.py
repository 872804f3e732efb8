"""From the end of the period to the published edition, step by step: each can be repeated, and the next run resumes.

Every step ends with a compare-and-set on the survey's state. Who loses it stops: someone else is at work.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.publisher.publishing import Publishing
from shared import tracing
from shared.domain import register
from shared.domain.equation import Equation
from shared.domain.recount import Recount, differences, recount
from shared.domain.survey import State
from shared.events import Event, SurveyDue, SurveysDue, batches_accepted
from shared.store.ballots import Ballots
from shared.store.connection import StoreConflict, StoreUnavailable
from shared.store.editions import Files
from shared.store.registers import Registers
from shared.store.surveys import Record, Surveys
from shared.store.tallies import Tallies

logger = logging.getLogger(__name__)


PROBLEM_LIMIT = 500
"""Characters that are kept of why a step failed."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)


class Emits(Protocol):
    """Where events are sent."""

    def emit(self, event: Event) -> bool: ...


class CannotSeal(RuntimeError):
    """The figures do not agree, so nothing may be sealed. The message says what differs and by how much."""


class NotYet(Exception):
    """The next step has to wait; its moment comes by itself."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What closing reads and writes."""

    surveys: Surveys
    ballots: Ballots
    tallies: Tallies
    files: Files


class Closing:
    """Moves surveys towards publication as far as the clock and the figures allow."""

    def __init__(self, stores: Stores, publishing: Publishing, emitter: Emits, clock: Callable[[], datetime]) -> None:
        self._surveys = stores.surveys
        self._ballots = stores.ballots
        self._tallies = stores.tallies
        self._files = stores.files
        self._publishing = publishing
        self._emitter = emitter
        self._clock = clock
        self._busy: set[str] = set()
        self._at_work = threading.Lock()

    def look(self, _: SurveysDue) -> None:
        """Emit every survey whose next step is due. Raises StoreUnavailable."""
        for survey_id in self._surveys.due(self._clock()):
            self._emitter.emit(SurveyDue(survey_id))

    def advance(self, event: SurveyDue) -> None:
        """Take every step that is due, unless this process is at work on the survey already.

        Raises StoreUnavailable; UnknownSurvey for a survey that is not there.
        """
        with self._at_work:
            if event.survey_id in self._busy:
                return
            self._busy.add(event.survey_id)
        try:
            with tracing.span("advance", survey=event.survey_id):
                self._advance(event.survey_id)
        finally:
            self._busy.discard(event.survey_id)

    def _advance(self, survey_id: str) -> None:
        record = self._surveys.get(survey_id)
        try:
            while is_due(record, self._clock()):
                record = self._step(record)
                logger.info("survey moved", extra={"survey": record.survey.id, "state": record.state.value})
        except StoreConflict:
            logger.info("someone else moves the survey", extra={"survey": survey_id})
        except NotYet as reason:
            logger.info("survey waits", extra={"survey": survey_id, "reason": str(reason)})

    def _step(self, record: Record) -> Record:
        if record.state is State.OPEN:
            return self._surveys.move(record, State.CLOSING)
        try:
            return self._seal(record) if record.state is State.CLOSING else self._publishing.publish(record)
        except (StoreUnavailable, StoreConflict, NotYet):
            raise
        except (CannotSeal, *self._publishing.refused) as problem:
            raise self._cannot_move_on(record, str(problem)) from problem
        except Exception as problem:  # whatever it is, a person must see it, and a retry completes the step once it is mended
            logger.exception("step towards publication failed", extra={"survey": record.survey.id})
            raise self._cannot_move_on(record, f"{type(problem).__name__}: {problem}"[:PROBLEM_LIMIT]) from problem

    def _cannot_move_on(self, record: Record, reason: str) -> NotYet:
        """Make the reason visible to the operator, and wait longer each time before the same is tried again."""
        if record.problem != reason:
            logger.error("survey cannot move on", extra={"survey": record.survey.id, "reason": reason})
        self._surveys.note_problem(record, reason, self._clock() + wait_after(record.tries))
        return NotYet(reason)

    def _seal(self, record: Record) -> Record:
        survey_id = record.survey.id
        self._surveys.shut_gates(survey_id)
        waiting = self._tallies.waiting_ids(survey_id)
        if waiting:
            for event in batches_accepted(waiting):
                self._emitter.emit(event)
            raise NotYet(f"{len(waiting)} batches wait to be scored")
        # Before the recount, so that it counts what lies there from now on.
        self._ballots.forget_order(survey_id)
        equation = self._ballots.equation(survey_id)
        counted = recount(self._ballots.chunks(survey_id), record.survey)
        check_figures(equation, counted, differences(self._tallies.gather(survey_id, merged_from=2), counted.cells))
        receipts = register.register(counted.receipts)
        directory = register.directory(receipts)
        stored = Registers(self._files).put(receipts, directory)
        sealing = {
            "register": {"root": directory.root.hex(), "ballots": len(receipts)},
            "file": asdict(stored.receipts),
            "directory": asdict(stored.directory),
            "equation": equation.to_json(),
            "sealed_at": self._clock(),
        }
        return self._surveys.move(record, State.SEALED, sealing=sealing)


def is_due(record: Record, now: datetime) -> bool:
    """Whether the survey's next step can be taken at `now`."""
    return record.due_at is not None and now >= record.due_at


def wait_after(tries: int) -> timedelta:
    """How long a step that could not be taken waits after `tries` earlier failures: 5 s, then twice as long each time, at most
    5 min.

    Each try counts all ballots again, and hardly ever finds anything else unless a person did something.
    """
    return min(FIRST_WAIT * (1 << min(tries, 10)), LONGEST_WAIT)


def check_figures(equation: Equation, counted: Recount, differ: list[str]) -> None:
    """Raises CannotSeal that says what does not agree and by how much."""
    faults = equation.faults() + differ
    faults += [f"the content of ballot {receipt} was altered" for receipt in counted.altered]
    if faults:
        shown = "; ".join(faults[:10])
        more = f"; and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise CannotSeal(f"the figures do not agree: {shown}{more}")
