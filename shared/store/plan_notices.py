"""Notices that a survey is held: the documents made of its plan, one set a survey, the latest plan's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from shared.domain.survey import State
from shared.store.connection import Db, answering
from shared.store.editions import File, Files

_DEADLINE = 10.0


@dataclass(frozen=True, slots=True)
class PlanNotice:
    """The documents by name. `revision` is the survey's when its plan was read."""

    survey: str
    revision: int
    made_at: datetime
    documents: Mapping[str, File]


class PlanNotices:
    """The collection `plan_notices`, and the files in GridFS that belong to it."""

    def __init__(self, db: Db, files: Files) -> None:
        self._db = db
        self._files = files

    def lacking(self) -> list[tuple[str, int]]:
        """The drafts and open surveys without a notice of their plan as it is now, by id, each with its revision."""
        wanted = {"state": {"$in": [State.DRAFT.value, State.OPEN.value]}}
        with answering(_DEADLINE):
            surveys = list(self._db.surveys.find(wanted, {"state": 1, "revision": 1}).sort("_id"))
            ids = [survey["_id"] for survey in surveys]
            notices = self._db.plan_notices.find({"_id": {"$in": ids}}, {"revision": 1})
            made = {notice["_id"]: notice["revision"] for notice in notices}
        # Opening is the one change of an open survey that has been, and it leaves the plan as it is.
        return [
            (survey["_id"], survey["revision"])
            for survey in surveys
            if made.get(survey["_id"], 0) < survey["revision"] - (survey["state"] == State.OPEN)
        ]

    def put(self, notice: PlanNotice) -> None:
        """Store the notice in place of an earlier one; one of a later revision stays. Raises StoreUnavailable."""
        document = {
            "revision": notice.revision,
            "made_at": notice.made_at,
            "documents": [{"name": name, **asdict(file)} for name, file in notice.documents.items()],
        }
        earlier = {"_id": notice.survey, "revision": {"$lte": notice.revision}}
        with answering(_DEADLINE), suppress(DuplicateKeyError):
            self._db.plan_notices.replace_one(earlier, document, upsert=True)

    def get(self, survey_id: str) -> PlanNotice | None:
        """The survey's notice; None where there is none. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            found = self._db.plan_notices.find_one({"_id": survey_id})
        if found is None:
            return None
        documents = {each["name"]: File(each["sha256"], each["size"], each["media_type"]) for each in found["documents"]}
        return PlanNotice(survey_id, found["revision"], found["made_at"], documents)

    def content(self, file: File) -> bytes:
        """The content of one of a notice's documents. Raises UnknownEdition, StoreUnavailable."""
        return self._files.get(file)
