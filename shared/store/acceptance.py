"""Accepting ballots: one majority-acknowledged transaction for all that wait at the same moment (the outbox pattern).

A ballot, its invitation, its place and the batch that announces it are committed together or not at all. Nothing that
lasts ties a ballot to a moment: ids are random, ballots and batches are written in random order, and a batch goes when it
is scored.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from shared.domain.acceptance import (
    Accepted,
    Candidate,
    Device,
    Facts,
    Gate,
    Invitation,
    Outcome,
    Refusal,
    Seen,
    decide,
)
from shared.store import devices, places
from shared.store.connection import Db, Document, StoreUnavailable, transact
from shared.store.surveys import GATES
from shared.store.wire import ballot_document


@dataclass(frozen=True, slots=True)
class Moment:
    """When a commit happens: the instant, and the day that it is where each survey is held (by survey id)."""

    now: datetime
    days: dict[str, date]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The facts, and the leases that ran out and whose places these count as free."""

    facts: Facts
    lapsed: list[Document]


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit did: an outcome for each candidate, and the batches that wait to be scored."""

    outcomes: list[Outcome]
    batches: list[UUID]


class Acceptance:
    """Where accepted ballots go. `slot`, drawn by chance, picks the gate of this process; `turns` are those of its places."""

    def __init__(self, db: Db, slot: int, deadline: float, turns: places.Turns | None = None) -> None:
        self._db = db
        self._slot = slot % GATES
        self._deadline = deadline
        self._turns = turns or places.Turns()
        self._random = random.SystemRandom()

    def accept(self, candidates: Sequence[Candidate], moment: Moment) -> Commit:
        """Decide and commit in one transaction. Raises StoreUnavailable; the same call is then safe to repeat.

        Ballots are taken to be new, which nearly all are, and looked up when the store refuses one of them as a duplicate.
        """
        limited = any(candidate.stratum.limit is not None for candidate in candidates)
        with self._turns.taken(self._deadline) if limited else nullcontext():
            return self._accept(candidates, moment)

    def _accept(self, candidates: Sequence[Candidate], moment: Moment) -> Commit:
        with suppress(BulkWriteError):
            return self._transact(candidates, moment, known=False)
        try:
            return self._transact(candidates, moment, known=True)
        except BulkWriteError:
            # The driver's error holds the whole ballot, and must not reach a log.
            failure = "the store refused a write"
        raise StoreUnavailable(failure)

    def seen(self, ids: Sequence[UUID]) -> dict[UUID, Seen]:
        """Which ballots of these ids were accepted before. Raises StoreUnavailable."""
        return transact(self._db, lambda session: self._seen(ids, session), self._deadline)

    def devices(self, digests: Sequence[bytes]) -> dict[bytes, Device]:
        """The devices of these keys that may hand in ballots. Raises StoreUnavailable."""
        return transact(self._db, lambda session: devices.admitted(self._db, digests, session), self._deadline)

    def _transact(self, candidates: Sequence[Candidate], moment: Moment, *, known: bool) -> Commit:
        return transact(self._db, lambda session: self._commit(candidates, moment, known, session), self._deadline)

    def _commit(self, candidates: Sequence[Candidate], moment: Moment, known: bool, session: ClientSession) -> Commit:
        gathered = self._gather(candidates, moment, session)
        facts = gathered.facts
        outcomes = decide(candidates, facts) if not known else []
        if known or any(isinstance(outcome, Refusal) for outcome in outcomes):
            # What was accepted before is told its receipt again, whatever would be said of it today.
            facts = replace(facts, seen=self._seen([c.ballot.id for c in candidates], session))
            outcomes = decide(candidates, facts)
        new = [(c, o) for c, o in zip(candidates, outcomes, strict=True) if isinstance(o, Accepted) and o.new]
        self._turn_back(candidates, new, session)
        if not new:
            return Commit(outcomes, [])
        self._spend(new, session)
        self._take_places(new, gathered, session)
        batches = self._insert(new, moment, session)
        return Commit(outcomes, batches)

    def _gather(self, candidates: Sequence[Candidate], moment: Moment, session: ClientSession) -> _Gathered:
        tokens = [c.invitation for c in candidates if c.invitation is not None]
        leases = [c.lease for c in candidates if c.lease is not None and c.stratum.limit is not None]
        keys = {c.device for c in candidates if c.device is not None}
        surveys = Counter(c.ballot.survey for c in candidates)
        facts = Facts(
            gates={survey: self._pass_gate(survey, number, session) for survey, number in surveys.items()},
            invitations=self._invitations(tokens, session) if tokens else {},
            leases=places.alive(self._db, leases, moment.now, session) if leases else {},
            devices=devices.admitted(self._db, keys, session) if keys else {},
        )
        free, over = self._free(candidates, moment.now, session)
        return _Gathered(replace(facts, free=free), over)

    def _pass_gate(self, survey_id: str, number: int, session: ClientSession) -> Gate:
        """Count `number` ballots through the gate and say what it accepts: the write that meets a change of state."""
        gate = self._db.gates.find_one_and_update(
            {"_id": f"{survey_id}/{self._slot}"}, {"$inc": {"accepted": number}}, {"accepts": 1}, session=session
        )
        return Gate.NONE if gate is None else Gate(gate["accepts"])

    def _turn_back(
        self, candidates: Sequence[Candidate], new: Sequence[tuple[Candidate, Accepted]], session: ClientSession
    ) -> None:
        """Take those that were not accepted back out of the gates' count."""
        counted = Counter(c.ballot.survey for c in candidates)
        counted.subtract(c.ballot.survey for c, _ in new)
        for survey, number in counted.items():
            if number:
                self._db.gates.update_one({"_id": f"{survey}/{self._slot}"}, {"$inc": {"accepted": -number}}, session=session)

    def _seen(self, ids: Sequence[UUID], session: ClientSession) -> dict[UUID, Seen]:
        found = self._db.ballots.find({"_id": {"$in": list(ids)}}, {"digest": 1, "surplus": 1}, session=session)
        return {d["_id"]: Seen(bytes(d["digest"]), not d["surplus"]) for d in found}

    def _invitations(self, tokens: list[bytes], session: ClientSession) -> dict[bytes, Invitation]:
        found = self._db.invitations.find({"_id": {"$in": tokens}}, session=session)
        return {bytes(d["_id"]): Invitation(d["survey"], d["stratum"], d["spent"]) for d in found}

    def _free(
        self, candidates: Sequence[Candidate], now: datetime, session: ClientSession
    ) -> tuple[dict[tuple[str, str], int], list[Document]]:
        """The free places of strata with a limit; and the leases that ran out and whose places these are needed for."""
        wanting = Counter((c.ballot.survey, c.stratum.id) for c in candidates if c.stratum.limit is not None)
        if not wanting:
            return {}, []
        found = places.enter(self._db, wanting, session)
        free = {place: document["free"] - document.get("held", 0) for place, document in found.items()}
        short = [place for place, d in found.items() if d.get("held", 0) and wanting[place] > free[place]]
        over = places.lapsed(self._db, short, now, session)
        for lease in over:
            free[lease["survey"], lease["stratum"]] += lease["count"]
        return free, over

    def _spend(self, new: list[tuple[Candidate, Accepted]], session: ClientSession) -> None:
        tokens = [c.invitation for c, _ in new if c.invitation is not None]
        if tokens:
            self._db.invitations.update_many({"_id": {"$in": tokens}}, {"$set": {"spent": True}}, session=session)

    def _take_places(self, new: list[tuple[Candidate, Accepted]], gathered: _Gathered, session: ClientSession) -> None:
        limited = [(c, o) for c, o in new if o.ballot.counted and c.stratum.limit is not None]
        taken = Counter(f"{c.ballot.survey}/{c.stratum.id}" for c, _ in limited)
        held = Counter(f"{c.ballot.survey}/{c.stratum.id}" for c, o in limited if o.reserved)
        used = Counter(c.lease for c, o in limited if o.reserved and c.lease is not None)
        places.use(self._db, used, gathered.facts.leases, session)
        for place, number in taken.items():
            change = {"free": -number} | ({"held": -held[place]} if held[place] else {})
            self._db.places.update_one({"_id": place}, {"$inc": change}, session=session)
        # After the places were written: two who free the same lease meet there, and one of them starts again.
        places.free_leases(self._db, gathered.lapsed, session)

    def _insert(self, new: list[tuple[Candidate, Accepted]], moment: Moment, session: ClientSession) -> list[UUID]:
        accepted = [outcome for _, outcome in new]
        self._random.shuffle(accepted)
        self._db.ballots.insert_many(
            [ballot_document(o.ballot, o.digest, moment.days[o.ballot.survey]) for o in accepted], session=session
        )
        batches: list[UUID] = []
        for survey in sorted({o.ballot.survey for o in accepted}):
            ids = [o.ballot.id for o in accepted if o.ballot.survey == survey]
            batch = uuid4()
            document = {"_id": batch, "survey": survey, "ballots": ids, "committed_at": moment.now}
            self._db.batches.insert_one(document, session=session)
            batches.append(batch)
        return batches
