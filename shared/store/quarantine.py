"""What a person decides about what was set aside. Every decision is in the audit log, with the removal, or was not made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.domain.ballot import Ballot, receipt
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, answering, transact
from shared.store.wire import ballot_from

_DEADLINE = 10.0


class NotSetAside(LookupError):
    """Nothing of that name waits in quarantine."""


@dataclass(frozen=True, slots=True)
class Late:
    """A ballot that came too late, as it was set aside: with the digest and the day of its coming."""

    ballot: Ballot
    digest: bytes
    day: date


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing that waits for a person. `name` is what they call it by: a ballot's receipt, a message's id.

    `event` is a message that can be sent again, its name and payload in JSON; `late` is a ballot.
    """

    id: UUID
    name: str
    survey: str | None
    reason: str
    event: str | None
    late: Late | None

    @property
    def kind(self) -> str:
        return "message" if self.late is None else "ballot"


class Decisions:
    """The collection `quarantine`, for the person who decides."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def waiting(self, survey_id: str | None = None) -> list[SetAside]:
        """What waits, of one survey and of none, or all. Raises StoreUnavailable."""
        wanted = {} if survey_id is None else {"survey": {"$in": [survey_id, None]}}
        with answering(_DEADLINE):
            return [_set_aside(document) for document in self._db.quarantine.find(wanted).sort("_id")]

    def named(self, name: str) -> SetAside:
        """Raises NotSetAside, StoreUnavailable."""
        found = [each for each in self.waiting() if each.name == name]
        if not found:
            raise NotSetAside(name)
        return found[0]

    def settle(self, case: SetAside, act: str, after: Mapping[str, Any]) -> None:
        """Remove `case` from quarantine, as `act`. Raises NotSetAside where someone else did, Unsigned, StoreUnavailable."""
        before = {"kind": case.kind, "reason": case.reason}

        def work(session: ClientSession) -> None:
            if self._db.quarantine.delete_one({"_id": case.id}, session=session).deleted_count != 1:
                raise NotSetAside(case.name)
            append(self._db, Act(act, case.survey, before, after), self._author, session)

        transact(self._db, work, _DEADLINE)


def _set_aside(document: Document) -> SetAside:
    if document["kind"] == "message":
        return SetAside(
            document["_id"], str(document["_id"]), document["survey"], document["reason"], document.get("event"), None
        )
    digest = bytes(document["digest"])
    late = Late(ballot_from(document), digest, date.fromisoformat(document["date"]))
    return SetAside(document["_id"], receipt(digest), document["survey"], document["reason"], None, late)
