"""What the public may see: surveys past their draft, and editions once the survey says that they are out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from shared.domain.survey import State
from shared.store.editions import Edition, File, UnknownEdition
from shared.store.plan_notices import PlanNotice
from shared.store.previous import Compared
from shared.store.surveys import Record, UnknownSurvey

T = TypeVar("T")

REGISTER = "register.txt"
"""The register among an edition's documents: one receipt a line, sorted."""

RESULTS = "results.json"
"""The results among an edition's documents, as the API gives them."""

_KEPT = 128
_SMALL = 1_000_000
"""Bytes up to which a document is kept in memory."""


class Surveys(Protocol):
    """Where surveys are read; `shared.store.surveys.Surveys` is one."""

    def get(self, survey_id: str) -> Record:
        """Raises UnknownSurvey."""

    def all(self) -> list[Record]:
        """Every survey."""


class Editions(Protocol):
    """Where editions and their documents are read; `shared.store.editions.Editions` is one."""

    def get(self, survey_id: str, number: int) -> Edition:
        """Raises UnknownEdition."""

    def document(self, edition: Edition, name: str) -> tuple[bytes, File]:
        """The content of a document of the edition. Raises UnknownEdition."""


class Notices(Protocol):
    """Where notices that surveys are held are read; `shared.store.plan_notices.PlanNotices` is one."""

    def get(self, survey_id: str) -> PlanNotice | None:
        """The survey's notice; None where there is none."""

    def content(self, file: File) -> bytes:
        """The content of one of a notice's documents. Raises UnknownEdition."""


class NotPublished(LookupError):
    """The survey is known and has no edition yet."""


class Published:
    """The public part of what is stored. All of the site's reading goes through here, so that nothing leaks beside it.

    Editions and small documents are kept, as they never change. That a survey is published, and by how many editions, is taken
    for true for `fresh_for` seconds; that it is *not* published is asked every time, so that everything is out at once.
    """

    def __init__(
        self,
        surveys: Surveys,
        editions: Editions,
        before: Callable[[Mapping[str, Any]], Compared | None] = lambda _: None,
        fresh_for: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        notices: Notices | None = None,
    ) -> None:
        self._surveys = surveys
        self._editions = editions
        self._before = before
        self._fresh_for = fresh_for
        self._now = now
        self._notices = notices
        self._seen: dict[str, tuple[float, Record]] = {}
        self._edition = lru_cache(_KEPT)(editions.get)
        self._small = lru_cache(_KEPT)(self._read)

    def surveys(self) -> list[Record]:
        """The surveys that have begun, the latest first."""
        begun = [record for record in self._surveys.all() if record.state is not State.DRAFT]
        return sorted(begun, key=lambda record: record.survey.period.opens_at, reverse=True)

    def survey(self, survey_id: str) -> Record:
        """Raises UnknownSurvey, for a draft too."""
        asked_at = self._now()
        read_at, record = self._seen.get(survey_id, (0.0, None))
        if record is not None and asked_at - read_at < self._fresh_for:
            return record
        if record is not None:
            # Who comes while this one asks goes on with what is known, so that one request a time goes to the store.
            self._seen[survey_id] = (asked_at, record)
        record = self._surveys.get(survey_id)
        if record.state is State.DRAFT:
            raise UnknownSurvey(survey_id)
        if record.state is State.PUBLISHED:
            self._seen[survey_id] = (asked_at, record)
        return record

    def latest(self, survey_id: str) -> Edition:
        """Raises UnknownSurvey, NotPublished."""
        return self.edition(survey_id, latest_number(self.survey(survey_id)))

    def edition(self, survey_id: str, number: int) -> Edition:
        """Raises UnknownSurvey, NotPublished, UnknownEdition.

        An edition that is stored while the survey does not yet count it is not out.
        """
        if not 1 <= number <= latest_number(self.survey(survey_id)):
            raise UnknownEdition(f"{survey_id}/{number}")
        return self._edition(survey_id, number)

    def editions(self, survey_id: str) -> Iterator[Edition]:
        """All editions that are out, the latest first. Raises UnknownSurvey, NotPublished."""
        for number in range(latest_number(self.survey(survey_id)), 0, -1):
            yield self._edition(survey_id, number)

    def document(self, edition: Edition, name: str) -> bytes:
        """The content of one of the edition's documents. Raises UnknownEdition."""
        if name in edition.documents and edition.documents[name].size > _SMALL:
            return self._editions.document(edition, name)[0]
        return bytes(self._small(edition.survey, edition.number, name))

    def plan_notice(self, survey_id: str) -> Mapping[str, File]:
        """The documents, by name, of the notice that the survey is held; none where none are made. Raises UnknownSurvey, for a
        draft too.
        """
        notice = self._notice(survey_id)
        return notice.documents if notice is not None else {}

    def noticed_at(self, survey_id: str) -> datetime | None:
        """When the notice that the survey is held was made; None where there is none. Raises UnknownSurvey, for a draft too."""
        notice = self._notice(survey_id)
        return notice.made_at if notice is not None else None

    def _notice(self, survey_id: str) -> PlanNotice | None:
        self.survey(survey_id)
        return self._notices.get(survey_id) if self._notices is not None else None

    def plan_document(self, file: File) -> bytes:
        """The content of one of the documents of `plan_notice`. Raises UnknownEdition."""
        if self._notices is None:
            raise UnknownEdition(file.sha256)
        return self._notices.content(file)

    def before(self, edition: Edition) -> Compared | None:
        """What the edition's results were compared with when they came out; None where with nothing, or where it is gone."""
        try:
            return self._before(edition.results)
        except LookupError:
            return None

    def _read(self, survey_id: str, number: int, name: str) -> bytes:
        return self._editions.document(self._edition(survey_id, number), name)[0]


def kept_for(seconds: float, read: Callable[[str], T], now: Callable[[], float] = time.monotonic) -> Callable[[str], T]:
    """`read`, each of whose answers is taken for true for so many seconds."""
    kept: dict[str, tuple[float, T]] = {}

    def get(name: str) -> T:
        asked_at = now()
        if name not in kept:
            kept[name] = (asked_at, read(name))
        elif asked_at - kept[name][0] >= seconds:
            kept[name] = (asked_at, kept[name][1])  # for who comes while this one reads
            kept[name] = (asked_at, read(name))
        return kept[name][1]

    return get


def is_of_plan(name: str) -> bool:
    """Whether a document of this name belongs to the notice that a survey is held."""
    return name.startswith("plan.")


def latest_number(record: Record) -> int:
    """The number of the survey's latest edition. Raises NotPublished."""
    if record.state is not State.PUBLISHED or record.editions < 1:
        raise NotPublished(record.survey.id)
    return record.editions


def public_form(edition: Edition) -> dict[str, Any]:
    """The edition as the API gives it: the results with the edition's number and time in front."""
    head = {"survey": edition.survey, "edition": edition.number, "published_at": edition.published_at.isoformat()}
    return {**head, **{key: value for key, value in edition.results.items() if key not in head}}


def as_json(edition: Edition) -> bytes:
    """`public_form` in JSON."""
    return json.dumps(public_form(edition), ensure_ascii=False, separators=(",", ":")).encode()
