"""Sealing and a commit that is under way meet at the gates. Without that write, a ballot would be lost: shown here too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from pymongo.client_session import ClientSession

from shared.domain.acceptance import Accepted, Candidate, Gate, SurveyNotOpen
from shared.domain.ballot import Submission, check, digest
from shared.domain.survey import Channel
from shared.store.acceptance import Acceptance, Moment
from tests import plans
from tests.harness import Rig, Store, ballot, database, unique


class Paused(Acceptance):
    """Stops once inside its first transaction, after it has read that the survey is open and gone through the gate."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.db, slot=0, deadline=20)
        self.inside, self.go_on = threading.Event(), threading.Event()

    def _pass_gate(self, survey_id: str, number: int, session: ClientSession) -> Gate:
        gate = super()._pass_gate(survey_id, number, session)
        self._pause()
        return gate

    def _pause(self) -> None:
        self.inside.set()
        assert self.go_on.wait(15)


class PausedBeforeTheEnd(Paused):
    """Stops after all its writes, before they are committed."""

    def _pass_gate(self, survey_id: str, number: int, session: ClientSession) -> Gate:
        return Acceptance._pass_gate(self, survey_id, number, session)

    def _insert(self, new: list[tuple[Candidate, Accepted]], moment: Moment, session: ClientSession) -> list[UUID]:
        batches = super()._insert(new, moment, session)
        self._pause()
        return batches


class Ungated(Paused):
    """The planted fault: reads the gate and does not write to it."""

    def _pass_gate(self, survey_id: str, number: int, session: ClientSession) -> Gate:
        del number
        gate = self._db.gates.find_one({"_id": f"{survey_id}/{self._slot}"}, session=session)
        assert gate is not None
        self._pause()
        return Gate(gate["accepts"])


@pytest.fixture
def other(system: Rig) -> Iterator[Store]:
    """Another connection to the database, as another process has it."""
    with database(system.home) as db:
        yield Store(db)


def raced(acceptance: Paused, store: Store, other: Store) -> tuple[bool, bool]:
    """Shut the gates while `acceptance` is inside its transaction: was the ballot acknowledged, and did sealing see it?"""
    survey = store.opened(plans.small(unique("skew"))).survey
    submission = Submission(id=uuid4(), **{**ballot(), "channel": Channel.WEB})
    checked = check(submission, survey)
    candidate = Candidate(checked, digest(checked), survey.strata["desk"][1])
    acknowledged: list[bool] = []
    seen: list[set[UUID]] = []

    def accept() -> None:
        moment = Moment(datetime.now(UTC), {survey.id: date(2026, 1, 1)})
        (outcome,) = acceptance.accept([candidate], moment).outcomes
        assert isinstance(outcome, Accepted | SurveyNotOpen)
        acknowledged.append(isinstance(outcome, Accepted))

    def seal() -> None:
        other.surveys.shut_gates(survey.id)
        seen.append(other.ids(survey.id))

    committing, sealing = threading.Thread(target=accept), threading.Thread(target=seal)
    committing.start()
    assert acceptance.inside.wait(10)
    sealing.start()
    sealing.join(0.5)
    acceptance.go_on.set()
    committing.join()
    sealing.join()
    return acknowledged[0], submission.id in seen[0]


@pytest.mark.parametrize("kind", [Paused, PausedBeforeTheEnd])
def test_a_commit_under_way_is_seen_by_sealing_or_refused(kind: type[Paused], store: Store, other: Store) -> None:
    acknowledged, seen = raced(kind(store), store, other)
    assert acknowledged == seen


def test_without_the_write_at_the_gate_sealing_would_miss_an_acknowledged_ballot(store: Store, other: Store) -> None:
    assert raced(Ungated(store), store, other) == (True, False)
