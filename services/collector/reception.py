"""Receiving a ballot: from a parsed form to its receipt. What HTTP makes of it is the views' work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.collector.catalogue import Catalogue
from services.collector.intake import Entry, Intake
from services.collector.metrics import BALLOTS
from shared.domain.acceptance import Accepted, Candidate, Outcome, SurveyNotOpen
from shared.domain.ballot import Ballot, InvalidBallot, Submission, UnknownStratum, check, digest
from shared.domain.survey import Admitted, admits
from shared.store.surveys import Record

TOO_LATE = "synchronised too late"


class LateBallots(Protocol):
    """Where ballots wait that came too late for the clock to admit them."""

    def add_ballot(self, ballot: Ballot, digest: bytes, reason: str, now: datetime) -> None: ...


class TooLate(SurveyNotOpen):
    """A synchronised ballot came after the last moment for it. It was set aside for a person."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission and the digest of the invitation's token that came with it."""

    submission: Submission
    invitation: bytes | None


Result = Outcome | UnknownStratum | InvalidBallot


class Reception:
    """Takes ballots for surveys: checks them, asks the clock, has them committed."""

    def __init__(self, catalogue: Catalogue, intake: Intake, late: LateBallots, clock: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._intake = intake
        self._late = late
        self._clock = clock

    def receive(self, survey_id: str, arrivals: Sequence[Arrival]) -> list[Result]:
        """One result for each arrival, in order. Raises UnknownSurvey, StoreUnavailable."""
        record = self._catalogue.get(survey_id)
        now = self._clock()
        results: list[Result | Entry] = [self._examine(arrival, record, now) for arrival in arrivals]
        entries = [result for result in results if isinstance(result, Entry)]
        outcomes = iter(self._intake.accept(entries)) if entries else iter(())
        final = [next(outcomes) if isinstance(result, Entry) else result for result in results]
        for arrival, result in zip(arrivals, final, strict=True):
            BALLOTS.labels(_name(result), arrival.submission.channel.value).inc()
        return final

    def _examine(self, arrival: Arrival, record: Record, now: datetime) -> Result | Entry:
        survey = record.survey
        try:
            ballot = check(arrival.submission, survey)
        except (UnknownStratum, InvalidBallot) as error:
            return error
        content = digest(ballot)
        admitted = admits(survey.period, record.state, ballot.channel, now)
        if admitted is Admitted.LATE:
            self._late.add_ballot(ballot, content, TOO_LATE, now)
            return TooLate()
        if admitted is not Admitted.YES:
            return SurveyNotOpen()
        _, stratum = survey.strata[ballot.stratum]
        return Entry(Candidate(ballot, content, stratum, arrival.invitation), survey.period.timezone)


def _name(result: Result) -> str:
    if isinstance(result, Accepted):
        if not result.new:
            return "repeated"
        return "counted" if result.ballot.counted else "surplus"
    return type(result).__name__
