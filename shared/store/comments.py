"""The comments of a survey as a person may read them, and the themes that a person found in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.domain.comments import Comment
from shared.domain.redaction import redact
from shared.store.audit import Author, append
from shared.store.connection import Db, answering, transact

_DEADLINE = 20.0


class Comments:
    """Redacted comments out of the collection `ballots`, and the collection `comments` with the themes, one document a survey.

    Who only reads needs no `author`.
    """

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def redacted(self, survey_id: str) -> list[Comment]:
        """The comments of counted ballots, redacted, with nothing else of them but the group, in the order of their texts.

        Raises StoreUnavailable.
        """
        wanted = {"survey": survey_id, "surplus": False, "comment": {"$exists": True}}
        with answering(_DEADLINE):
            found = [
                Comment(document["group"], redact(document["comment"]).text)
                for document in self._db.ballots.find(wanted, {"_id": 0, "group": 1, "comment": 1})
            ]
        return sorted(found, key=lambda comment: (comment.group, comment.text))

    def themes(self, survey_id: str) -> list[dict[str, Any]]:
        """What may be published of the comments, in the form of `shared.domain.comments.themes`; none where none is."""
        with answering(_DEADLINE):
            document = self._db.comments.find_one({"_id": survey_id})
        return list(document["groups"]) if document is not None else []

    def clear(self, survey_id: str, groups: Sequence[Mapping[str, Any]], digest: str) -> None:
        """Put `groups` in place of what was cleared before; `digest` is that of the file they came from.

        Raises Unsigned, StoreUnavailable.
        """

        def work(session: ClientSession) -> None:
            before = self._db.comments.find_one({"_id": survey_id}, session=session)
            document = {"groups": [dict(group) for group in groups], "file": digest}
            self._db.comments.replace_one({"_id": survey_id}, document, upsert=True, session=session)
            told = {"coded": {group["group"]: group.get("coded") for group in groups}, "file": digest}
            act = Act("clear comments", survey_id, {} if before is None else {"file": before["file"]}, told)
            append(self._db, act, self._author, session)

        transact(self._db, work, _DEADLINE)
