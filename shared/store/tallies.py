"""Running tallies: scoring a batch adds its ballots' tally and deletes the batch in one transaction.

A batch that is gone was scored. So a batch may be scored twice, late, or half: the figures are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pymongo.client_session import ClientSession

from shared.domain.survey import Survey
from shared.domain.tally import Cell, Tally, merge_cells, tally
from shared.store.connection import Db, answering, transact
from shared.store.wire import ballot_from, tally_from, tally_increments

SLOTS = 8
"""Documents a cell's tally is spread over, so that workers do not queue on one."""

_DEADLINE = 10.0


class BatchBroken(ValueError):
    """A batch names ballots that are not there, or that its survey cannot count. A person must look."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches that are committed and not scored yet."""

    batches: int
    ballots: int
    oldest: datetime | None


class Tallies:
    """The collections `batches` and `tallies`. `slot` picks the documents that this process adds to."""

    def __init__(self, db: Db, slot: int = 0) -> None:
        self._db = db
        self._slot = slot % SLOTS

    def survey_of(self, batch_id: UUID) -> str | None:
        """The survey whose ballots are in a waiting batch; None when the batch was scored."""
        with answering(_DEADLINE):
            batch = self._db.batches.find_one({"_id": batch_id}, {"survey": 1})
        return None if batch is None else str(batch["survey"])

    def score(self, batch_id: UUID, survey: Survey) -> int:
        """Count the batch's ballots and delete it; 0 when that was done before. Returns the number of ballots.

        Raises BatchBroken, StoreUnavailable.
        """
        return transact(self._db, lambda session: self._score(batch_id, survey, session), _DEADLINE)

    def _score(self, batch_id: UUID, survey: Survey, session: ClientSession) -> int:
        batch = self._db.batches.find_one_and_delete({"_id": batch_id}, session=session)
        if batch is None:
            return 0
        documents = list(self._db.ballots.find({"_id": {"$in": batch["ballots"]}}, session=session))
        if len(documents) != len(batch["ballots"]):
            raise BatchBroken(f"batch {batch_id} names {len(batch['ballots'])} ballots, {len(documents)} are stored")
        try:
            cells = tally((ballot_from(document) for document in documents), survey)
        except (KeyError, ValueError, TypeError) as error:
            raise BatchBroken(f"batch {batch_id} holds a ballot that {survey.id} cannot count") from error
        for cell, counted in cells.items():
            self._add(survey.id, cell, counted, session)
        return len(documents)

    def _add(self, survey_id: str, cell: Cell, counted: Tally, session: ClientSession) -> None:
        key = {
            "_id": f"{survey_id}/{cell.stratum}/{cell.channel.value}/{self._slot}",
            "survey": survey_id,
            "stratum": cell.stratum,
            "channel": cell.channel.value,
        }
        self._db.tallies.update_one(key, {"$inc": tally_increments(counted)}, upsert=True, session=session)

    def read(self, survey_id: str, session: ClientSession | None = None) -> dict[Cell, Tally]:
        """The survey's tallies, merged cell by cell."""
        with answering(_DEADLINE):
            documents = self._db.tallies.find({"survey": survey_id}, session=session)
            return merge_cells([{cell: counted} for cell, counted in map(tally_from, documents)])

    def waiting(self, survey_id: str, session: ClientSession | None = None) -> Waiting:
        """What of the survey is committed and not scored."""
        with answering(_DEADLINE):
            batches = list(self._db.batches.find({"survey": survey_id}, session=session))
        oldest = min((batch["committed_at"] for batch in batches), default=None)
        return Waiting(len(batches), sum(len(batch["ballots"]) for batch in batches), oldest)

    def stale(self, before: datetime, limit: int = 1_000) -> list[UUID]:
        """Batches committed before `before` that still wait, oldest first."""
        with answering(_DEADLINE):
            found = self._db.batches.find({"committed_at": {"$lt": before}, "stuck": None}, {"_id": 1})
            return [batch["_id"] for batch in found.sort("committed_at").limit(limit)]

    def waiting_ids(self, survey_id: str) -> list[UUID]:
        """The survey's batches that still wait, those set aside left out."""
        with answering(_DEADLINE):
            return [b["_id"] for b in self._db.batches.find({"survey": survey_id, "stuck": None}, {"_id": 1})]

    def set_aside(self, batch_id: UUID, reason: str) -> None:
        """Mark a batch that cannot be scored, so that it is not tried again until a person looked."""
        with answering(_DEADLINE):
            self._db.batches.update_one({"_id": batch_id}, {"$set": {"stuck": reason}})

    def stuck(self, survey_id: str) -> dict[UUID, str]:
        """The survey's batches that were set aside, with the reason."""
        with answering(_DEADLINE):
            found = self._db.batches.find({"survey": survey_id, "stuck": {"$ne": None}})
            return {batch["_id"]: batch["stuck"] for batch in found}
