"""Surveys as loaded, with their state. The state moves by compare-and-set on (state, revision).

Each survey has a few *gates*: small documents that every commit of ballots writes to, and that a change of state writes to
as well. The two meet there: a commit that is under way when the gates are shut either is visible to whoever shut them, or
fails and is refused. A gate also counts what was accepted through it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pymongo.client_session import ClientSession

from shared import plan
from shared.domain.acceptance import Gate
from shared.domain.audit import Act
from shared.domain.edition import Correction
from shared.domain.survey import Period, State, Survey, next_step_at
from shared.store import contacts, devices, piles, places
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, StoreConflict, answering, insist, transact

GATES = 8
"""Gates a survey has. Collector processes spread over them so that they do not wait for one another."""

_DEADLINE = 10.0

_INSISTED = 60.0
"""Seconds that a change of state may take to get in between the commits of a survey that is being answered."""


class UnknownSurvey(LookupError):
    """There is no survey of that id."""


class SurveyExists(ValueError):
    """A survey of that id is past its draft and cannot be loaded again."""


_GATE_OF = {State.OPEN: Gate.ALL, State.CLOSING: Gate.SYNCHRONISED}


@dataclass(frozen=True, slots=True)
class Record:
    """A survey in the store. `survey.period` is the effective one: a person may have closed it before the plan's time.

    `sealing` is what sealing wrote (register root, equation), None before it; `problem` is why the last step towards
    publication could not be taken, None when nothing is wrong; `tries` is how often in a row it could not. `editions` is how
    many were published; `correction` is what a person asked to be corrected and is not published yet. `due_at` is when the next
    step can be taken, None where there is none without a person.
    """

    survey: Survey
    state: State
    revision: int
    sealing: Mapping[str, Any] | None
    problem: str | None
    released_by: str | None
    editions: int
    correction: Correction | None = None
    tries: int = 0
    due_at: datetime | None = None


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

    def plan_of(self, survey_id: str) -> dict[str, Any]:
        """The complete plan as it counts now. Raises UnknownSurvey, StoreUnavailable."""
        with answering(_DEADLINE):
            document = self._db.surveys.find_one({"_id": survey_id}, {"plan": 1})
        if document is None:
            raise UnknownSurvey(survey_id)
        return dict(document["plan"])

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

    def publish(self, record: Record, edition: int, digest: str, announce: Callable[[ClientSession], None]) -> Record:
        """Let edition number `edition` out; `announce` writes what is to be told about it in the same transaction.

        Raises Unsigned, and StoreConflict when the compare-and-set lost or the stored edition is not the one with `digest`.
        """

        def check_and_announce(session: ClientSession) -> None:
            stored = {"_id": f"{record.survey.id}/{edition}", "digest": digest}
            if self._db.editions.count_documents(stored, session=session) != 1:
                raise StoreConflict(f"edition {edition} of {record.survey.id} was made anew by someone else")
            announce(session)

        changes: dict[str, object] = {"editions": edition, "correction": None}
        plan_of = record.correction.plan if record.correction is not None else None
        amended = {} if plan_of is None else {"plan": dict(plan_of)}
        return self._move(record, State.PUBLISHED, "publish", changes | amended, check_and_announce, {"digest": digest})

    def correct(self, record: Record, correction: Correction) -> Record:
        """Ask for a corrected edition. Raises Unsigned, and StoreConflict when the compare-and-set lost."""
        return self._move(record, record.state, "correct", {"correction": asdict(correction)})

    def withdraw(self, record: Record) -> Record:
        """Take back the correction that was asked for and is not published. Raises Unsigned, StoreConflict."""
        return self._move(record, record.state, "withdraw correction", {"correction": None})

    def try_again(self, record: Record) -> Record:
        """Let the step that could not be taken be tried at once. Raises Unsigned, StoreConflict."""
        return self._move(record, record.state, "try again", {})

    def admit_late(self, record: Record) -> Record:
        """Let synchronised ballots in again for a person who decides about one, until sealing shuts the gates.

        A sealing that is under way starts again. Raises Unsigned, and StoreConflict when the compare-and-set lost.
        """
        return self._move(record, record.state, "admit late", {})

    def _move(
        self,
        record: Record,
        to: State,
        name: str,
        changes: Mapping[str, object],
        beside: Callable[[ClientSession], None] = lambda _: None,
        told: Mapping[str, object] = MappingProxyType({}),
    ) -> Record:
        survey_id = record.survey.id
        expected = {"_id": survey_id, "state": record.state.value, "revision": record.revision}
        fresh = {"state": to.value, "problem": None, "tries": 0, "retry_at": None}
        due = {"due_at": _next_due(record, to, changes)}
        change = {"$set": {**fresh, **due, **changes}, "$inc": {"revision": 1}}

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
            beside(session)
            append(self._db, _moved(record, to, name, {**changes, **told}), self._author, session)

        insist(self._db, work, _DEADLINE, _INSISTED)
        return self.get(survey_id)

    def shut_gates(self, survey_id: str) -> None:
        """Let no ballot in from here on. After it returns, every accepted ballot is visible."""
        insist(self._db, lambda session: self._set_gates(survey_id, Gate.NONE, session), _DEADLINE, _INSISTED)

    def note_problem(self, record: Record, problem: str, retry_at: datetime) -> None:
        """Record why a survey does not move on, for the operator to see, and when that is tried again; unless it moved."""
        found = {"_id": record.survey.id, "revision": record.revision}
        noted = {"problem": problem, "tries": record.tries + 1, "retry_at": retry_at, "due_at": retry_at}
        with answering(_DEADLINE):
            self._db.surveys.update_one(found, {"$set": noted})

    def due(self, now: datetime) -> list[str]:
        """The ids of the surveys whose next step can be taken at `now`: one look into an index, whatever else there is."""
        with answering(_DEADLINE):
            found = self._db.surveys.find({"due_at": {"$lte": now}}, {"_id": 1})
            return sorted(document["_id"] for document in found)

    def schedule(self) -> None:
        """Write down when the next step of every survey is due where that is not written yet."""
        with answering(_DEADLINE):
            for document in self._db.surveys.find({"due_at": {"$exists": False}}):
                found = {"_id": document["_id"], "revision": document["revision"], "due_at": {"$exists": False}}
                self._db.surveys.update_one(found, {"$set": {"due_at": self._record(document).due_at}})

    def _record(self, document: Document) -> Record:
        survey = self._survey(document)
        correction = document.get("correction")
        record = Record(
            survey=replace(survey, period=_effective(survey.period, document["closed_at"])),
            state=State(document["state"]),
            revision=document["revision"],
            sealing=document["sealing"],
            problem=document["problem"],
            released_by=document["released_by"],
            editions=document["editions"],
            correction=None if correction is None else Correction(**correction),
            tries=document.get("tries", 0),
        )
        due = [moment for moment in (_next_due(record, record.state, {}), document.get("retry_at")) if moment is not None]
        return replace(record, due_at=max(due) if due and _next_due(record, record.state, {}) is not None else None)

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


def as_amended(record: Record, data: Mapping[str, Any] | None) -> Survey:
    """The survey by another version of its plan, with the period as it came out; as it is where there is none."""
    return record.survey if data is None else replace(plan.parse(data), period=record.survey.period)


def _next_due(record: Record, to: State, changes: Mapping[str, Any]) -> datetime | None:
    """When the step after `to` can be taken, once `changes` are made."""
    period = _effective(record.survey.period, changes.get("closed_at"))
    released = changes.get("released_by", record.released_by) is not None
    correcting = changes.get("correction", record.correction) is not None
    return next_step_at(replace(record.survey, period=period), to, released=released, correcting=correcting)


def _loaded(document: Document) -> dict[str, Any]:
    """A draft as the audit log tells it: the plan as the SHA-256 of its canonical JSON."""
    return {"state": document["state"], "revision": document["revision"], "plan": _digest(document["plan"])}


def _digest(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _asked(correction: Correction | None) -> dict[str, Any]:
    """A correction that is asked for as the audit log tells it."""
    if correction is None:
        return {}
    amended = None if correction.plan is None else _digest(correction.plan)
    return {"correction": correction.id, "reason": dict(correction.reason), "amended": amended}


def _moved(record: Record, to: State, name: str, changes: Mapping[str, object]) -> Act:
    """A change of state as the audit log tells it."""
    before: dict[str, Any] = {"state": record.state.value, "revision": record.revision}
    after: dict[str, Any] = {"state": to.value, "revision": record.revision + 1}
    for field, value in changes.items():
        if field == "sealing" and isinstance(value, Mapping):
            after |= {"register": value["register"], "equation": value["equation"]}
        elif field == "plan":
            after["plan"] = _digest(value)
        elif field == "correction":
            before |= _asked(record.correction)
            after |= _asked(Correction(**value)) if isinstance(value, Mapping) else {}
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
        "correction": None,
        "tries": 0,
        "retry_at": None,
        "due_at": None,
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
