"""The surveys as the collector knows them: read from the store, kept for a second, so that a ballot costs no query."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shared.store.surveys import Record

KEPT_FOR = 1.0
"""Seconds for which what was read holds. A change of state meets every commit at the gates all the same."""


class Surveys(Protocol):
    """Where surveys are kept."""

    def get(self, survey_id: str) -> Record: ...

    def all(self) -> list[Record]: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    record: Record
    until: float


class Catalogue:
    """Surveys by id. While one thread reads a survey again, the others go on with what they have."""

    def __init__(self, surveys: Surveys, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._surveys = surveys
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}
        self._reading = threading.Lock()

    def get(self, survey_id: str) -> Record:
        """Raises UnknownSurvey, and StoreUnavailable where nothing is kept."""
        kept = self._kept.get(survey_id)
        if kept is None:
            return self._keep(self._surveys.get(survey_id))
        if self._monotonic() < kept.until or not self._reading.acquire(blocking=False):
            return kept.record
        try:
            return self._keep(self._surveys.get(survey_id))
        finally:
            self._reading.release()

    def all(self) -> list[Record]:
        """Every survey, straight from the store."""
        return self._surveys.all()

    def _keep(self, record: Record) -> Record:
        self._kept[record.survey.id] = _Kept(record, self._monotonic() + KEPT_FOR)
        return record
