"""What was accepted: the ballots of a survey in chunks, and the terms of the equation at one moment.

No ballot is changed here; where the store keeps the order of their coming, they are put into another.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from uuid import UUID

from pymongo.client_session import ClientSession

from shared.domain.equation import Equation
from shared.domain.recount import StoredBallot
from shared.domain.tally import merge
from shared.store.connection import PATIENCE, Db, answering, transact
from shared.store.tallies import Tallies
from shared.store.wire import ballot_from

CHUNK = 2_000
"""Ballots in memory at once."""

MOVED = 500
"""Ballots that are written anew in one transaction."""

_DEADLINE = 20.0


class Ballots:
    """The collection `ballots`, when they are in it."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._tallies = Tallies(db)

    def chunks(self, survey_id: str) -> Iterator[list[StoredBallot]]:
        """All ballots of the survey, in chunks. Raises StoreUnavailable."""
        chunk: list[StoredBallot] = []
        with answering(PATIENCE):
            for document in self._db.ballots.find({"survey": survey_id}, batch_size=CHUNK):
                chunk.append(StoredBallot(ballot_from(document), bytes(document["digest"])))
                if len(chunk) == CHUNK:
                    yield chunk
                    chunk = []
        if chunk:
            yield chunk

    def named(self, ids: Iterable[UUID]) -> list[StoredBallot]:
        """Those of the ballots `ids` that there are. Raises StoreUnavailable."""
        wanted = sorted(ids)
        found: list[StoredBallot] = []
        with answering():
            for start in range(0, len(wanted), CHUNK):
                documents = self._db.ballots.find({"_id": {"$in": wanted[start : start + CHUNK]}})
                found += [StoredBallot(ballot_from(document), bytes(document["digest"])) for document in documents]
        return found

    def forget_order(self, survey_id: str) -> bool:
        """Where the store keeps ballots in the order of their coming, write them anew in random order; whether it did.

        MongoDB keeps a clustered collection in the order of its random ids, and nothing is written. For a survey that takes no
        ballots any more. Each part is moved in one transaction, so that no ballot is ever missing; safe to repeat.
        Raises StoreUnavailable.
        """
        with answering(PATIENCE):
            ids: list[UUID] = [d["_id"] for d in self._db.ballots.find({"survey": survey_id}, {"_id": 1}).hint("survey_1")]
            kept = [d["_id"] for d in self._db.ballots.find({"survey": survey_id}, {"_id": 1}).hint([("$natural", 1)])]
        if kept == sorted(ids) and ids == kept:
            return False
        random.SystemRandom().shuffle(ids)
        for start in range(0, len(ids), MOVED):
            part = ids[start : start + MOVED]
            transact(self._db, lambda session, part=part: self._move(part, session), _DEADLINE)  # type: ignore[misc]
        return True

    def _move(self, ids: list[UUID], session: ClientSession) -> None:
        found = {d["_id"]: d for d in self._db.ballots.find({"_id": {"$in": ids}}, session=session)}
        self._db.ballots.delete_many({"_id": {"$in": list(found)}}, session=session)
        self._db.ballots.insert_many([found[id_] for id_ in ids if id_ in found], session=session)

    def equation(self, survey_id: str, patience: float = _DEADLINE) -> Equation:
        """The terms of the equation, all read in one snapshot within `patience` seconds. Raises StoreUnavailable.

        The embedded server reads every ballot to say how many there are.
        """
        return transact(self._db, lambda session: self._equation(survey_id, session), patience)

    def _equation(self, survey_id: str, session: ClientSession) -> Equation:
        of_survey = {"survey": survey_id}
        tallied = merge(self._tallies.read(survey_id, session).values())
        return Equation(
            accepted=sum(gate["accepted"] for gate in self._db.gates.find(of_survey, session=session)),
            stored=self._db.ballots.count_documents(of_survey, session=session),
            waiting=self._tallies.waiting(survey_id, session).ballots,
            scored=tallied.scored,
            counted=tallied.counted,
            surplus=tallied.surplus,
        )

    def places(self, survey_id: str) -> dict[str, tuple[int, int]]:
        """stratum id -> (free places, limit), for the strata that have a limit."""
        with answering(_DEADLINE):
            return {d["stratum"]: (d["free"], d["limit"]) for d in self._db.places.find({"survey": survey_id})}
