"""What the public may see: surveys past their draft, and editions once the survey says that they are out."""

from __future__ import annotations

import json
from typing import Any, Protocol

from shared.domain.survey import State
from shared.store.editions import Edition, File, UnknownEdition
from shared.store.surveys import Record, UnknownSurvey

REGISTER = "register.txt"
"""The register among an edition's documents: one receipt a line, sorted."""


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


class NotPublished(LookupError):
    """The survey is known and has no edition yet."""


class Published:
    """The public part of what is stored. All of the site's reading goes through here, so that nothing leaks beside it."""

    def __init__(self, surveys: Surveys, editions: Editions) -> None:
        self._surveys = surveys
        self._editions = editions

    def surveys(self) -> list[Record]:
        """The surveys that have begun, the latest first."""
        begun = [record for record in self._surveys.all() if record.state is not State.DRAFT]
        return sorted(begun, key=lambda record: record.survey.period.opens_at, reverse=True)

    def survey(self, survey_id: str) -> Record:
        """Raises UnknownSurvey, for a draft too."""
        record = self._surveys.get(survey_id)
        if record.state is State.DRAFT:
            raise UnknownSurvey(survey_id)
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
        return self._editions.get(survey_id, number)

    def document(self, edition: Edition, name: str) -> bytes:
        """The content of one of the edition's documents. Raises UnknownEdition."""
        return self._editions.document(edition, name)[0]


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
