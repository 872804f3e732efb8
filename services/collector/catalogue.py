"""The surveys as the collector knows them: read from the store, kept for a second, so that a ballot costs no query."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shared.store.connection import StoreUnavailable, answering
from shared.store.surveys import Record

KEPT_FOR = 1.0
"""Seconds for which what was read holds. A change of state meets every commit at the gates all the same."""

AGAIN = 1.0
"""Seconds that a reader who has something kept waits for the store."""


class Surveys(Protocol):
    """Where surveys are kept."""

    def get(self, survey_id: str) -> Record: ...

    def all(self) -> list[Record]: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    record: Record
    until: float


class Catalogue:
    """Surveys by id. While one thread reads a survey again, the others go on with what they have, and so do all while the
    store is away.
    """

    def __init__(self, surveys: Surveys, deadline: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._surveys = surveys
        self._deadline = deadline
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}
        self._reading = threading.Lock()

    def get(self, survey_id: str) -> Record:
        """Raises UnknownSurvey, and StoreUnavailable where nothing is kept and the store did not answer within the deadline."""
        kept = self._kept.get(survey_id)
        if kept is None:
            return self._keep(self._read(survey_id, self._deadline))
        if self._monotonic() < kept.until or not self._reading.acquire(blocking=False):
            return kept.record
        try:
            return self._keep(self._read(survey_id, AGAIN))
        except StoreUnavailable:
            return self._keep(kept.record)
        finally:
            self._reading.release()

    def all(self) -> list[Record]:
        """Every survey, straight from the store. Raises StoreUnavailable."""
        with answering(self._deadline):
            return self._surveys.all()

    def _read(self, survey_id: str, within: float) -> Record:
        with answering(within):
            return self._surveys.get(survey_id)

    def _keep(self, record: Record) -> Record:
        self._kept[record.survey.id] = _Kept(record, self._monotonic() + KEPT_FOR)
        return record
