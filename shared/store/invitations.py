"""Invitations: one-time tokens, kept as their SHA-256 alone, with no time of issue or of spending."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bson.binary import Binary

from shared.store.connection import Db, answering

_DEADLINE = 30.0


class Invitations:
    """The collection `invitations`. Spending is part of accepting a ballot (`shared.store.acceptance`)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def issue(self, survey_id: str, stratum: str, tokens: Iterable[str]) -> None:
        """Let each token admit one ballot in `stratum`. Raises StoreUnavailable."""
        documents = [
            {
                "_id": Binary(hashlib.sha256(token.encode()).digest()),
                "survey": survey_id,
                "stratum": stratum,
                "spent": False,
            }
            for token in tokens
        ]
        with answering(_DEADLINE):
            self._db.invitations.insert_many(documents)
