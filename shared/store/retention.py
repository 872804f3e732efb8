"""Destroying what leads to people when its time is over: free text, invitations, contacts. Figures, receipts and register stay.

A ballot's digest commits to the comment by a digest of its own (`shared.domain.ballot.canonical`), which takes the place of the
text: so whether the answers were altered can be told as before. What backups hold is not reached from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.domain.audit import Act
from shared.domain.ballot import comment_digest
from shared.store.audit import Author, append, signed
from shared.store.connection import Db, Document, answering, transact
from shared.store.contacts import Contacts

PART = 500
"""Ballots whose comments are destroyed at once."""

_DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Held:
    """How much there is of what leads to people."""

    comments: int
    invitations: int
    contacts: int

    @property
    def nothing(self) -> bool:
        return self == Held(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was destroyed and when, as the audit log has it. `ended_at` is None where it was begun and not ended."""

    begun_at: datetime
    ended_at: datetime | None
    destroyed: Held


class Retention:
    """The collection `retentions`, one document a survey, and what is destroyed in others."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def held(self, survey_id: str) -> Held:
        """What of the survey would be destroyed. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            return self._held(survey_id)

    def certificate(self, survey_id: str) -> Certificate | None:
        """What was destroyed, None where nothing was yet. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            found = self._db.retentions.count_documents({"_id": survey_id})
        return self._certificate(survey_id) if found else None

    def destroy(self, survey_id: str, tell: Callable[[int], None] = lambda _: None) -> Certificate:
        """Destroy the survey's free text, invitations and contacts, with a certificate in the audit log.

        What was ended is not done again; interrupted, it is resumed. `tell` is told how many comments are destroyed so far.
        Raises Unsigned, StoreUnavailable.
        """
        begun = self.certificate(survey_id)
        if begun is not None and begun.ended_at is not None:
            return begun
        destroyed = self._begin(survey_id) if begun is None else begun.destroyed
        self._silence(self._db.ballots, survey_id, tell)
        self._silence(self._db.quarantine, survey_id, lambda _: None)
        with answering(600.0):
            self._db.invitations.delete_many({"survey": survey_id})
        Contacts(self._db, self._author).forget(survey_id)
        self._end(survey_id, destroyed)
        return self._certificate(survey_id)

    def _certificate(self, survey_id: str) -> Certificate:
        with answering(_DEADLINE):
            [document] = self._db.retentions.find({"_id": survey_id})
        return Certificate(document["begun_at"], document["ended_at"], Held(**document["destroyed"]))

    def _held(self, survey_id: str) -> Held:
        of_survey, with_text = {"survey": survey_id}, {"survey": survey_id, "comment": {"$exists": True}}
        return Held(
            comments=sum(collection.count_documents(with_text) for collection in (self._db.ballots, self._db.quarantine)),
            invitations=self._db.invitations.count_documents(of_survey),
            contacts=self._db.contacts.count_documents(of_survey),
        )

    def _begin(self, survey_id: str) -> Held:
        """Note how much there is before the first of it is destroyed: an end that comes later can tell all of it."""
        held, now = self.held(survey_id), signed(self._author).clock()
        document = {"begun_at": now, "ended_at": None, "destroyed": asdict(held)}

        def work(session: ClientSession) -> None:
            append(self._db, Act("begin destroying", survey_id, before=asdict(held)), self._author, session)
            self._db.retentions.insert_one({"_id": survey_id, **document}, session=session)

        transact(self._db, work, _DEADLINE)
        return held

    def _silence(self, collection: Collection[Document], survey_id: str, tell: Callable[[int], None]) -> None:
        wanted: Mapping[str, Any] = {"survey": survey_id, "comment": {"$exists": True}}
        done = 0
        while True:
            with answering(_DEADLINE):
                found = list(collection.find(wanted, {"comment": 1}).limit(PART))
                if not found:
                    return
                collection.bulk_write([_silenced(document) for document in found], ordered=False)
            done += len(found)
            tell(done)

    def _end(self, survey_id: str, destroyed: Held) -> None:
        now = signed(self._author).clock()
        told = asdict(destroyed)

        def work(session: ClientSession) -> None:
            ended = self._db.retentions.update_one(
                {"_id": survey_id, "ended_at": None}, {"$set": {"ended_at": now}}, session=session
            )
            if ended.modified_count:
                append(self._db, Act("destroy", survey_id, told, dict.fromkeys(told, 0)), self._author, session)

        transact(self._db, work, _DEADLINE)


def _silenced(document: Document) -> UpdateOne:
    """Put the digest in the text's place, in one write; a ballot that someone else did meanwhile is left as it is."""
    text = document["comment"]
    change = {"$unset": {"comment": ""}, "$set": {"comment_digest": comment_digest(document["_id"], text)}}
    return UpdateOne({"_id": document["_id"], "comment": text}, change)
