"""An edition as a whole: what stands in it beside the released figures, and the digest that fixes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.series import days
from shared.domain.survey import Survey, Texts

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is published with the figures and not computed from ballots' ratings.

    `measures` and `measures_before` are what the body does after this survey and after the one before, `comments` the themes of
    the open question by group; all in their public form. `handed_out` are the invitations handed out, by stratum: strata for
    which that is not known are absent. `correction` says what a corrected edition changed and why.
    """

    measures: Sequence[Json] = ()
    measures_before: Sequence[Json] = ()
    comments: Sequence[Json] = ()
    correction: Json | None = None
    handed_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Issue:
    """The number and the time of an edition, and the time of the survey's first one."""

    number: int
    published_at: datetime
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person asked for: why, and by which plan the results are made again (None: by the same).

    `id` tells one request from the next; `fields` are the changes of the plan as `shared.plan.amend` lists them.
    """

    id: str
    reason: Texts
    by: str
    plan: Mapping[str, Any] | None = None
    fields: Sequence[Json] = field(default_factory=tuple)


def results_of(released: Json, survey: Survey, issue: Issue, beside: Beside) -> dict[str, Any]:
    """The results of an edition: those `released`, and all that is published beside them, in the documented JSON form."""
    document: dict[str, Any] = {
        **released,
        "edition": issue.number,
        "published_at": issue.published_at.isoformat(),
        "release": promptness(survey, issue.first_at),
        "handed_out": dict(beside.handed_out),
        "measures": [dict(measure) for measure in beside.measures],
        "measures_before": [dict(measure) for measure in beside.measures_before],
        "comments": [dict(group) for group in beside.comments],
    }
    return document if beside.correction is None else {**document, "correction": dict(beside.correction)}


def promptness(survey: Survey, first_at: datetime) -> dict[str, Any]:
    """The days from the last day of answering to that of the first edition, on the plan's clocks.

    The European Statistics Code of Practice (principle 13) asks for it under timeliness.
    """
    last = days(survey)[1]
    first = first_at.astimezone(ZoneInfo(survey.period.timezone)).date()
    return {"last_day": last.isoformat(), "first_released": first.isoformat(), "days": (first - last).days}


def edition_digest(results: Json, documents: Mapping[str, str]) -> str:
    """SHA-256, in hex, over the results and the SHA-256 of each document by name, in canonical JSON: sorted keys, no spaces,
    UTF-8. Who has the API's answer and the documents can compute it again."""
    content = {"documents": dict(documents), "results": results}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
