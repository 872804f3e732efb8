"""The collections and indexes that the system needs. `ensure` makes what is missing and changes nothing that is there."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure

from shared.store.connection import Db, answering

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
    "surveys": [IndexModel([("state", ASCENDING)]), IndexModel([("due_at", ASCENDING)])],
    "summaries": [IndexModel([("survey", ASCENDING)])],
    "measures": [],
    "comments": [],
    "receivers": [],
    "announcements": [IndexModel([("standing", ASCENDING), ("due_at", ASCENDING)]), IndexModel([("survey", ASCENDING)])],
}

_NAMESPACE_EXISTS = 48


def ensure(db: Db) -> None:
    """Make the collections and indexes that are missing. Raises StoreUnavailable."""
    with answering(30.0):
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
