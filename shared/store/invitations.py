"""Invitations: one-time tokens, kept as their SHA-256 alone, with no time of issue or of spending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bson.binary import Binary
from pymongo.client_session import ClientSession

from shared.domain.acceptance import Invitation
from shared.domain.audit import Act
from shared.domain.token import token_digest
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, answering, transact

PART = 2_000
"""Invitations of one transaction: with many more of them it takes longer than a commit may."""

_DEADLINE = 30.0


class Invitations:
    """The collection `invitations`. Spending is part of accepting a ballot (`shared.store.acceptance`)."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def issue(self, survey_id: str, stratum: str, tokens: Iterable[str]) -> None:
        """Let each token admit one ballot in `stratum`, in parts of `PART`, each with its entry in the audit log.

        Raises Unsigned, StoreUnavailable.
        """
        documents: list[Document] = [
            {
                "_id": Binary(token_digest(token)),
                "survey": survey_id,
                "stratum": stratum,
                "spent": False,
            }
            for token in tokens
        ]
        for start in range(0, len(documents), PART):
            self._issue(survey_id, stratum, documents[start : start + PART])

    def issued(self, survey_id: str) -> dict[str, int]:
        """How many invitations of the survey there are, spent or not, by stratum; strata without any are absent.

        One that a reminder replaced is not among them. Raises StoreUnavailable.
        """
        by_stratum: Document = {"$group": {"_id": "$stratum", "count": {"$sum": 1}}}
        steps = [{"$match": {"survey": survey_id}}, by_stratum, {"$sort": {"_id": 1}}]
        with answering(_DEADLINE):
            return {found["_id"]: int(found["count"]) for found in self._db.invitations.aggregate(steps)}

    def find(self, digest: bytes) -> Invitation | None:
        """The invitation of a token's digest, spent or not; None where none was issued. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            found = self._db.invitations.find_one({"_id": Binary(digest)})
        return None if found is None else Invitation(found["survey"], found["stratum"], found["spent"])

    def find_all(self, digests: Sequence[bytes]) -> Mapping[bytes, Invitation]:
        """The invitations among these digests, by digest. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            found = self._db.invitations.find({"_id": {"$in": [Binary(digest) for digest in digests]}})
            return {bytes(d["_id"]): Invitation(d["survey"], d["stratum"], d["spent"]) for d in found}

    def _issue(self, survey_id: str, stratum: str, part: list[Document]) -> None:
        act = Act("issue invitations", survey_id, after={"stratum": stratum, "count": len(part)})

        def work(session: ClientSession) -> None:
            append(self._db, act, self._author, session)
            self._db.invitations.insert_many(part, session=session)

        transact(self._db, work, _DEADLINE)
