"""Destroying what leads to people when the date of a plan has come. What was interrupted is resumed at the next look."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from shared.domain.retention import may_be_destroyed
from shared.domain.survey import State
from shared.events import RetentionDue
from shared.store.retention import Retention
from shared.store.surveys import Surveys

logger = logging.getLogger(__name__)


class Retaining:
    """Looks now and then for surveys whose free text, invitations and contacts are no longer to be kept."""

    def __init__(self, surveys: Surveys, retention: Retention, clock: Callable[[], datetime]) -> None:
        self._surveys = surveys
        self._retention = retention
        self._clock = clock

    def look(self, _: RetentionDue) -> None:
        """Destroy what is due, with a certificate each. Raises StoreUnavailable."""
        for record in self._surveys.in_states(State.PUBLISHED):
            if may_be_destroyed(record.survey, record.state, self._clock()) is None and not self._is_done(record.survey.id):
                done = self._retention.destroy(record.survey.id)
                told = {"survey": record.survey.id, "comments": done.destroyed.comments}
                logger.info("what leads to people was destroyed", extra=told)

    def _is_done(self, survey_id: str) -> bool:
        certificate = self._retention.certificate(survey_id)
        return certificate is not None and certificate.ended_at is not None
