"""The survey before, wherever its figures are: an edition of this system, or a summary that was brought in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.domain.series import Previous, previous_of
from shared.domain.survey import State, Survey
from shared.store.connection import Db
from shared.store.editions import Edition, Editions, Files, UnknownEdition
from shared.store.summaries import Summaries, UnknownSummary
from shared.store.surveys import Surveys, UnknownSurvey, as_amended


@dataclass(frozen=True, slots=True)
class Compared:
    """The survey before, and what its edition published: one document, or none where it came in as a summary."""

    previous: Previous
    published: tuple[Mapping[str, Any], ...] = ()


class Predecessors:
    """Finds the survey that another one is compared with."""

    def __init__(self, db: Db) -> None:
        self._surveys = Surveys(db)
        self._editions = Editions(db, Files(db))
        self._summaries = Summaries(db)

    def find(self, survey: Survey) -> Compared | None:
        """The latest edition of the plan's `previous`, otherwise the latest summary of it; None where there is neither, or the
        plan names none. A real survey is never compared with a simulated one. Raises StoreUnavailable."""
        found = None if survey.previous is None else self._latest(survey.previous)
        made_up = found is not None and found.previous.simulated and not survey.simulated
        return None if made_up else found

    def _latest(self, survey_id: str) -> Compared | None:
        with suppress(UnknownSurvey, UnknownEdition):
            return self._published(survey_id, None)
        with suppress(UnknownSummary):
            return Compared(self._summaries.latest(survey_id))
        return None

    def as_published(self, results: Mapping[str, Any]) -> Compared | None:
        """What `results` were compared with when they were published, None where with nothing.

        Raises UnknownSurvey, UnknownEdition, UnknownSummary, StoreUnavailable.
        """
        compared = results.get("compared_with")
        if compared is None:
            return None
        if "edition" in compared:
            return self._published(compared["survey"], compared["edition"])
        return Compared(self._summaries.get(compared["digest"]))

    def _published(self, survey_id: str, number: int | None) -> Compared:
        record = self._surveys.get(survey_id)
        if record.state is not State.PUBLISHED:
            raise UnknownEdition(survey_id)
        edition = self._editions.get(survey_id, number or record.editions)
        document = _document(edition)
        return Compared(previous_of(document, as_amended(record, edition.plan)), (document,))


def _document(edition: Edition) -> dict[str, Any]:
    return {**edition.results, "edition": edition.number}
