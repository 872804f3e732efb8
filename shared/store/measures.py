"""The measures that follow from a survey. Every change of one stands in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.domain.measure import Measure, measure_from
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, StoreConflict, answering, transact

_DEADLINE = 10.0


class UnknownMeasure(LookupError):
    """The survey has no measure of that id."""


class Measures:
    """The collection `measures`: one document a survey, with its measures in the order in which they were added.

    Who only reads needs no `author`.
    """

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def of(self, survey_id: str) -> list[Measure]:
        """The survey's measures as they stand; none for a survey that has none. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            document = self._db.measures.find_one({"_id": survey_id})
        return [measure_from(each) for each in (document or {"measures": []})["measures"]]

    def add(self, survey_id: str, measure: Measure) -> Measure:
        """Add `measure` under the next free id, M1, M2, …. Raises Unsigned, StoreUnavailable."""

        def work(session: ClientSession) -> Measure:
            document = self._read(survey_id, session)
            added = replace(measure, id=f"M{len(document['measures']) + 1}")
            self._write(document, [*document["measures"], added.to_json()], session)
            append(self._db, Act("add measure", survey_id, {}, {"measure": added.to_json()}), self._author, session)
            return added

        return transact(self._db, work, _DEADLINE)

    def update(self, survey_id: str, measure_id: str, change: Callable[[Measure], Measure]) -> Measure:
        """Put `change` of a measure in its place. Raises UnknownMeasure, what `change` raises, Unsigned, StoreUnavailable."""

        def work(session: ClientSession) -> Measure:
            document = self._read(survey_id, session)
            place = next((n for n, each in enumerate(document["measures"]) if each["id"] == measure_id), None)
            if place is None:
                raise UnknownMeasure(measure_id)
            before = measure_from(document["measures"][place])
            after = change(before)
            measures = [*document["measures"][:place], after.to_json(), *document["measures"][place + 1 :]]
            self._write(document, measures, session)
            act = Act("update measure", survey_id, {"measure": before.to_json()}, {"measure": after.to_json()})
            append(self._db, act, self._author, session)
            return after

        return transact(self._db, work, _DEADLINE)

    def _read(self, survey_id: str, session: ClientSession) -> Document:
        found = self._db.measures.find_one({"_id": survey_id}, session=session)
        return found or {"_id": survey_id, "revision": 0, "measures": []}

    def _write(self, document: Document, measures: list[Document], session: ClientSession) -> None:
        if document["revision"] == 0:
            self._db.measures.insert_one({**document, "revision": 1, "measures": measures}, session=session)
            return
        expected = {"_id": document["_id"], "revision": document["revision"]}
        change = {"$set": {"measures": measures}, "$inc": {"revision": 1}}
        if self._db.measures.update_one(expected, change, session=session).matched_count != 1:
            raise StoreConflict(f"the measures of {document['_id']} were changed by someone else")
