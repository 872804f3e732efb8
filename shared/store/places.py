"""Reserved places: leases beside the count of each stratum, whose document every change of a lease writes to as well.

`places.free` are the places that no counted ballot took, `places.held` those of them that leases hold. A lease that ran out is
found by whoever needs its place, in the same transaction. Leases are named by the SHA-256 of a token; they say nothing of a
person, end with the ballot that uses them, and none outlives the survey's sealing.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bson.binary import Binary
from pymongo.client_session import ClientSession

from shared.domain.acceptance import Lease, StratumFull
from shared.store.connection import Db, Document, StoreUnavailable, answering, transact


class PlaceUnknown(LookupError):
    """There is no such lease: it ran out, was used up, or was given back."""


class LeaseExists(ValueError):
    """There is a lease of that name."""


class PlacesReserved(StratumFull):
    """No place is free, but `held` are only reserved, the first of them for `seconds` more."""

    def __init__(self, held: int, seconds: float) -> None:
        super().__init__()
        self.held = held
        self.seconds = seconds


class Turns:
    """Lets those of one process who write to places do so one by one: at once, they would only start again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, deadline: float) -> Iterator[None]:
        """Raises StoreUnavailable where it is nobody's turn within `deadline` seconds."""
        if not self._lock.acquire(timeout=deadline):
            raise StoreUnavailable("too many wait for a place")
        try:
            yield
        finally:
            self._lock.release()


@dataclass(frozen=True, slots=True)
class Wish:
    """Up to `count` places of a stratum, for `term`; for a `device` where the SHA-256 of its key is given."""

    survey: str
    stratum: str
    count: int
    term: timedelta
    device: bytes | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A lease with `count` places left, that runs out after `seconds`."""

    survey: str
    stratum: str
    count: int
    seconds: float
    device: bytes | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The places of a stratum: `limit` at all, `free` that no counted ballot took, `reserved` of these by leases that live."""

    limit: int
    free: int
    reserved: int


class Places:
    """The collections `places` and `leases`, but for what accepting a ballot does with them."""

    def __init__(self, db: Db, deadline: float, turns: Turns) -> None:
        self._db = db
        self._deadline = deadline
        self._turns = turns

    def reserve(self, digest: bytes, wish: Wish, now: datetime) -> Granted:
        """Reserve as many of the places wished for as are free, at least one, under the lease `digest`.

        Raises LeaseExists, StratumFull or PlacesReserved where none is free, StoreUnavailable.
        """
        with self._turns.taken(self._deadline):
            return transact(self._db, lambda session: self._reserve(digest, wish, now, session), self._deadline)

    def extend(self, digest: bytes, survey_id: str, now: datetime, terms: tuple[timedelta, timedelta]) -> Granted:
        """Let the lease run for another term: the first of `terms` for a form, the second for a device.

        Raises PlaceUnknown, also where it ran out, and StoreUnavailable.
        """
        with answering(self._deadline):
            alive = {"_id": Binary(digest), "survey": survey_id, "until": {"$gt": now}}
            lease = self._db.leases.find_one(alive)
            if lease is None:
                raise PlaceUnknown
            term = terms[lease["device"] is not None]
            if self._db.leases.update_one(alive, {"$set": {"until": now + term}}).matched_count != 1:
                raise PlaceUnknown
        return Granted(survey_id, lease["stratum"], lease["count"], term.total_seconds(), lease["device"])

    def give_back(self, digest: bytes, survey_id: str) -> None:
        """Free what the lease holds. One that is gone already changes nothing. Raises StoreUnavailable."""

        named = {"_id": Binary(digest), "survey": survey_id}
        with answering(self._deadline):
            lease = self._db.leases.find_one(named)
        if lease is None:
            return

        def work(session: ClientSession) -> None:
            enter(self._db, [(survey_id, lease["stratum"])], session)
            free_leases(self._db, list(self._db.leases.find(named, session=session)), session)

        with self._turns.taken(self._deadline):
            transact(self._db, work, self._deadline)

    def look(self, survey_id: str, stratum: str, now: datetime) -> Held | None:
        """The places of the stratum; None where it has no limit. Raises StoreUnavailable."""
        return self.all(survey_id, now).get(stratum)

    def all(self, survey_id: str, now: datetime) -> dict[str, Held]:
        """The places of each stratum with a limit. Raises StoreUnavailable."""
        with answering(self._deadline):
            places = list(self._db.places.find({"survey": survey_id}))
            alive: Counter[str] = Counter()
            if any(place.get("held", 0) for place in places):
                for lease in self._db.leases.find({"survey": survey_id, "until": {"$gt": now}}, {"stratum": 1, "count": 1}):
                    alive[lease["stratum"]] += lease["count"]
        return {p["stratum"]: Held(p["limit"], p["free"], min(alive[p["stratum"]], p["free"])) for p in places}

    def _reserve(self, digest: bytes, wish: Wish, now: datetime, session: ClientSession) -> Granted:
        place = enter(self._db, [(wish.survey, wish.stratum)], session).get((wish.survey, wish.stratum))
        if place is None:
            raise StratumFull
        if self._db.leases.find_one({"_id": Binary(digest)}, {"_id": 1}, session=session) is not None:
            raise LeaseExists
        held = place.get("held", 0)
        over = lapsed(self._db, [(wish.survey, wish.stratum)], now, session) if held else []
        free = place["free"] - held + sum(lease["count"] for lease in over)
        if free <= 0:
            raise self._full(wish, place, now, session)
        count = min(wish.count, free)
        free_leases(self._db, over, session, more_held={place["_id"]: count})
        self._db.leases.insert_one(
            {
                "_id": Binary(digest),
                "survey": wish.survey,
                "stratum": wish.stratum,
                "count": count,
                "until": now + wish.term,
                "device": None if wish.device is None else Binary(wish.device),
            },
            session=session,
        )
        return Granted(wish.survey, wish.stratum, count, wish.term.total_seconds(), wish.device)

    def _full(self, wish: Wish, place: Document, now: datetime, session: ClientSession) -> StratumFull:
        if place["free"] <= 0:
            return StratumFull()
        of_stratum = {"survey": wish.survey, "stratum": wish.stratum}
        ends = [lease["until"] for lease in self._db.leases.find(of_stratum, {"until": 1}, session=session)]
        return PlacesReserved(place["free"], (min(ends, default=now) - now).total_seconds())


