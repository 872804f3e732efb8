"""Publishing: results computed from the ballots, protected, rendered, and stored as one immutable edition."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from services.publisher.bundle import edition_files, media_type
from services.publisher.data import Imprint
from services.publisher.published import REGISTER
from shared.domain import announcement, register
from shared.domain.correction import changes
from shared.domain.disclosure import ReleaseRefused
from shared.domain.edition import Beside, Correction, Issue, results_of
from shared.domain.recount import Recount, recount
from shared.domain.release import Released, released
from shared.domain.survey import Admission, Survey
from shared.store.announcements import Announcements
from shared.store.ballots import Ballots
from shared.store.comments import Comments
from shared.store.editions import Edition, Editions, File, Files, UnknownEdition
from shared.store.invitations import Invitations
from shared.store.measures import Measures
from shared.store.plan_notices import PlanNotices
from shared.store.previous import Compared, Predecessors
from shared.store.surveys import Record, Surveys, as_amended

logger = logging.getLogger(__name__)


class NotAsSealed(RuntimeError):
    """The ballots are not those that were sealed, so nothing may be published of them. The message says what differs."""


class Makes(Protocol):
    """What makes the files of an edition by name, given its results; `services.publisher.bundle.edition_files` does."""

    def __call__(
        self, results: Mapping[str, Any], survey: Survey, stored: Mapping[str, File], imprint: Imprint
    ) -> dict[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Shelves:
    """What publishing reads and writes."""

    surveys: Surveys
    ballots: Ballots
    editions: Editions
    files: Files
    predecessors: Predecessors
    measures: Measures
    comments: Comments
    announcements: Announcements
    notices: PlanNotices | None = None
    invitations: Invitations | None = None


class Publishing:
    """Puts out sealed results. Killed at any step, the next run resumes there: one edition, whole, or none."""

    refused = (ReleaseRefused, NotAsSealed)

    def __init__(
        self,
        shelves: Shelves,
        clock: Callable[[], datetime],
        *,
        imprint: Imprint | None = None,
        make: Makes = edition_files,
    ) -> None:
        self._shelves = shelves
        self._clock = clock
        self._imprint = imprint or Imprint()
        self._make_files = make

    def publish(self, record: Record) -> Record:
        """Compute, protect, render, store, and move the survey on; what is to be told of it is written with the last step.

        Raises ReleaseRefused, NotAsSealed, StoreConflict, StoreUnavailable.
        """
        edition = self._stored(record) or self._shelves.editions.add(self._make(record))
        survey = as_amended(record, edition.plan)
        told = announcement.body(announcement.message(edition.results, survey.title, edition.digest, self._imprint.address))
        return self._shelves.surveys.publish(
            record,
            edition.number,
            edition.digest,
            lambda session: self._shelves.announcements.enqueue(survey.id, edition.number, told, self._clock(), session),
        )

    def _stored(self, record: Record) -> Edition | None:
        """The next edition where an earlier run stored it for the same request; one made for another is discarded."""
        try:
            edition = self._shelves.editions.get(record.survey.id, record.editions + 1)
        except UnknownEdition:
            return None
        if edition.request == _request(record.correction):
            return edition
        self._shelves.editions.discard(edition)
        return None

    def _make(self, record: Record) -> Edition:
        plan = self._plan(record)
        survey, now = as_amended(record, plan), to_the_millisecond(self._clock())
        counted = self._counted(record, survey)
        earlier = self._shelves.editions.published(survey.id, record.editions)
        found = _released(survey, counted, sealed(record), earlier, self._shelves.predecessors.find(survey))
        issue = Issue(record.editions + 1, now, earlier[0].published_at if earlier else now)
        results = results_of(found.results, survey, issue, self._beside(record, found, earlier))
        stored = {REGISTER: File(**sealed(record)["file"]), **self._plan_notice(survey.id)}
        made = self._make_files(results, survey, stored, self._imprint)
        files = {name: self._shelves.files.put(content, media_type(name)) for name, content in made.items()}
        review = {"decisions": [_decision(each) for each in found.decisions], "warnings": list(found.warnings)}
        request = _request(record.correction)
        edition = Edition(survey.id, issue.number, now, results, {**files, **stored}, "", plan, request, review)
        return replace(edition, digest=edition.computed_digest())

    def _plan_notice(self, survey_id: str) -> Mapping[str, File]:
        """The documents of the notice that the survey is held, as they were out while it was open."""
        notice = self._shelves.notices.get(survey_id) if self._shelves.notices is not None else None
        return notice.documents if notice is not None else {}

    def _plan(self, record: Record) -> Mapping[str, Any]:
        asked = record.correction
        return asked.plan if asked is not None and asked.plan is not None else self._shelves.surveys.plan_of(record.survey.id)

    def _counted(self, record: Record, survey: Survey) -> Recount:
        counted = recount(self._shelves.ballots.chunks(survey.id), survey)
        root, expected = register.root(sorted(counted.receipts)).hex(), sealed(record)["register"]["root"]
        if counted.altered or root != expected:
            raise NotAsSealed(
                f"the ballots are not those that were sealed: {len(counted.altered)} were altered, and the register's root "
                f"is {root[:16]}…, not {expected[:16]}…; `hailong recount` tells more"
            )
        return counted

    def _handed_out(self, survey: Survey, earlier: Sequence[Edition]) -> Mapping[str, int]:
        """The invitations handed out, by stratum. A correction repeats what was told first: they are destroyed in time."""
        if earlier:
            return dict(earlier[0].results.get("handed_out", {}))
        issued = self._shelves.invitations.issued(survey.id) if self._shelves.invitations is not None else {}
        inviting = [id_ for id_, (_, stratum) in survey.strata.items() if stratum.admission is Admission.INVITED]
        return {id_: issued[id_] for id_ in inviting if id_ in issued}

    def _beside(self, record: Record, found: Released, earlier: Sequence[Edition]) -> Beside:
        shelves, survey = self._shelves, record.survey
        before = found.results.get("compared_with", {}).get("survey", survey.previous)
        return Beside(
            measures=[measure.to_json() for measure in shelves.measures.of(survey.id)],
            measures_before=[] if before is None else [measure.to_json() for measure in shelves.measures.of(before)],
            comments=shelves.comments.themes(survey.id),
            handed_out=self._handed_out(survey, earlier),
            correction=None if record.correction is None else correction_told(record.correction, earlier[-1], found.results),
        )


def correction_told(correction: Correction, replaced: Edition, results: Mapping[str, Any]) -> dict[str, Any]:
    """What a corrected edition says of itself: what it replaces, why, and every figure that is not what it was.

    Who asked for it stands in the audit log, not here.
    """
    return {
        "replaces": replaced.number,
        "digest": replaced.digest,
        "reason": dict(correction.reason),
        "fields": [dict(field) for field in correction.fields],
        "figures": changes(replaced.results, results),
    }


def _released(
    survey: Survey, counted: Recount, sealing: Mapping[str, Any], earlier: Sequence[Edition], compared: Compared | None
) -> Released:
    ledger = [*(edition.results for edition in earlier), *(compared.published if compared is not None else ())]
    found = released(survey, counted, sealing, ledger, compared.previous if compared is not None else None)
    for warning in found.results["warnings"]:
        logger.warning("the results lack something that the plan asks for", extra={"survey": survey.id, **warning})
    return found


def sealed(record: Record) -> Mapping[str, Any]:
    """What sealing wrote. Raises ValueError for a survey that was not sealed: nothing else may be published."""
    if record.sealing is None:
        raise ValueError(f"{record.survey.id} was not sealed")
    return record.sealing


def _request(correction: Correction | None) -> str | None:
    return None if correction is None else correction.id


def _decision(decision: Any) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(decision).items()}


def to_the_millisecond(moment: datetime) -> datetime:
    """`moment` as the store gives it back, so that files say the same time as the edition."""
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
