"""The events that services tell one another, their schemas, and the queues they travel on.

A message is a hint that work exists, never the record of it: it carries ids only, and a consumer looks the rest up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

SCORING = "scoring"
PUBLISHING = "publishing"
BEAT = "beat"

BATCHES_LIMIT = 20
"""Batches that one event may name: what is scored in one transaction."""

SURVEY_ID = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


class BadEvent(ValueError):
    """A message that does not fit the event's schema. It will never fit: a person must look."""


@dataclass(frozen=True, slots=True)
class BatchesAccepted:
    """Ballots were committed in these batches and wait to be scored."""

    name: ClassVar[str] = "batches.accepted"
    queue: ClassVar[str] = SCORING
    batch_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class SweepDue:
    """It is time to look for batches that were left waiting."""

    name: ClassVar[str] = "sweep.due"
    queue: ClassVar[str] = SCORING


@dataclass(frozen=True, slots=True)
class SurveysDue:
    """It is time to look for surveys that can move towards publication."""

    name: ClassVar[str] = "surveys.due"
    queue: ClassVar[str] = PUBLISHING


@dataclass(frozen=True, slots=True)
class SurveyDue:
    """This survey may be able to move towards publication."""

    name: ClassVar[str] = "survey.due"
    queue: ClassVar[str] = PUBLISHING
    survey_id: str


@dataclass(frozen=True, slots=True)
class AnnouncementsDue:
    """It is time to look for announcements that can be delivered."""

    name: ClassVar[str] = "announcements.due"
    queue: ClassVar[str] = PUBLISHING


@dataclass(frozen=True, slots=True)
class NoticesDue:
    """It is time to look for surveys that have no notice of their plan yet."""

    name: ClassVar[str] = "notices.due"
    queue: ClassVar[str] = PUBLISHING


@dataclass(frozen=True, slots=True)
class RetentionDue:
    """It is time to look for published surveys whose free text, invitations and contacts are no longer to be kept."""

    name: ClassVar[str] = "retention.due"
    queue: ClassVar[str] = PUBLISHING


Event = BatchesAccepted | SweepDue | SurveysDue | SurveyDue | AnnouncementsDue | NoticesDue | RetentionDue
Kind = TypeVar("Kind", BatchesAccepted, SweepDue, SurveysDue, SurveyDue, AnnouncementsDue, NoticesDue, RetentionDue)


class _BatchesAccepted(Schema):
    batch_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, BATCHES_LIMIT))

    @post_load
    def _frozen(self, values: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"batch_ids": tuple(values["batch_ids"])}


class _SurveyDue(Schema):
    survey_id = fields.String(required=True, validate=SURVEY_ID)


_SCHEMAS: Mapping[str, Schema] = {
    BatchesAccepted.name: _BatchesAccepted(unknown=RAISE),
    SweepDue.name: Schema(unknown=RAISE),
    SurveysDue.name: Schema(unknown=RAISE),
    SurveyDue.name: _SurveyDue(unknown=RAISE),
    AnnouncementsDue.name: Schema(unknown=RAISE),
    NoticesDue.name: Schema(unknown=RAISE),
    RetentionDue.name: Schema(unknown=RAISE),
}


def batches_accepted(batch_ids: Sequence[UUID]) -> Iterator[BatchesAccepted]:
    """As many events as it takes to name all of these batches."""
    for start in range(0, len(batch_ids), BATCHES_LIMIT):
        yield BatchesAccepted(tuple(batch_ids[start : start + BATCHES_LIMIT]))


def to_wire(event: Event) -> dict[str, Any]:
    """The event as plain JSON values."""
    return dict(_SCHEMAS[event.name].dump(asdict(event)))


def from_wire(kind: type[Kind], payload: object) -> Kind:
    """The event that `payload` says. Raises BadEvent."""
    try:
        values = _SCHEMAS[kind.name].load(payload)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadEvent(f"{kind.name}: {error}") from error
    return kind(**values)


_READERS: Mapping[str, Callable[[object], Event]] = {
    BatchesAccepted.name: lambda payload: from_wire(BatchesAccepted, payload),
    SweepDue.name: lambda payload: from_wire(SweepDue, payload),
    SurveysDue.name: lambda payload: from_wire(SurveysDue, payload),
    SurveyDue.name: lambda payload: from_wire(SurveyDue, payload),
    AnnouncementsDue.name: lambda payload: from_wire(AnnouncementsDue, payload),
    NoticesDue.name: lambda payload: from_wire(NoticesDue, payload),
    RetentionDue.name: lambda payload: from_wire(RetentionDue, payload),
}


def read_event(name: str, payload: object) -> Event:
    """The event of that name that `payload` says. Raises BadEvent."""
    if name not in _READERS:
        raise BadEvent(f"there is no event {name}")
    return _READERS[name](payload)
