"""The events that services tell one another, their schemas, and the queues they travel on.

A message is a hint that work exists, never the record of it: it carries ids only, and a consumer looks the rest up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, validate

SCORING = "scoring"
PUBLISHING = "publishing"

SURVEY_ID = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")


class BadEvent(ValueError):
    """A message that does not fit the event's schema. It will never fit: a person must look."""


@dataclass(frozen=True, slots=True)
class BatchAccepted:
    """Ballots were committed and wait to be scored."""

    name: ClassVar[str] = "batch.accepted"
    queue: ClassVar[str] = SCORING
    batch_id: UUID


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


Event = BatchAccepted | SweepDue | SurveysDue | SurveyDue
Kind = TypeVar("Kind", BatchAccepted, SweepDue, SurveysDue, SurveyDue)


class _BatchAccepted(Schema):
    batch_id = fields.UUID(required=True)


class _SurveyDue(Schema):
    survey_id = fields.String(required=True, validate=SURVEY_ID)


_SCHEMAS: Mapping[str, Schema] = {
    BatchAccepted.name: _BatchAccepted(unknown=RAISE),
    SweepDue.name: Schema(unknown=RAISE),
    SurveysDue.name: Schema(unknown=RAISE),
    SurveyDue.name: _SurveyDue(unknown=RAISE),
}


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
