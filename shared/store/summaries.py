"""Summaries of surveys made elsewhere, as they were brought in. One never changes; a corrected one stands beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.domain.series import Previous
from shared.plan.summary import previous
from shared.store.audit import Author, append, signed
from shared.store.connection import Db, answering, transact

_DEADLINE = 10.0


class UnknownSummary(LookupError):
    """No summary of that survey, or of that digest, was brought in."""


class Summaries:
    """The collection `summaries`; `_id` is the SHA-256 of the data in canonical JSON."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def bring_in(self, data: Mapping[str, Any]) -> str:
        """Store complete summary data and return their digest. The latest brought in of a survey is the one that counts.

        Raises Unsigned, StoreUnavailable.
        """
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        document = {"survey": data["survey"], "data": dict(data), "brought_at": signed(self._author).clock()}

        def work(session: ClientSession) -> None:
            append(self._db, Act("previous", data["survey"], after={"summary": digest}), self._author, session)
            self._db.summaries.replace_one({"_id": digest}, document, upsert=True, session=session)

        transact(self._db, work, _DEADLINE)
        return digest

    def latest(self, survey_id: str) -> Previous:
        """The summary of the survey that was brought in last. Raises UnknownSummary, StoreUnavailable."""
        with answering(_DEADLINE):
            found = list(self._db.summaries.find({"survey": survey_id}).sort("brought_at", -1).limit(1))
        if not found:
            raise UnknownSummary(survey_id)
        return previous(found[0]["data"], found[0]["_id"])

    def get(self, digest: str) -> Previous:
        """Raises UnknownSummary, StoreUnavailable."""
        with answering(_DEADLINE):
            found = self._db.summaries.find_one({"_id": digest})
        if found is None:
            raise UnknownSummary(digest)
        return previous(found["data"], digest)
