"""The audit log in the store. An act that writes appends its entry in the same transaction: neither is there without the other.

Each append moves the head by compare-and-set, so that of two writers at once one starts again: the chain cannot fork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from shared.domain.audit import GENESIS, Act, Entry, Head, entry, faults
from shared.store.connection import Db, Document, StoreConflict, answering, transact

_HEAD = "audit"
_DEADLINE = 10.0


class AuditBroken(RuntimeError):
    """The log does not go on from its head. Nothing is done that it cannot tell of."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts, as the log names them, and the clock that dates their acts."""

    name: str
    clock: Callable[[], datetime]


class Unsigned(ValueError):
    """Something was to be changed by nobody. Every act has an author."""


def signed(author: Author | None) -> Author:
    """`author`. Raises Unsigned where there is none."""
    if author is None:
        raise Unsigned("every act has an author, and none was given")
    return author


def append(db: Db, act: Act, author: Author | None, session: ClientSession) -> Entry:
    """Append `act` within the transaction of `session`. Raises Unsigned, AuditBroken."""
    by = signed(author)
    head = _head(db, session)
    made = entry(head or GENESIS, act, by.name, by.clock())
    change = {"$set": {"number": made.number, "hash": made.hash}}
    expected = {"_id": _HEAD} if head is None else {"_id": _HEAD, "number": head.number, "hash": head.hash}
    if db.audit_head.update_one(expected, change, upsert=head is None, session=session).matched_count != (head is not None):
        raise StoreConflict("someone else wrote to the audit log")
    try:
        db.audit.insert_one(_document(made), session=session)
    except DuplicateKeyError as error:
        raise AuditBroken(f"the audit log has an entry {made.number} that its head does not know") from error
    return made


class Audit:
    """The collection `audit`, `_id` the entry's number, and its head."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def record(self, act: Act, author: Author) -> Entry:
        """Append an act that writes nothing else. Raises AuditBroken, StoreUnavailable."""
        return transact(self._db, lambda session: append(self._db, act, author, session), _DEADLINE)

    def entries(self, survey_id: str | None = None) -> Iterator[Entry]:
        """All entries, or those of one survey, by number. Raises StoreUnavailable."""
        wanted = {} if survey_id is None else {"survey": survey_id}
        with answering():
            for document in self._db.audit.find(wanted).sort("_id"):
                yield _entry(document)

    def head(self) -> Head | None:
        """What was written down with the last entry; None for a log nobody wrote to yet, or whose head is gone."""
        with answering(_DEADLINE):
            return _head(self._db, None)

    def faults(self) -> list[str]:
        """What is wrong with the log, in words; empty when it is whole. Raises StoreUnavailable."""
        foreign = [f"{each!r} is not a number that the log gives" for each in self._foreign()]
        return foreign + transact(self._db, self._faults, 600.0)

    def _faults(self, session: ClientSession) -> list[str]:
        numbered = self._db.audit.find({"_id": {"$type": "number"}}, session=session).sort("_id")
        return faults(map(_entry, numbered), _head(self._db, session))

    def _foreign(self) -> list[object]:
        with answering(_DEADLINE):
            return [document["_id"] for document in self._db.audit.find({"_id": {"$not": {"$type": "number"}}}, {"_id": 1})]


def _head(db: Db, session: ClientSession | None) -> Head | None:
    document = db.audit_head.find_one({"_id": _HEAD}, session=session)
    return None if document is None else Head(document["number"], document["hash"])


def _document(made: Entry) -> Document:
    document = asdict(made)
    return {"_id": document.pop("number"), **document}


def _entry(document: Document) -> Entry:
    """The entry as it stands in the store. What was added to it or taken from it beside the log shows in its hash."""
    known = {name: document.get(name) for name in ("survey", "act", "by", "at", "before", "after", "previous", "hash")}
    return Entry(number=document["_id"], **known)  # type: ignore[arg-type]
