"""Running tallies: scoring a batch adds its ballots' tally and deletes the batch in one transaction.

A batch that is gone was scored. So a batch may be scored twice, late, or half: the figures are the same.

A tally is added as a document of its own, so that workers never wait for one another; documents are merged on reading, and
when there are many of them, one takes their place. Their ids are random and their order is that of their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.domain.survey import Survey
from shared.domain.tally import Cell, Tally, merge_cells, tally
from shared.store.audit import Author, append
from shared.store.connection import Db, answering, transact
from shared.store.wire import ballot_from, tallies_document, tallies_from

MERGED_FROM = 16
"""Documents of one survey from which on reading them leaves one in their place."""

_AT_ONCE = 64
"""Ballots that are looked up together: the embedded server compares each that it finds with each that is wanted."""

_DEADLINE = 10.0


class BatchBroken(ValueError):
    """A batch names ballots that are not there, or that its survey cannot count. A person must look."""


class UnknownBatch(LookupError):
    """No batch of that id was set aside."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A batch that could not be scored and waits for a person, with the number of its ballots."""

    batch: UUID
    survey: str
    ballots: int
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches that are committed and not scored yet."""

    batches: int
    ballots: int
    oldest: datetime | None


class Tallies:
    """The collections `batches` and `tallies`."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def surveys_of(self, batch_ids: Sequence[UUID]) -> dict[str, list[UUID]]:
        """The batches that still wait, by survey; those that were scored or set aside are left out."""
        waiting: dict[str, list[UUID]] = {}
        with answering(_DEADLINE):
            for batch in self._db.batches.find({"_id": {"$in": list(batch_ids)}, "stuck": None}, {"survey": 1}):
                waiting.setdefault(batch["survey"], []).append(batch["_id"])
        return waiting

    def score(self, batch_ids: Sequence[UUID], survey: Survey) -> int:
        """Count the ballots of these batches of `survey` and delete the batches, in one transaction.

        What was done before is not done again. Returns the number of ballots. Raises BatchBroken, when nothing was done,
        and StoreUnavailable.
        """
        return transact(self._db, lambda session: self._score(batch_ids, survey, session), _DEADLINE)

    def _score(self, batch_ids: Sequence[UUID], survey: Survey, session: ClientSession) -> int:
        waiting = {"_id": {"$in": list(batch_ids)}, "survey": survey.id}
        batches = list(self._db.batches.find(waiting, {"ballots": 1}, session=session))
        if not batches:
            return 0
        ids = [ballot for batch in batches for ballot in batch["ballots"]]
        documents = [
            document
            for start in range(0, len(ids), _AT_ONCE)
            for document in self._db.ballots.find({"_id": {"$in": ids[start : start + _AT_ONCE]}}, session=session)
        ]
        if len(documents) != len(ids):
            raise BatchBroken(f"{len(ids)} ballots are named, {len(documents)} are stored")
        try:
            cells = tally((ballot_from(document) for document in documents), survey)
        except (KeyError, ValueError, TypeError) as error:
            raise BatchBroken(f"a ballot cannot be counted by the plan of {survey.id}") from error
        # Deleting is what makes two who score the same batch collide: one of them starts again and finds nothing.
        self._db.batches.delete_many({"_id": {"$in": [batch["_id"] for batch in batches]}}, session=session)
        self._db.tallies.insert_one(tallies_document(survey.id, cells), session=session)
        return len(documents)

    def read(self, survey_id: str, session: ClientSession | None = None) -> dict[Cell, Tally]:
        """The survey's tallies, merged cell by cell."""
        with answering(_DEADLINE):
            documents = self._db.tallies.find({"survey": survey_id}, session=session)
            return merge_cells(map(tallies_from, documents))

    def gather(self, survey_id: str, merged_from: int = MERGED_FROM) -> dict[Cell, Tally]:
        """`read`, leaving one document in the place of all where there are `merged_from` of them or more."""
        return transact(self._db, lambda session: self._gather(survey_id, merged_from, session), _DEADLINE)

    def _gather(self, survey_id: str, merged_from: int, session: ClientSession) -> dict[Cell, Tally]:
        documents = list(self._db.tallies.find({"survey": survey_id}, session=session))
        merged = merge_cells(map(tallies_from, documents))
        if len(documents) >= max(merged_from, 2):
            self._db.tallies.delete_many({"_id": {"$in": [document["_id"] for document in documents]}}, session=session)
            self._db.tallies.insert_one(tallies_document(survey_id, merged), session=session)
        return merged

    def waiting(self, survey_id: str, session: ClientSession | None = None) -> Waiting:
        """What of the survey is committed and not scored."""
        with answering(_DEADLINE):
            batches = list(self._db.batches.find({"survey": survey_id}, session=session))
        oldest = min((batch["committed_at"] for batch in batches), default=None)
        return Waiting(len(batches), sum(len(batch["ballots"]) for batch in batches), oldest)

    def waiting_ballots(self, survey_id: str) -> set[UUID]:
        """The ballots of the survey that are committed and not scored, in batches that are stuck too."""
        with answering(_DEADLINE):
            batches = self._db.batches.find({"survey": survey_id}, {"ballots": 1})
            return {ballot for batch in batches for ballot in batch["ballots"]}

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

    def try_again(self, batch_id: UUID, author: Author | None) -> str:
        """Let a batch that was set aside be scored by the next sweep; returns the survey. An act in the audit log.

        Raises UnknownBatch where no such batch is set aside, Unsigned, StoreUnavailable.
        """

        def work(session: ClientSession) -> str:
            batch = self._db.batches.find_one({"_id": batch_id, "stuck": {"$ne": None}}, session=session)
            if batch is None:
                raise UnknownBatch(str(batch_id))
            self._db.batches.update_one({"_id": batch_id}, {"$unset": {"stuck": ""}}, session=session)
            told = {"batch": str(batch_id), "ballots": len(batch["ballots"])}
            append(self._db, Act("retry batch", batch["survey"], {"stuck": batch["stuck"]}, told), author, session)
            return str(batch["survey"])

        return transact(self._db, work, _DEADLINE)

    def all_stuck(self) -> list[Stuck]:
        """Every batch that was set aside, by survey."""
        with answering(_DEADLINE):
            batches = self._db.batches.find({"stuck": {"$ne": None}})
            found = [Stuck(b["_id"], b["survey"], len(b["ballots"]), b["stuck"]) for b in batches]
        return sorted(found, key=lambda each: (each.survey, str(each.batch)))

    def stuck(self, survey_id: str) -> dict[UUID, str]:
        """The survey's batches that were set aside, with the reason."""
        with answering(_DEADLINE):
            found = self._db.batches.find({"survey": survey_id, "stuck": {"$ne": None}})
            return {batch["_id"]: batch["stuck"] for batch in found}
