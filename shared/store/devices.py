"""Devices that hand in ballots: kiosks, and clerks' machines for paper. The key is kept as its SHA-256 alone.

Beside each device stands which of its sequence numbers were settled and what it last said of itself, to the hour. None of it
leads to a ballot: a ballot keeps its channel, and no device.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bson.binary import Binary
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from shared.domain.acceptance import Device
from shared.domain.audit import Act
from shared.domain.sequences import Range, settle
from shared.domain.survey import Channel
from shared.store import places
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, answering, transact

_DEADLINE = 8.0


class DeviceExists(ValueError):
    """The survey has a device of that name."""


class UnknownDevice(LookupError):
    """The survey has no such device, or it was revoked."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says of itself: ballots that wait on it, that were refused for good, bursts of presses that it noticed, its
    program's version, and the last sequence number that it gave."""

    pending: int
    refused: int
    bursts: int
    version: str
    last: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device as it stands.

    `key` is the SHA-256 of its key, `heard` the hour of its last report (None after sealing), `borrowed` the places it holds.
    """

    key: bytes
    name: str
    survey: str
    strata: tuple[str, ...]
    channel: Channel
    revoked: bool = False
    sequences: tuple[Range, ...] = ()
    report: Report | None = None
    heard: datetime | None = None
    borrowed: int = 0


class Devices:
    """The collection `devices`. Whether a ballot's device admits it is decided with the ballot (`shared.store.acceptance`)."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def enrol(self, device: Enrolled) -> None:
        """Let a new device hand in ballots. Raises DeviceExists, Unsigned, StoreUnavailable."""
        document: Document = {
            "_id": Binary(device.key),
            "survey": device.survey,
            "name": device.name,
            "strata": list(device.strata),
            "channel": device.channel.value,
            "revoked": False,
            "sequences": [],
            "report": None,
            "heard": None,
        }
        act = Act("enrol device", device.survey, after={"name": device.name, "strata": list(device.strata)})

        def work(session: ClientSession) -> None:
            if self._db.devices.find_one({"survey": device.survey, "name": device.name}, session=session) is not None:
                raise DeviceExists(f"{device.survey} has a device {device.name} already; give this one another name")
            append(self._db, act, self._author, session)
            try:
                self._db.devices.insert_one(document, session=session)
            except DuplicateKeyError as error:
                raise DeviceExists(f"{device.survey} has a device {device.name} already") from error

        transact(self._db, work, _DEADLINE)

    def revoke(self, survey_id: str, name: str, reason: str) -> int:
        """Accept nothing from the device any more, and free the places that it borrowed; their number.

        After it returns no ballot of the device is committed: the gates are written to, and meet the commits under way.
        Raises UnknownDevice, Unsigned, StoreUnavailable.
        """

        def work(session: ClientSession) -> int:
            self._db.gates.update_many({"survey": survey_id}, {"$inc": {"changes": 1}}, session=session)
            found = {"survey": survey_id, "name": name, "revoked": False}
            device = self._db.devices.find_one_and_update(found, {"$set": {"revoked": True}}, session=session)
            if device is None:
                raise UnknownDevice(name)
            leases = list(self._db.leases.find({"device": device["_id"]}, session=session))
            places.free_leases(self._db, leases, session)
            freed: int = sum(lease["count"] for lease in leases)
            after = {"name": name, "reason": reason, "places": freed}
            append(self._db, Act("revoke device", survey_id, {"name": name}, after), self._author, session)
            return freed

        return transact(self._db, work, _DEADLINE)

    def known(self, key: bytes) -> Enrolled:
        """The device of a key. Raises UnknownDevice for one that is unknown or revoked, StoreUnavailable."""
        with answering(_DEADLINE):
            document = self._db.devices.find_one({"_id": Binary(key), "revoked": False})
        if document is None:
            raise UnknownDevice
        return _enrolled(document, 0)

    def of(self, survey_id: str) -> list[Enrolled]:
        """The devices of a survey by name, the revoked ones too. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            documents = list(self._db.devices.find({"survey": survey_id}).sort("name"))
            leases = list(self._db.leases.find({"survey": survey_id, "device": {"$ne": None}}))
        borrowed = {d["_id"]: sum(lease["count"] for lease in leases if lease["device"] == d["_id"]) for d in documents}
        return [_enrolled(document, borrowed[document["_id"]]) for document in documents]

    def settled(self, key: bytes, numbers: Sequence[int]) -> None:
        """Note that the ballots of these sequence numbers have their outcome. Raises StoreUnavailable."""

        def work(session: ClientSession) -> None:
            document = self._db.devices.find_one({"_id": Binary(key)}, {"sequences": 1}, session=session)
            if document is None:
                return
            before = _ranges(document)
            after = settle(before, numbers)
            if after != before:
                change = {"$set": {"sequences": [list(each) for each in after]}}
                self._db.devices.update_one({"_id": Binary(key)}, change, session=session)

        transact(self._db, work, _DEADLINE)

    def report(self, key: bytes, report: Report, now: datetime) -> None:
        """Keep what a device says of itself, with the hour. Raises UnknownDevice, StoreUnavailable."""
        said = {
            "pending": report.pending,
            "refused": report.refused,
            "bursts": report.bursts,
            "version": report.version,
            "last": report.last,
        }
        change = {"$set": {"report": said, "heard": now.replace(minute=0, second=0, microsecond=0)}}
        with answering(_DEADLINE):
            if self._db.devices.update_one({"_id": Binary(key), "revoked": False}, change).matched_count != 1:
                raise UnknownDevice


def admitted(db: Db, keys: Collection[bytes], session: ClientSession) -> dict[bytes, Device]:
    """The devices of these keys that were enrolled and not revoked."""
    found = db.devices.find({"_id": {"$in": [Binary(key) for key in keys]}, "revoked": False}, session=session)
    return {bytes(d["_id"]): Device(d["survey"], frozenset(d["strata"])) for d in found}


def forget_times(db: Db, survey_id: str, session: ClientSession) -> None:
    """Keep no time of any device of a survey that takes no ballots any more."""
    db.devices.update_many({"survey": survey_id}, {"$set": {"heard": None}}, session=session)


def _ranges(document: Document) -> tuple[Range, ...]:
    return tuple((first, last) for first, last in document["sequences"])


def _enrolled(document: Document, borrowed: int) -> Enrolled:
    said = document["report"]
    return Enrolled(
        key=bytes(document["_id"]),
        name=document["name"],
        survey=document["survey"],
        strata=tuple(document["strata"]),
        channel=Channel(document["channel"]),
        revoked=document["revoked"],
        sequences=_ranges(document),
        report=None if said is None else Report(**said),
        heard=document["heard"],
        borrowed=borrowed,
    )