def enter(db: Db, strata: Iterable[tuple[str, str]], session: ClientSession) -> dict[tuple[str, str], Document]:
    """The places of these (survey, stratum) pairs, written to before anything else of them is read.

    Who comes at the same moment starts again now, and not after all its work: nobody is overtaken again and again.
    """
    found = {}
    for survey, stratum in sorted(strata):
        entered = {"_id": f"{survey}/{stratum}"}
        document = db.places.find_one_and_update(entered, {"$inc": {"entered": 1}}, session=session)
        if document is not None:
            found[survey, stratum] = document
    return found


def alive(db: Db, digests: Collection[bytes], now: datetime, session: ClientSession) -> dict[bytes, Lease]:
    """The leases of these digests that did not run out."""
    wanted = {"_id": {"$in": [Binary(digest) for digest in digests]}, "until": {"$gt": now}}
    found = db.leases.find(wanted, session=session)
    return {bytes(d["_id"]): Lease(d["survey"], d["stratum"], d["count"]) for d in found}


def lapsed(db: Db, strata: Iterable[tuple[str, str]], now: datetime, session: ClientSession) -> list[Document]:
    """The leases of (survey, stratum) pairs that ran out and still hold their places."""
    wanted = [{"survey": survey, "stratum": stratum, "until": {"$lte": now}} for survey, stratum in strata]
    return list(db.leases.find({"$or": wanted}, session=session)) if wanted else []


def free_leases(
    db: Db, leases: Collection[Document], session: ClientSession, more_held: Mapping[str, int] | None = None
) -> None:
    """Remove `leases` and no longer hold their places; `more_held` is what is held besides, by `_id` of a place."""
    if leases:
        db.leases.delete_many({"_id": {"$in": [lease["_id"] for lease in leases]}}, session=session)
    change = Counter(more_held or {})
    for lease in leases:
        change[f"{lease['survey']}/{lease['stratum']}"] -= lease["count"]
    for place, held in change.items():
        if held:
            db.places.update_one({"_id": place}, {"$inc": {"held": held}}, session=session)


def use(db: Db, used: Mapping[bytes, int], leases: Mapping[bytes, Lease], session: ClientSession) -> None:
    """Take `used` places out of `leases`. Those with none left go. The count of the strata is the caller's work."""
    gone = [Binary(digest) for digest, number in used.items() if leases[digest].count == number]
    if gone:
        db.leases.delete_many({"_id": {"$in": gone}}, session=session)
    for digest, number in used.items():
        if leases[digest].count > number:
            db.leases.update_one({"_id": Binary(digest)}, {"$inc": {"count": -number}}, session=session)


def end(db: Db, survey_id: str, session: ClientSession) -> None:
    """Remove every lease of a survey that takes no ballots any more."""
    db.leases.delete_many({"survey": survey_id}, session=session)
    db.places.update_many({"survey": survey_id}, {"$set": {"held": 0}}, session=session)
