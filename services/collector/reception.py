"""Receiving a ballot: from a parsed form to its receipt. What HTTP makes of it is the views' work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.collector.catalogue import Catalogue
from services.collector.intake import Entry, Intake
from services.collector.metrics import BALLOTS
from shared.domain.acceptance import Accepted, Candidate, Device, Facts, Outcome, Seen, SurveyNotOpen, decide
from shared.domain.ballot import Ballot, InvalidBallot, Submission, UnknownStratum, check, digest
from shared.domain.survey import Admitted, admits
from shared.store.connection import StoreUnavailable
from shared.store.surveys import Record

TOO_LATE = "synchronised too late"


class LateBallots(Protocol):
    """Where ballots wait that came too late for the clock to admit them."""

    def add_ballot(self, ballot: Ballot, digest: bytes, reason: str, now: datetime) -> None: ...


class AcceptedBallots(Protocol):
    """Where it stands which ballots were accepted before, and which devices may hand ballots in."""

    def seen(self, ids: Sequence[UUID]) -> Mapping[UUID, Seen]: ...

    def devices(self, digests: Sequence[bytes]) -> Mapping[bytes, Device]: ...


class TooLate(SurveyNotOpen):
    """A synchronised ballot came after the last moment for it. It was set aside for a person."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission, and the digests of what came with it: an invitation's token, a lease's, the key of a device."""

    submission: Submission
    invitation: bytes | None
    lease: bytes | None = None
    device: bytes | None = None


Result = Outcome | UnknownStratum | InvalidBallot


@dataclass(frozen=True, slots=True)
class _Untimely:
    """A ballot that the clock does not admit. `late` where a person may still decide about it."""

    candidate: Candidate
    late: bool


class Reception:
    """Takes ballots for surveys: checks them, asks the clock, has them committed."""

    def __init__(
        self,
        catalogue: Catalogue,
        intake: Intake,
        accepted: AcceptedBallots,
        late: LateBallots,
        clock: Callable[[], datetime],
    ) -> None:
        self._catalogue = catalogue
        self._intake = intake
        self._accepted = accepted
        self._late = late
        self._clock = clock

    def receive(self, survey_id: str, arrivals: Sequence[Arrival]) -> list[Result]:
        """One result for each arrival, in order. Raises UnknownSurvey, StoreUnavailable."""
        try:
            results = self._results(survey_id, arrivals)
        except StoreUnavailable as error:
            _count(arrivals, [type(error).__name__] * len(arrivals))
            raise
        _count(arrivals, [_name(result) for result in results])
        return results

    def _results(self, survey_id: str, arrivals: Sequence[Arrival]) -> list[Result]:
        record = self._catalogue.get(survey_id)
        now = self._clock()
        examined = [_examine(arrival, record, now) for arrival in arrivals]
        committed = iter(self._commit([e for e in examined if isinstance(e, Entry)]))
        settled = iter(self._settle([e for e in examined if isinstance(e, _Untimely)], now))
        return [next(committed) if isinstance(e, Entry) else next(settled) if isinstance(e, _Untimely) else e for e in examined]

    def _commit(self, entries: list[Entry]) -> list[Outcome]:
        return self._intake.accept(entries) if entries else []

    def _settle(self, untimely: list[_Untimely], now: datetime) -> list[Outcome]:
        """What was accepted in time keeps its receipt, whenever it is sent again. Nothing new gets in."""
        if not untimely:
            return []
        candidates = [u.candidate for u in untimely]
        keys = {c.device for c in candidates if c.device is not None}
        facts = Facts(
            seen=self._accepted.seen([c.ballot.id for c in candidates]),
            devices=self._accepted.devices(list(keys)) if keys else {},
        )
        outcomes = decide(candidates, facts)
        return [
            self._set_aside(u.candidate, now) if u.late and isinstance(outcome, SurveyNotOpen) else outcome
            for u, outcome in zip(untimely, outcomes, strict=True)
        ]

    def _set_aside(self, candidate: Candidate, now: datetime) -> TooLate:
        self._late.add_ballot(candidate.ballot, candidate.digest, TOO_LATE, now)
        return TooLate()


def _count(arrivals: Sequence[Arrival], outcomes: Sequence[str]) -> None:
    """Tell what became of each ballot."""
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        BALLOTS.labels(outcome, arrival.submission.channel.value).inc()


def _examine(arrival: Arrival, record: Record, now: datetime) -> Result | Entry | _Untimely:
    survey = record.survey
    try:
        ballot = check(arrival.submission, survey)
    except (UnknownStratum, InvalidBallot) as error:
        return error
    _, stratum = survey.strata[ballot.stratum]
    candidate = Candidate(ballot, digest(ballot), stratum, arrival.invitation, arrival.lease, arrival.device)
    admitted = admits(survey.period, record.state, ballot.channel, now)
    if admitted is not Admitted.YES:
        return _Untimely(candidate, late=admitted is Admitted.LATE)
    return Entry(candidate, survey.period.timezone)


def _name(result: Result) -> str:
    if isinstance(result, Accepted):
        if not result.new:
            return "repeated"
        return "counted" if result.ballot.counted else "surplus"
    return type(result).__name__
