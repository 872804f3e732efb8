"""Reading all that lasts as of one moment, while everything goes on.

MongoDB reads at one cluster time outside transactions for as long as it keeps the history of it (a snapshot session;
`minSnapshotHistoryWindowInSeconds`, 300 s unless set otherwise). The embedded server takes the same request and does not
keep to it; its transactions live as long as they are used. So a snapshot session is tried, and a transaction taken where it
shows what was written after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from shared.store.backup.archive import PIECE, Piece
from shared.store.connection import SNAPSHOT, Db, Document, answering

LEFT_OUT = frozenset({"heartbeats", "schema"})
"""What no backup holds: signs of life, and what says of the store itself how it is laid out."""

BATCH = 500
"""Ballots of one batch in a backup."""

_PATIENCE = 6 * 3_600.0
"""Seconds that reading everything may take. The embedded server answers when it has all documents of a query in memory."""

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_NO_SUCH_TRANSACTION, _SNAPSHOT_TOO_OLD, _SNAPSHOT_UNAVAILABLE = 251, 239, 246


class SnapshotLost(RuntimeError):
    """The server gave up the moment that was being read. The same may work again, or with a longer history."""


def collections(db: Db) -> list[str]:
    """The collections that a backup holds, by name. Raises StoreUnavailable."""
    with answering(10.0):
        return sorted(name for name in db.list_collection_names() if name not in LEFT_OUT and not name.startswith("system."))


@contextmanager
def snapshot(db: Db, now: datetime) -> Iterator[ClientSession]:
    """A session whose reads are all of one moment, not before this call. Raises SnapshotLost, StoreUnavailable."""
    with answering(_PATIENCE):
        try:
            if _pins(db, now):
                with db.client.start_session(snapshot=True) as session:
                    yield session
            else:
                with db.client.start_session() as session, session.start_transaction(read_concern=SNAPSHOT):
                    yield session
                    session.abort_transaction()
        except OperationFailure as error:
            if error.code in (_NO_SUCH_TRANSACTION, _SNAPSHOT_TOO_OLD, _SNAPSHOT_UNAVAILABLE):
                raise SnapshotLost(
                    "the database gave up the moment that was being read; try again, and with MongoDB let it keep a longer "
                    "history (minSnapshotHistoryWindowInSeconds)"
                ) from error
            raise


def _pins(db: Db, now: datetime) -> bool:
    """Whether a snapshot session of this server really shows one moment: what is written after it may not be in it."""
    probe = {"_id": str(uuid4()), "service": "backup", "at": now}
    wanted = {"_id": probe["_id"]}
    try:
        with db.client.start_session(snapshot=True) as session:
            db.heartbeats.find_one(wanted, session=session)
            db.heartbeats.insert_one(dict(probe))
            return db.heartbeats.find_one(wanted, session=session) is None
    finally:
        db.heartbeats.delete_one(wanted)


def pieces(db: Db, name: str, session: ClientSession, now: datetime) -> Iterator[Piece]:
    """The documents of collection `name`, by id: their order says nothing of the order in which they came."""
    if name == "batches":
        yield from _in_pieces(name, _encoded(db, without_moments(list(db.batches.find(session=session)), now)))
        return
    collection: Collection[RawBSONDocument] = db.get_collection(name).with_options(codec_options=_RAW)
    # The hint is for the embedded server, which otherwise compares documents one by one to sort them.
    found = collection.find(session=session, batch_size=2_000).sort("_id").hint([("_id", 1)])
    with found:
        yield from _in_pieces(name, (bytes(document.raw) for document in found))


def _in_pieces(name: str, documents: Iterator[bytes]) -> Iterator[Piece]:
    content, number = bytearray(), 0
    for document in documents:
        content += document
        number += 1
        if len(content) >= PIECE:
            yield Piece(name, number, bytes(content))
            content, number = bytearray(), 0
    if number:
        yield Piece(name, number, bytes(content))


def without_moments(batches: list[Document], now: datetime) -> list[Document]:
    """The same ballots waiting, in batches that say nothing of which came together and when: a backup may be kept for long.

    A batch that is stuck stays one, for a person to look at; each has the day of the backup.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    waiting: dict[str, list[UUID]] = {}
    made: list[Document] = []
    for batch in batches:
        if batch.get("stuck") is None:
            waiting.setdefault(batch["survey"], []).extend(batch["ballots"])
        else:
            made.append({**batch, "ballots": sorted(batch["ballots"]), "committed_at": day})
    for survey, ballots in waiting.items():
        ordered = sorted(ballots)
        made += [
            {"_id": uuid4(), "survey": survey, "ballots": ordered[start : start + BATCH], "committed_at": day}
            for start in range(0, len(ordered), BATCH)
        ]
    return sorted(made, key=lambda batch: str(batch["_id"]))


def _encoded(db: Db, documents: list[Document]) -> Iterator[bytes]:
    for document in documents:
        yield bson.encode(document, codec_options=db.codec_options)
