"""Piles of printed ballots. A pile's key turns a sheet's number into the id of its ballot, and is destroyed at sealing.

While the key is there, entering a sheet twice gives one ballot. Afterwards nothing leads from a sheet to what it became.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bson.binary import Binary
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from shared.domain.audit import Act
from shared.store.audit import Author, append
from shared.store.connection import Db, Document, answering, transact

_DEADLINE = 10.0


class PileExists(ValueError):
    """There is a pile of that code."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Sheets 1 to `sheets` of one questionnaire in one language. `strata` are those a sheet of it can be about.

    `key` is None once the survey is sealed.
    """

    code: str
    survey: str
    questionnaire: str
    version: int
    strata: tuple[str, ...]
    language: str
    sheets: int
    key: bytes | None


class Piles:
    """The collection `piles`."""

    def __init__(self, db: Db, author: Author | None = None) -> None:
        self._db = db
        self._author = author

    def add(self, piles: Sequence[Pile]) -> None:
        """Note what is printed. Raises PileExists, Unsigned, StoreUnavailable."""

        def work(session: ClientSession) -> None:
            for pile in piles:
                append(self._db, _printed(pile), self._author, session)
                self._db.piles.insert_one(_document(pile), session=session)

        try:
            transact(self._db, work, _DEADLINE)
        except DuplicateKeyError as error:
            raise PileExists(", ".join(pile.code for pile in piles)) from error

    def of(self, survey_id: str) -> Mapping[str, Pile]:
        """The survey's piles by code. Raises StoreUnavailable."""
        with answering(_DEADLINE):
            return {document["_id"]: _pile(document) for document in self._db.piles.find({"survey": survey_id}).sort("_id")}


def forget_keys(db: Db, survey_id: str, session: ClientSession) -> None:
    """Destroy the keys of a survey's piles, as part of sealing. Doing it again changes nothing."""
    db.piles.update_many({"survey": survey_id}, {"$set": {"key": None}}, session=session)


def _printed(pile: Pile) -> Act:
    after = {"pile": pile.code, "questionnaire": pile.questionnaire, "strata": list(pile.strata), "sheets": pile.sheets}
    return Act("print ballots", pile.survey, after=after)


def _document(pile: Pile) -> Document:
    return {
        "_id": pile.code,
        "survey": pile.survey,
        "questionnaire": pile.questionnaire,
        "version": pile.version,
        "strata": list(pile.strata),
        "language": pile.language,
        "sheets": pile.sheets,
        "key": None if pile.key is None else Binary(pile.key),
    }


def _pile(document: Document) -> Pile:
    key = document["key"]
    return Pile(
        code=document["_id"],
        survey=document["survey"],
        questionnaire=document["questionnaire"],
        version=document["version"],
        strata=tuple(document["strata"]),
        language=document["language"],
        sheets=document["sheets"],
        key=None if key is None else bytes(key),
    )
