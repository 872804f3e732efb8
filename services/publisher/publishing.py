"""Publishing: results computed from the ballots, protected, rendered, and stored as one immutable edition."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.publisher.bundle import edition_files, media_type
from services.publisher.data import Imprint
from services.publisher.published import REGISTER
from shared.domain.disclosure import ReleaseRefused
from shared.domain.recount import recount
from shared.domain.release import release
from shared.domain.survey import State
from shared.store.ballots import Ballots
from shared.store.editions import Edition, Editions, File, Files, UnknownEdition
from shared.store.previous import Predecessors
from shared.store.surveys import Record, Surveys

logger = logging.getLogger(__name__)


class Publishing:
    """Puts out sealed results. Killed at any step, the next run resumes there: one edition, whole, or none."""

    refused = ReleaseRefused

    def __init__(  # noqa: PLR0913 -- each is another collaborator
        self,
        surveys: Surveys,
        ballots: Ballots,
        editions: Editions,
        files: Files,
        predecessors: Predecessors,
        clock: Callable[[], datetime],
        *,
        imprint: Imprint | None = None,
    ) -> None:
        self._surveys = surveys
        self._ballots = ballots
        self._editions = editions
        self._files = files
        self._predecessors = predecessors
        self._clock = clock
        self._imprint = imprint or Imprint()

    def publish(self, record: Record) -> Record:
        """Compute, protect, render, store, and move the survey on. Raises ReleaseRefused, StoreConflict, StoreUnavailable."""
        number = record.editions + 1
        try:
            edition = self._editions.get(record.survey.id, number)
        except UnknownEdition:
            edition = self._editions.add(self._make(record, number))
        return self._surveys.move(record, State.PUBLISHED, editions=edition.number)

    def _make(self, record: Record, number: int) -> Edition:
        survey = record.survey
        sealing = sealed(record)
        now = to_the_millisecond(self._clock())
        counted = recount(self._ballots.chunks(survey.id), survey)
        earlier = [edition.results for edition in self._editions.all(survey.id)]
        compared = self._predecessors.find(survey)
        before = compared.previous if compared is not None else None
        ledger = [*earlier, *(compared.published if compared is not None else ())]
        released = release(survey, counted, sealing, ledger, before)
        for warning in released["warnings"]:
            logger.warning("the results lack something that the plan asks for", extra={"survey": survey.id, **warning})
        results = {**released, "edition": number, "published_at": now.isoformat()}
        stored = {REGISTER: File(**sealing["file"])}
        made = edition_files(results, survey, stored, self._imprint)
        files = {name: self._files.put(content, media_type(name)) for name, content in made.items()}
        return Edition(survey.id, number, now, results, {**files, **stored})


def to_the_millisecond(moment: datetime) -> datetime:
    """`moment` as the store gives it back, so that files say the same time as the edition."""
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


def sealed(record: Record) -> Mapping[str, Any]:
    """What sealing wrote. Raises ValueError for a survey that was not sealed: nothing else may be published."""
    if record.sealing is None:
        raise ValueError(f"{record.survey.id} was not sealed")
    return record.sealing
