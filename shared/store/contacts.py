"""Contacts of named bodies: who is asked, how to reach them, and whether their invitation is spent. Held apart from ballots.

A contact keeps the hash of its invitation while the survey runs. That tells who answered, never what: a ballot keeps nothing
of its invitation. Sealing destroys the link; what is left of a contact goes when its time is over (`Contacts.forget`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from bson.binary import Binary
from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.domain.token import token_digest
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, answering, transact

PART = 500
"""Contacts of one transaction."""

_DEADLINE = 30.0


class Reached(StrEnum):
    """How far it is with a contact's invitation.

    `WRITING` was interrupted: nobody can say whether the message went out. `HANDED` is an invitation that went into a file.
    """

    NEW = "new"
    WRITING = "writing"
    WRITTEN = "written"
    HANDED = "handed"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Named:
    """A body to be asked, as a list names it."""

    name: str
    stratum: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A body that is asked. `answered` is None once the link to its invitation is destroyed, or before there is one.

    `written_on` is the day of the last message to it.
    """

    id: UUID
    survey: str
    named: Named
    reached: Reached
    written_on: date | None
    answered: bool | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many contacts a list brought: new ones, such with another address or number, and such that were there."""

    new: int
    changed: int
    same: int


class Contacts:
    """The collection `contacts`, and the invitations that belong to it. Who only reads needs no `author`."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def load(self, survey_id: str, given: Sequence[Named]) -> Loaded:
        """Bring in a list. Contacts are known again by stratum and name. Raises Unsigned, StoreUnavailable."""

        def work(session: ClientSession) -> Loaded:
            known = {_key(_named(d)): d for d in self._db.contacts.find({"survey": survey_id}, session=session)}
            new = [named for named in given if _key(named) not in known]
            changed = [named for named in given if _key(named) in known and _named(known[_key(named)]) != named]
            loaded = Loaded(len(new), len(changed), len(given) - len(new) - len(changed))
            act = Act("load contacts", survey_id, after={"new": loaded.new, "changed": loaded.changed})
            append(self._db, act, self._author, session)
            if new:
                self._db.contacts.insert_many([_document(survey_id, named) for named in new], session=session)
            for named in changed:
                change = {"$set": {"email": named.email, "phone": named.phone}}
                self._db.contacts.update_one({"_id": known[_key(named)]["_id"]}, change, session=session)
            return loaded

        return transact(self._db, work, _DEADLINE)

    def of(self, survey_id: str) -> list[Contact]:
        """The survey's contacts by stratum and name. Raises StoreUnavailable."""
        return transact(self._db, lambda session: self._of(survey_id, session), _DEADLINE)

    def issue(self, survey_id: str, wanted: Mapping[UUID, str], reached: Reached, act: str) -> set[UUID]:
        """Issue the token in `wanted` to each contact, in place of what it had, in one transaction; at most `PART`.

        What comes back are the contacts that have their new token now; who answered meanwhile keeps the spent invitation. The
        act stands in the audit log by its name `act`. Raises Unsigned, StoreUnavailable.
        """

        def work(session: ClientSession) -> set[UUID]:
            found = list(self._db.contacts.find({"_id": {"$in": list(wanted)}, "survey": survey_id}, session=session))
            spent = self._spent(found, session)
            free = [d for d in found if d["link"] is None or bytes(d["link"]) not in spent]
            old = [d["link"] for d in free if d["link"] is not None]
            new = {d["_id"]: Binary(token_digest(wanted[d["_id"]])) for d in free}
            append(self._db, Act(act, survey_id, after={"count": len(free)}), self._author, session)
            if old:
                self._db.invitations.delete_many({"_id": {"$in": old}, "spent": False}, session=session)
            if free:
                self._db.invitations.insert_many(
                    [{"_id": new[d["_id"]], "survey": survey_id, "stratum": d["stratum"], "spent": False} for d in free],
                    session=session,
                )
                changes = [
                    UpdateOne({"_id": d["_id"]}, {"$set": {"link": new[d["_id"]], "reached": reached.value}}) for d in free
                ]
                self._db.contacts.bulk_write(changes, session=session)
            return {d["_id"] for d in free}

        return transact(self._db, work, _DEADLINE)

    def settle(self, contact: UUID, reached: Reached, day: date) -> None:
        """Note that a message went out, or could not. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            change = {"$set": {"reached": reached.value, "written_on": day.isoformat()}}
            self._db.contacts.update_one({"_id": contact}, change)

    def close(self, survey_id: str) -> int:
        """Destroy what leads from contacts to invitations, and say for how many. Raises Unsigned, StoreUnavailable."""

        def work(session: ClientSession) -> int:
            linked = self._db.contacts.count_documents({"survey": survey_id, "link": {"$ne": None}}, session=session)
            append(self._db, Act("close contacts", survey_id, after={"count": linked}), self._author, session)
            forget_links(self._db, survey_id, session)
            return linked

        return transact(self._db, work, _DEADLINE)

    def forget(self, survey_id: str) -> int:
        """Destroy the survey's contacts, and say how many there were. Doing it again changes nothing.

        Raises Unsigned, StoreUnavailable.
        """

        def work(session: ClientSession) -> int:
            there = self._db.contacts.count_documents({"survey": survey_id}, session=session)
            if there:
                append(self._db, Act("forget contacts", survey_id, after={"count": there}), self._author, session)
                self._db.contacts.delete_many({"survey": survey_id}, session=session)
            return there

        return transact(self._db, work, _DEADLINE)

    def _of(self, survey_id: str, session: ClientSession) -> list[Contact]:
        found = list(self._db.contacts.find({"survey": survey_id}, session=session))
        spent = self._spent(found, session)
        contacts = [_contact(document, spent) for document in found]
        return sorted(contacts, key=lambda contact: (contact.named.stratum, contact.named.name))

    def _spent(self, documents: Iterable[Document], session: ClientSession) -> set[bytes]:
        """The links among the contacts' that lead to a spent invitation."""
        links = [d["link"] for d in documents if d["link"] is not None]
        if not links:
            return set()
        found = self._db.invitations.find({"_id": {"$in": links}, "spent": True}, {"_id": 1}, session=session)
        return {bytes(d["_id"]) for d in found}


def forget_links(db: Db, survey_id: str, session: ClientSession) -> None:
    """Destroy what leads from a survey's contacts to invitations, as part of sealing. Doing it again changes nothing."""
    change = {"$set": {"link": None, "reached": Reached.CLOSED.value, "written_on": None}}
    db.contacts.update_many({"survey": survey_id}, change, session=session)


def _key(named: Named) -> tuple[str, str]:
    return named.stratum, " ".join(named.name.casefold().split())


def _named(document: Document) -> Named:
    return Named(document["name"], document["stratum"], document["email"], document["phone"])


def _document(survey_id: str, named: Named) -> Document:
    return {
        "_id": uuid4(),
        "survey": survey_id,
        "name": named.name,
        "stratum": named.stratum,
        "email": named.email,
        "phone": named.phone,
        "reached": Reached.NEW.value,
        "written_on": None,
        "link": None,
    }


def _contact(document: Document, spent: set[bytes]) -> Contact:
    link, day = document["link"], document["written_on"]
    return Contact(
        id=document["_id"],
        survey=document["survey"],
        named=_named(document),
        reached=Reached(document["reached"]),
        written_on=None if day is None else date.fromisoformat(day),
        answered=None if link is None else bytes(link) in spent,
    )
