"""What documents tell beside the figures of an edition. Where nothing was entered, documents leave room to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.publisher.rendering.edition import Json
from shared.domain.measure import Measure, measure_from


@dataclass(frozen=True, slots=True)
class Given:
    """`address` is where people find the results, None where that is not known; `handed_out` the number of ballots or
    invitations handed out, by stratum: strata for which it is not known are absent.

    `measures` and `measures_before` are what the body does after this survey and after the one before. In the form of the
    edition: `comments`, the themes of the open question by group; `correction`, what a corrected edition says of itself;
    `release`, its promptness.
    """

    address: str | None = None
    handed_out: Mapping[str, int] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    measures_before: tuple[Measure, ...] = ()
    comments: tuple[Json, ...] = ()
    correction: Mapping[str, Any] | None = None
    release: Mapping[str, Any] | None = None


def given_by(document: Json, address: str | None) -> Given:
    """What stands in the edition in `document` beside its figures."""
    return Given(
        address=address,
        handed_out=document.get("handed_out", {}),
        measures=tuple(measure_from(each) for each in document.get("measures", ())),
        measures_before=tuple(measure_from(each) for each in document.get("measures_before", ())),
        comments=tuple(document.get("comments", ())),
        correction=document.get("correction"),
        release=document.get("release"),
    )
