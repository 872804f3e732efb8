"""Measures: what the body does after a survey, who does it, until when, and how far it is (nội dung cải thiện)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from shared.domain.survey import Texts


class Progress(StrEnum):
    """How far a measure is."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    DONE = "done"
    DROPPED = "dropped"


class UnfitMeasure(ValueError):
    """What was said of a measure does not hold together; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `factor` is the id of the factor that it is to improve, None where it is of none; `note` says why it was
    dropped or how it was done; `told_on` is the day on which its state was last told."""

    id: str
    what: Texts
    who: Texts
    until: date
    progress: Progress
    told_on: date
    factor: str | None = None
    note: Texts | None = None

    def to_json(self) -> dict[str, Any]:
        """The public form."""
        return {
            "id": self.id,
            "what": dict(self.what),
            "who": dict(self.who),
            "until": self.until.isoformat(),
            "state": self.progress.value,
            "told_on": self.told_on.isoformat(),
            "factor": self.factor,
            "note": None if self.note is None else dict(self.note),
        }


def measure_from(document: Mapping[str, Any]) -> Measure:
    """The measure of its public form."""
    return Measure(
        id=document["id"],
        what=document["what"],
        who=document["who"],
        until=date.fromisoformat(document["until"]),
        progress=Progress(document["state"]),
        told_on=date.fromisoformat(document["told_on"]),
        factor=document["factor"],
        note=document["note"],
    )


@dataclass(frozen=True, slots=True)
class Update:
    """What changes of a measure; None where it stays."""

    what: Texts | None = None
    who: Texts | None = None
    until: date | None = None
    progress: Progress | None = None
    note: Texts | None = None


def updated(measure: Measure, update: Update, today: date) -> Measure:
    """`measure` as it stands after `update`. Raises UnfitMeasure.

    A measure that is dropped, or whose date moves back, needs a note: the public was told otherwise.
    """
    given = {
        name: value for name in ("what", "who", "until", "progress", "note") if (value := getattr(update, name)) is not None
    }
    if not given:
        raise UnfitMeasure("nothing to change was given")
    after = replace(measure, **given, told_on=today)
    dropped = after.progress is Progress.DROPPED and measure.progress is not Progress.DROPPED
    if update.note is None and (dropped or after.until > measure.until):
        raise UnfitMeasure(f"{measure.id}: to {'drop it' if dropped else 'put it off'} takes a note that says why")
    return after


def is_overdue(measure: Measure, today: date) -> bool:
    """Whether it should be done by now and is not."""
    return measure.progress in (Progress.PLANNED, Progress.UNDER_WAY) and today > measure.until
