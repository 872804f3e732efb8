"""What operators look at: heartbeats, and the quarantine."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import uuid4

from shared.domain.ballot import Ballot
from shared.store.connection import Db, answering
from shared.store.wire import ballot_document

_DEADLINE = 5.0


class Heartbeats:
    """When each worker last consumed a message."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def beat(self, service: str, node: str, now: datetime) -> None:
        """Record that worker `node` of `service` consumed its heartbeat."""
        with answering(_DEADLINE):
            self._db.heartbeats.update_one({"_id": node}, {"$set": {"service": service, "at": now}}, upsert=True)

    def ages(self, now: datetime, host: str | None = None) -> dict[str, timedelta]:
        """service -> time since its freshest worker consumed, never below zero; of the workers on `host` where one is named."""
        with answering(_DEADLINE):
            beats = [b for b in self._db.heartbeats.find() if host is None or b["_id"].endswith(f"@{host}")]
        ages: dict[str, timedelta] = {}
        for beat in beats:
            age = max(now - beat["at"], timedelta())
            ages[beat["service"]] = min(age, ages.get(beat["service"], age))
        return ages


class Quarantine:
    """What cannot be handled and waits for a person: messages, and ballots that were synchronised too late."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add_message(self, reason: str, content: str, event: str | None = None) -> None:
        """Set a message aside; `event` is its name and payload in JSON, where it can be sent again."""
        document = {"_id": uuid4(), "kind": "message", "survey": None, "reason": reason, "content": content, "event": event}
        with answering(_DEADLINE):
            self._db.quarantine.insert_one(document)

    def add_ballot(self, ballot: Ballot, digest: bytes, reason: str, now: datetime) -> None:
        """Set a ballot aside that came too late; the same ballot again changes nothing."""
        document = ballot_document(ballot, digest, now.date())
        document |= {"kind": "ballot", "reason": reason}
        with answering(_DEADLINE):
            self._db.quarantine.replace_one({"_id": ballot.id}, document, upsert=True)

    def reasons(self, survey_id: str | None = None) -> Counter[tuple[str, str]]:
        """(kind, reason) -> how many wait; those of one survey and those of none when `survey_id` is given."""
        wanted = {} if survey_id is None else {"survey": {"$in": [survey_id, None]}}
        with answering(_DEADLINE):
            return Counter((d["kind"], d["reason"]) for d in self._db.quarantine.find(wanted, {"kind": 1, "reason": 1}))
