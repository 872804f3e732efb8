"""Who is told of editions, and the outbox of what they are to be told with the log of every try.

An announcement is written in the transaction that lets its edition out: none is lost, and none tells of an edition that is
not out.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from shared.domain.announcement import PREFIX, Receiver, Standing, Way, next_try
from shared.domain.audit import Act
from shared.store.audit import Author, append, signed
from shared.store.connection import Db, Document, answering, transact

LEASE = timedelta(seconds=60)
"""For how long a process that tries a delivery has it for itself; one that was killed leaves it to the next after that."""

_DEADLINE = 10.0
_TRIES_KEPT = 40


class UnknownReceiver(LookupError):
    """There is no such receiver."""


class UnknownAnnouncement(LookupError):
    """There is no such announcement, or it was delivered already."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What one receiver is to be told of one edition. `tries` is the log: when, what came back, how long it took.

    `id` is the same on every try, so that a receiver can tell a repetition. Secrets are read by `Announcements.secret` alone.
    """

    id: str
    survey: str
    edition: int
    receiver: Receiver
    content: str
    standing: Standing
    due_at: datetime
    tries: Sequence[Mapping[str, Any]]


class Announcements:
    """The collections `receivers` and `announcements`. Who only reads or delivers needs no `author`."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def add(self, way: Way, address: str, survey: str | None, *, private: bool) -> tuple[Receiver, str | None]:
        """A new receiver, and its signing secret where it is a webhook: the only time that it is told.

        Raises Unsigned, StoreUnavailable.
        """
        receiver = Receiver(secrets.token_hex(4), way, address, survey, private)
        secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() if way is Way.WEBHOOK else None
        document = {**_receiver_document(receiver), "secret": secret, "added_at": signed(self._author).clock()}

        def work(session: ClientSession) -> None:
            self._db.receivers.insert_one({"_id": receiver.id, **document}, session=session)
            told = {"receiver": receiver.id, "way": way.value, "private": private}
            append(self._db, Act("add receiver", survey, {}, told), self._author, session)

        transact(self._db, work, _DEADLINE)
        return receiver, secret

    def remove(self, receiver_id: str) -> None:
        """Remove a receiver, its address and secret, and cancel what it still waits for. Raises UnknownReceiver, Unsigned."""

        def work(session: ClientSession) -> None:
            found = self._db.receivers.find_one_and_delete({"_id": receiver_id}, session=session)
            if found is None:
                raise UnknownReceiver(receiver_id)
            waiting = {"receiver.id": receiver_id, "standing": Standing.WAITING.value}
            self._db.announcements.update_many(waiting, {"$set": {"standing": Standing.CANCELLED.value}}, session=session)
            self._db.announcements.update_many(
                {"receiver.id": receiver_id}, {"$set": {"receiver.address": "removed"}}, session=session
            )
            append(self._db, Act("remove receiver", found["survey"], {"receiver": receiver_id}), self._author, session)

        transact(self._db, work, _DEADLINE)

    def receivers(self) -> list[Receiver]:
        """All receivers, without their secrets. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            return [_receiver({"id": d["_id"], **d}) for d in self._db.receivers.find({}, {"secret": 0}).sort("added_at")]

    def secret(self, receiver_id: str) -> str:
        """The signing secret of a webhook. Raises UnknownReceiver."""
        with answering(_DEADLINE):
            found = self._db.receivers.find_one({"_id": receiver_id, "way": Way.WEBHOOK.value})
        if found is None:
            raise UnknownReceiver(receiver_id)
        return str(found["secret"])

    def enqueue(self, survey: str, edition: int, content: str, now: datetime, session: ClientSession) -> None:
        """Within the transaction of `session`, write what every receiver of the survey is to be told of the edition."""
        wanted = self._db.receivers.find({"survey": {"$in": [None, survey]}}, {"secret": 0}, session=session)
        documents = [
            {
                "_id": f"msg_{uuid4().hex}",
                "survey": survey,
                "edition": edition,
                "receiver": {"id": found["_id"], **_receiver_document(_receiver({"id": found["_id"], **found}))},
                "content": content,
                "standing": Standing.WAITING.value,
                "due_at": now,
                "failed": 0,
                "tries": [],
            }
            for found in wanted
        ]
        if documents:
            self._db.announcements.insert_many(documents, session=session)

    def take(self, now: datetime) -> Announcement | None:
        """The announcement that is due longest, for whoever takes it alone for `LEASE`; None where none is due."""
        due = {"standing": Standing.WAITING.value, "due_at": {"$lte": now}}
        with answering(_DEADLINE):
            found = self._db.announcements.find_one_and_update(
                due, {"$set": {"due_at": now + LEASE}}, sort=[("due_at", 1)], return_document=ReturnDocument.AFTER
            )
        return None if found is None else _announcement(found)

    def delivered(self, announcement: Announcement, tried: Mapping[str, Any]) -> None:
        """Note that the receiver has it; it is not sent again."""
        self._note(announcement, tried, {"standing": Standing.DELIVERED.value})

    def failed(self, announcement: Announcement, tried: Mapping[str, Any], now: datetime, *, for_good: bool) -> Standing:
        """Note a try that failed, and when the next is due: none where it failed `for_good` or too often."""
        with answering(_DEADLINE):
            found = self._db.announcements.find_one({"_id": announcement.id}, {"failed": 1}) or {"failed": 0}
        failed = found["failed"] + 1
        due = None if for_good else next_try(failed, now)
        standing = Standing.WAITING if due is not None else Standing.GIVEN_UP
        self._note(announcement, tried, {"standing": standing.value, "failed": failed, "due_at": due or now})
        return standing

    def _note(self, announcement: Announcement, tried: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        change = {"$set": dict(changes), "$push": {"tries": {"$each": [dict(tried)], "$slice": -_TRIES_KEPT}}}
        with answering(_DEADLINE):
            self._db.announcements.update_one({"_id": announcement.id, "standing": Standing.WAITING.value}, change)

    def all(self, survey: str | None = None) -> list[Announcement]:
        """The announcements, of one survey where it is named, the latest edition first. Raises StoreUnavailable."""
        wanted = {} if survey is None else {"survey": survey}
        with answering(_DEADLINE):
            found = self._db.announcements.find(wanted).sort([("survey", 1), ("edition", -1), ("_id", 1)])
            return [_announcement(document) for document in found]

    def retry(self, announcement_id: str, now: datetime) -> None:
        """Try one that was not delivered again at once, and as often as a new one. Raises UnknownAnnouncement, Unsigned."""

        def work(session: ClientSession) -> None:
            again = {"standing": Standing.WAITING.value, "due_at": now, "failed": 0}
            wanted = {"_id": announcement_id, "standing": {"$in": [Standing.WAITING.value, Standing.GIVEN_UP.value]}}
            found = self._db.announcements.find_one_and_update(wanted, {"$set": again}, session=session)
            if found is None:
                raise UnknownAnnouncement(announcement_id)
            act = Act("retry announcement", found["survey"], {"standing": found["standing"]}, {"announcement": announcement_id})
            append(self._db, act, self._author, session)

        transact(self._db, work, _DEADLINE)


def _receiver_document(receiver: Receiver) -> Document:
    return {"way": receiver.way.value, "address": receiver.address, "survey": receiver.survey, "private": receiver.private}


def _receiver(document: Document) -> Receiver:
    return Receiver(document["id"], Way(document["way"]), document["address"], document["survey"], document["private"])


def _announcement(document: Document) -> Announcement:
    return Announcement(
        id=document["_id"],
        survey=document["survey"],
        edition=document["edition"],
        receiver=_receiver(document["receiver"]),
        content=document["content"],
        standing=Standing(document["standing"]),
        due_at=document["due_at"],
        tries=document["tries"],
    )
