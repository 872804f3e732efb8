"""The running indices of open surveys: one document a group, with the snapshot that people see and the one that waits.

No document tells one ballot from the next: when a snapshot is taken and when it is shown is the disclosure rule's
decision (`shared.domain.disclosure.running`), applied by compare-and-set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.errors import DuplicateKeyError

from shared.domain.disclosure.running import Counted, Looks, Move
from shared.store.connection import Db, answering

_DEADLINE = 5.0
_NOTHING: Mapping[str, Any] = {"revision": 0, "shown": [], "last": None, "pending": None}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Figures of a group as they were when the strata had `counted` ballots. Percent, by name; None where undefined."""

    counted: Counted
    overall: float | None
    factors: Mapping[str, float | None]

    @property
    def base(self) -> int:
        return sum(self.counted.values())


class Indices:
    """The collection `indices`."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def shown(self, survey_id: str) -> dict[str, Snapshot]:
        """The running figures that people may see: group id -> snapshot. Groups too small for one are left out."""
        with answering(_DEADLINE):
            documents = list(self._db.indices.find({"survey": survey_id, "shown": {"$ne": []}}, {"group": 1, "last": 1}))
        return {document["group"]: _snapshot(document["last"]) for document in documents}

    def advance(self, survey_id: str, group_id: str, decide: Callable[[Looks], Move], take: Callable[[], Snapshot]) -> bool:
        """Do what `decide` says to the group's snapshots; False when someone else moved them first."""
        key = f"{survey_id}/{group_id}"
        with answering(_DEADLINE):
            document = self._db.indices.find_one({"_id": key}) or _NOTHING
            move = decide(_looks(document))
            if not (move.reveal or move.take):
                return True
            pending = document["pending"]
            changed = {
                "survey": survey_id,
                "group": group_id,
                "shown": [*document["shown"], pending["counted"]] if move.reveal else document["shown"],
                "last": pending if move.reveal else document["last"],
                "pending": _stored(take()) if move.take else (None if move.reveal else pending),
                "revision": document["revision"] + 1,
            }
            expected = {"_id": key, "revision": document["revision"]}
            try:
                # Only the first revision is upserted: a race that is lost is then a duplicate key, not a second document.
                done = self._db.indices.update_one(expected, {"$set": changed}, upsert=document is _NOTHING)
            except DuplicateKeyError:
                return False
            return bool(done.matched_count or done.upserted_id)


def _looks(document: Mapping[str, Any]) -> Looks:
    pending = document["pending"]
    return Looks(tuple(document["shown"]), None if pending is None else pending["counted"])


def _snapshot(stored: Mapping[str, Any]) -> Snapshot:
    return Snapshot(stored["counted"], stored["overall"], stored["factors"])


def _stored(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "counted": dict(snapshot.counted),
        "overall": snapshot.overall,
        "factors": dict(snapshot.factors),
    }
