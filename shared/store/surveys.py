"""Surveys as loaded, with their state. The state moves by compare-and-set on (state, revision).

Each survey has a few *gates*: small documents that every commit of ballots writes to, and that a change of state writes to
as well. The two meet there: a commit that is under way when the gates are shut either is visible to whoever shut them, or
fails and is refused. A gate also counts what was accepted through it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from shared import plan
from shared.domain.acceptance import Gate
from shared.domain.audit import Act
from shared.domain.survey import Period, State, Survey
from shared.store import contacts, devices, piles, places
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, StoreConflict, answering, transact

GATES = 8
"""Gates a survey has. Collector processes spread over them so that they do not wait for one another."""

_DEADLINE = 10.0


class UnknownSurvey(LookupError):
    """There is no survey of that id."""


class SurveyExists(ValueError):
    """A survey of that id is past its draft and cannot be loaded again."""


_GATE_OF = {State.OPEN: Gate.ALL, State.CLOSING: Gate.SYNCHRONISED}


@dataclass(frozen=True, slots=True)
class Record:
    """A survey in the store. `survey.period` is the effective one: a person may have closed it before the plan's time.

    `sealing` is what sealing wrote (register root, equation), None before it; `problem` is why the last step towards
    publication could not be taken, None when nothing is wrong; `editions` is how many were published.
    """

    survey: Survey
    state: State
    revision: int
    sealing: Mapping[str, Any] | None
    problem: str | None
    released_by: str | None
    editions: int


_ACTS = {State.OPEN: "open", State.CLOSING: "close", State.SEALED: "seal", State.PUBLISHED: "publish"}


class Surveys:
    """The collection `surveys`, and the gates and places that belong to a survey's state.

    Who only reads needs no `author`. What the author changes stands in the audit log, or is not changed.
    """

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author
        self._parsed: dict[str, tuple[int, Survey]] = {}

    def get(self, survey_id: str) -> Record:
        """Raises UnknownSurvey, StoreUnavailable."""
        with answering(_DEADLINE):
            document = self._db.surveys.find_one({"_id": survey_id})
        if document is None:
            raise UnknownSurvey(survey_id)
        return self._record(document)

    def all(self) -> list[Record]:
        """Every survey, by id."""
        with answering(_DEADLINE):
            return [self._record(document) for document in self._db.surveys.find().sort("_id")]

    def in_states(self, *states: State) -> list[Record]:
        """The surveys in one of `states`, by id."""
        wanted = {"state": {"$in": [state.value for state in states]}}
        with answering(_DEADLINE):
            return [self._record(document) for document in self._db.surveys.find(wanted).sort("_id")]

    def ids_in_states(self, *states: State) -> list[str]:
        """The ids of the surveys in one of `states`, in order: a small part of what `in_states` reads."""
        wanted = {"state": {"$in": [state.value for state in states]}}
        with answering(_DEADLINE):
            return sorted(document["_id"] for document in self._db.surveys.find(wanted, {"_id": 1}))

    def load(self, data: Mapping[str, object]) -> Record:
        """Store the plan `data` as a draft, in place of an earlier draft of the same id.

        Raises PlanError, SurveyExists, Unsigned, StoreUnavailable.
        """
        survey = plan.parse(data)

        def work(session: ClientSession) -> None:
            current = self._db.surveys.find_one({"_id": survey.id}, session=session)
            if current is not None and current["state"] != State.DRAFT:
                raise SurveyExists(f"{survey.id} is {current['state']}: a plan can be changed only while it is a draft")
            document = _draft(survey.id, data, revision=1 if current is None else current["revision"] + 1)
            act = Act("load", survey.id, {} if current is None else _loaded(current), _loaded(document))
            append(self._db, act, self._author, session)
            self._db.surveys.replace_one({"_id": survey.id}, document, upsert=True, session=session)
            self._db.gates.delete_many({"survey": survey.id}, session=session)
            self._db.gates.insert_many(list(_gates(survey.id)), session=session)
            self._db.places.delete_many({"survey": survey.id}, session=session)
            places = list(_places(survey))
            if places:
                self._db.places.insert_many(places, session=session)

        transact(self._db, work, _DEADLINE)
        return self.get(survey.id)

    def move(self, record: Record, to: State, **changes: object) -> Record:
        """Move `record` to state `to` (or to the same state with other `changes`), if nobody moved it first.

        The gates move in the same transaction. Raises Unsigned, and StoreConflict when the compare-and-set lost.
        """
        return self._move(record, to, _ACTS[to] if to is not record.state else "release", changes)

    def admit_late(self, record: Record) -> Record:
        """Let synchronised ballots in again for a person who decides about one, until sealing shuts the gates.

        A sealing that is under way starts again. Raises Unsigned, and StoreConflict when the compare-and-set lost.
        """
        return self._move(record, record.state, "admit late", {})

    def _move(self, record: Record, to: State, name: str, changes: Mapping[str, object]) -> Record:
        survey_id = record.survey.id
        expected = {"_id": survey_id, "state": record.state.value, "revision": record.revision}
        change = {"$set": {"state": to.value, "problem": None, **changes}, "$inc": {"revision": 1}}

        def work(session: ClientSession) -> None:
            # The gates first: commits under way write to them, and the less is read before, the less often this starts again.
            self._set_gates(survey_id, _GATE_OF.get(to, Gate.NONE), session)
            if self._db.surveys.update_one(expected, change, session=session).matched_count != 1:
                raise StoreConflict(f"{survey_id} was changed by someone else")
            if to is State.SEALED:
                places.end(self._db, survey_id, session)
                devices.forget_times(self._db, survey_id, session)
                piles.forget_keys(self._db, survey_id, session)
                contacts.forget_links(self._db, survey_id, session)
            append(self._db, _moved(record, to, name, changes), self._author, session)

        transact(self._db, work, _DEADLINE)
        return self.get(survey_id)

    def shut_gates(self, survey_id: str) -> None:
        """Let no ballot in from here on. After it returns, every accepted ballot is visible."""
        transact(self._db, lambda session: self._set_gates(survey_id, Gate.NONE, session), _DEADLINE)

    def note_problem(self, record: Record, problem: str) -> None:
        """Record why a survey does not move on, for the operator to see, unless it did meanwhile."""
        with answering(_DEADLINE):
            found = {"_id": record.survey.id, "revision": record.revision}
            self._db.surveys.update_one(found, {"$set": {"problem": problem}})

    def _record(self, document: Document) -> Record:
        survey = self._survey(document)
        return Record(
            survey=replace(survey, period=_effective(survey.period, document["closed_at"])),
            state=State(document["state"]),
            revision=document["revision"],
            sealing=document["sealing"],
            problem=document["problem"],
            released_by=document["released_by"],
            editions=document["editions"],
        )

    def _survey(self, document: Document) -> Survey:
        """The plan as a survey. A plan changes only with the revision, and parsing one takes longer than all else."""
        revision, survey = self._parsed.get(document["_id"], (None, None))
        if survey is None or revision != document["revision"]:
            survey = plan.parse(document["plan"])
            self._parsed[document["_id"]] = (document["revision"], survey)
        return survey

    def _set_gates(self, survey_id: str, accepts: Gate, session: ClientSession | None) -> None:
        # `shut` makes each of these a real write even where `accepts` stays as it is: only a write meets a commit.
        change = {"$set": {"accepts": accepts.value}, "$inc": {"changes": 1}}
        self._db.gates.update_many({"survey": survey_id}, change, session=session)


def _loaded(document: Document) -> dict[str, Any]:
    """A draft as the audit log tells it: the plan as the SHA-256 of its canonical JSON."""
    text = json.dumps(document["plan"], ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"state": document["state"], "revision": document["revision"], "plan": digest}


def _moved(record: Record, to: State, name: str, changes: Mapping[str, object]) -> Act:
    """A change of state as the audit log tells it."""
    before: dict[str, Any] = {"state": record.state.value, "revision": record.revision}
    after: dict[str, Any] = {"state": to.value, "revision": record.revision + 1}
    for field, value in changes.items():
        if field == "sealing" and isinstance(value, Mapping):
            after |= {"register": value["register"], "equation": value["equation"]}
        else:
            before[field] = getattr(record, field, None)
            after[field] = value.isoformat() if isinstance(value, datetime) else value
    return Act(name, record.survey.id, before, after)


def _draft(survey_id: str, data: Mapping[str, object], revision: int) -> Document:
    return {
        "_id": survey_id,
        "plan": dict(data),
        "state": State.DRAFT.value,
        "revision": revision,
        "closed_at": None,
        "sealing": None,
        "problem": None,
        "released_by": None,
        "editions": 0,
    }


def _gates(survey_id: str) -> Iterator[Document]:
    for slot in range(GATES):
        yield {
            "_id": f"{survey_id}/{slot}",
            "survey": survey_id,
            "accepts": Gate.NONE.value,
            "accepted": 0,
            "changes": 0,
        }


def _places(survey: Survey) -> Iterator[Document]:
    for _, stratum in survey.strata.values():
        if stratum.limit is not None:
            yield {
                "_id": f"{survey.id}/{stratum.id}",
                "survey": survey.id,
                "stratum": stratum.id,
                "limit": stratum.limit,
                "free": stratum.limit,
                "held": 0,
            }


def _effective(period: Period, closed_at: datetime | None) -> Period:
    """The period as it came out. A person who closes early shortens it; the grace for late ballots keeps its length."""
    if closed_at is None or closed_at >= period.closes_at:
        return period
    grace = period.late_until - period.closes_at
    return replace(period, closes_at=closed_at, late_until=closed_at + grace)
