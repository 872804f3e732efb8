"""The notice that a survey is held, made of its plan as soon as that is loaded: for an office to number, date and sign, and for
the public from when the survey is open.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from services.publisher.rendering.documents import media_type, plan_documents
from shared.events import NoticesDue
from shared.store.connection import StoreUnavailable
from shared.store.editions import Files
from shared.store.plan_notices import PlanNotice, PlanNotices
from shared.store.surveys import Surveys

logger = logging.getLogger(__name__)


class Noticing:
    """Makes the notices that are lacking. `address` is where people answer, with no slash at its end; empty where not known."""

    def __init__(
        self, surveys: Surveys, notices: PlanNotices, files: Files, clock: Callable[[], datetime], address: str = ""
    ) -> None:
        self._surveys = surveys
        self._notices = notices
        self._files = files
        self._clock = clock
        self._address = address
        self._given_up: set[tuple[str, int]] = set()
        self._at_work = threading.Lock()

    def look(self, _: NoticesDue) -> None:
        """Make what is lacking, unless this process is at it already. Raises StoreUnavailable.

        A plan of which no notice can be made is logged, and left until it is another or the process starts again.
        """
        if not self._at_work.acquire(blocking=False):
            return
        try:
            for survey_id, revision in self._notices.lacking():
                if (survey_id, revision) not in self._given_up:
                    self._try(survey_id, revision)
        finally:
            self._at_work.release()

    def _try(self, survey_id: str, revision: int) -> None:
        try:
            self._make(survey_id)
        except StoreUnavailable:
            raise
        except Exception:  # whatever it is, the notices of other surveys are made
            logger.exception("no notice of a plan can be made", extra={"survey": survey_id})
            self._given_up.add((survey_id, revision))

    def _make(self, survey_id: str) -> None:
        record, now = self._surveys.get(survey_id), self._clock()
        address = f"{self._address}/s/{survey_id}" if self._address else None
        made = plan_documents(record.survey, now, address)
        files = {name: self._files.put(content, media_type(name)) for name, content in made.items()}
        self._notices.put(PlanNotice(survey_id, record.revision, now, files))
        logger.info("notice of a plan made", extra={"survey": survey_id})
