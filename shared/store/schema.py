"""The collections and indexes that the system needs, and the revision of how documents are laid out in them.

The revision stands in the store, beside the data. A process that was made for another one does not touch the data: it says
what to do and ends. `shared.store.migrations` takes data from one revision to the next.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import CollectionInvalid, OperationFailure

from shared.store.connection import Db, StoreUnavailable, answering

REVISION = 1
"""The revision that this release reads and writes: that of the last migration."""

LAYOUT, RESTORING = "layout", "restoring"
"""The documents of the collection `schema`: which revision the data have, and the backup that is being restored."""

CLUSTERED = ("ballots", "invitations", "tallies", "leases")
"""Kept in the order of their random `_id`, so that the order on disk says nothing about the order of arrival."""

INDEXES: dict[str, list[IndexModel]] = {
    "ballots": [IndexModel([("survey", ASCENDING)])],
    "batches": [IndexModel([("survey", ASCENDING)]), IndexModel([("committed_at", ASCENDING)])],
    "invitations": [IndexModel([("survey", ASCENDING), ("stratum", ASCENDING)])],
    "leases": [
        IndexModel([("survey", ASCENDING), ("stratum", ASCENDING), ("until", ASCENDING)]),
        IndexModel([("device", ASCENDING)]),
    ],
    "devices": [IndexModel([("survey", ASCENDING), ("name", ASCENDING)], unique=True)],
    "contacts": [IndexModel([("survey", ASCENDING)])],
    "piles": [IndexModel([("survey", ASCENDING)])],
    "places": [IndexModel([("survey", ASCENDING), ("stratum", ASCENDING)])],
    "gates": [IndexModel([("survey", ASCENDING)])],
    "tallies": [IndexModel([("survey", ASCENDING)])],
    "indices": [IndexModel([("survey", ASCENDING)])],
    "editions": [IndexModel([("survey", ASCENDING), ("edition", ASCENDING)], unique=True)],
    "quarantine": [IndexModel([("survey", ASCENDING)])],
    "audit": [IndexModel([("survey", ASCENDING), ("_id", ASCENDING)])],
    "audit_head": [],
    "heartbeats": [IndexModel([("at", ASCENDING)], expireAfterSeconds=86_400)],
    "plan_notices": [],
    "surveys": [IndexModel([("state", ASCENDING)]), IndexModel([("due_at", ASCENDING)])],
    "summaries": [IndexModel([("survey", ASCENDING)])],
    "measures": [],
    "comments": [],
    "receivers": [],
    "announcements": [IndexModel([("standing", ASCENDING), ("due_at", ASCENDING)]), IndexModel([("survey", ASCENDING)])],
    "schema": [],
    "retentions": [],
}

_NAMESPACE_EXISTS = 48


class WrongSchema(RuntimeError):
    """The data are of another revision than this release, or not whole. The message says what to do."""


def ensure(db: Db) -> None:
    """Make the collections and indexes that are missing; a store without data gets this release's revision.

    Raises WrongSchema where data of another revision are there, StoreUnavailable.
    """
    require(db)
    with answering(30.0):
        lay_out(db)
        db.schema.update_one({"_id": LAYOUT}, {"$setOnInsert": {"revision": REVISION}}, upsert=True)


def lay_out(db: Db) -> None:
    """Make the collections and indexes that are missing, whatever the revision."""
    for name in INDEXES:
        options: dict[str, Any] = {"clusteredIndex": {"key": {"_id": 1}, "unique": True}} if name in CLUSTERED else {}
        try:
            db.create_collection(name, check_exists=False, **options)
        except CollectionInvalid:
            pass
        except OperationFailure as error:
            if error.code != _NAMESPACE_EXISTS:
                raise
    for name, indexes in INDEXES.items():
        if indexes:
            db[name].create_indexes(indexes)


def revision(db: Db) -> int | None:
    """The revision of the data: 0 where they are older than revisions, None where there are none. Raises StoreUnavailable."""
    with answering(10.0):
        layout = db.schema.find_one({"_id": LAYOUT})
        if layout is not None:
            return int(layout["revision"])
        has_data = any(db[name].find_one({}, {"_id": 1}) is not None for name in ("surveys", "audit"))
    return 0 if has_data else None


def require(db: Db) -> None:
    """Raises WrongSchema unless the data are whole and of this release's revision, or there are none; StoreUnavailable."""
    with answering(10.0):
        restoring = db.schema.find_one({"_id": RESTORING})
    if restoring is not None:
        raise WrongSchema(
            f"a restore of the backup of {restoring['made_at']} into {db.name} was not finished: "
            "begin it again with `hailong restore`"
        )
    found = revision(db)
    if found is None:
        return
    can_take(found)
    if found < REVISION:
        raise WrongSchema(
            f"the data in {db.name} have schema revision {found}, and this release needs {REVISION}: "
            "make a backup with the release that wrote them, then run `hailong migrate`"
        )


def require_if_there(db: Db) -> None:
    """`require`, for a process that can wait for the store: one that does not answer is not held against it."""
    with suppress(StoreUnavailable):
        require(db)


def can_take(found: int, known: int = REVISION) -> None:
    """Raises WrongSchema where data of revision `found` were written by a release that knows later ones than `known`."""
    if found > known:
        raise WrongSchema(
            f"the data have schema revision {found}, and this release knows them up to {known}: a later release wrote them; "
            "start that one, or restore the backup that was made before its `hailong migrate`"
        )


def note(db: Db, to: int, name: str, now: datetime, session: ClientSession) -> None:
    """Write down within the transaction of `session` that the data have revision `to` now, and by what."""
    applied = {"revision": to, "by": name, "at": now}
    db.schema.update_one(
        {"_id": LAYOUT}, {"$set": {"revision": to}, "$push": {"applied": applied}}, upsert=True, session=session
    )
