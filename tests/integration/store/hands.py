"""Ballots handed in without a collector."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.domain.acceptance import Candidate
from shared.domain.ballot import Submission, check, digest
from shared.domain.survey import Channel, Survey
from shared.store.acceptance import Acceptance, Commit, Moment
from tests.harness import Store, ballot

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = date(2026, 3, 2)
SLOT = 3


def candidate(survey: Survey, stratum: str = "desk", id_: UUID | None = None, **more: Any) -> Candidate:
    """A ballot for `survey`. `channel` and `answers` are those of the ballot, what else is named is the candidate's."""
    told = {name: more.pop(name) for name in ("channel", "answers", "comment") if name in more}
    body = {**ballot(), "channel": Channel.WEB, "stratum": stratum, **told}
    checked = check(Submission(id=id_ or uuid4(), **body), survey)
    return Candidate(checked, digest(checked), survey.strata[stratum][1], **more)


def accept(store: Store, candidates: Sequence[Candidate], now: datetime = NOW, slot: int = SLOT) -> Commit:
    days = {each.ballot.survey: DAY for each in candidates}
    return Acceptance(store.db, slot, deadline=10).accept(candidates, Moment(now, days))


def gates(store: Store, survey: Survey) -> dict[int, int]:
    """What was accepted through each gate that let anything in, by slot."""
    found = store.db.gates.find({"survey": survey.id, "accepted": {"$ne": 0}})
    return {int(gate["_id"].rpartition("/")[2]): gate["accepted"] for gate in found}


def place(store: Store, survey: Survey, stratum: str = "desk") -> tuple[int, int]:
    """Places that are free, and those of them that leases hold."""
    found = store.db.places.find_one({"_id": f"{survey.id}/{stratum}"})
    assert found is not None
    return found["free"], found["held"]
