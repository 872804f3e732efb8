"""Decision 766/QĐ-TTg: the ratios of satisfaction in the set of indicators on serving people and business, as far as known.

Of the three ratios of its part on satisfaction (18 of 100 points) two are computed. For the third, on receiving and handling
procedures, only the beginning of the formula could be read; it is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.rulepacks.pack import RulePack, Verified

PACK = RulePack(
    id="qd766-2022",
    title={
        "vi": "Tỷ lệ hài lòng theo Quyết định 766/QĐ-TTg",
        "en": "Ratios of satisfaction by Decision 766/QĐ-TTg",
    },
    valid_from=date(2022, 6, 23),
    valid_to=None,
    verified=Verified.NO,
    source="Decision 766/QĐ-TTg of 23 June 2022, part on satisfaction; the annex was not read in full",
    doubts=(
        "the formula of the third ratio, satisfaction with receiving and handling procedures, is not known; it is not computed",
        "of the classes only the highest (from 90 points) and the lowest (under 50) are known for certain; those between are "
        "not verified",
        "how points are given for the ratios is not known; none are computed",
    ),
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """Comments and complaints: how many were handled, how many on time, and how many left the sender dissatisfied or were
    overdue."""

    handled: int
    on_time: int
    unsatisfied_or_overdue: int


@dataclass(frozen=True, slots=True)
class Ratios:
    """In percent; None where there was nothing to handle."""

    on_time: Decimal | None
    satisfied: Decimal | None


def ratios(feedback: Feedback) -> Ratios:
    """On time of all handled, and (all − unsatisfied or overdue) of all."""
    if feedback.handled == 0:
        return Ratios(None, None)
    content = feedback.handled - feedback.unsatisfied_or_overdue
    return Ratios(Decimal(100 * feedback.on_time) / feedback.handled, Decimal(100 * content) / feedback.handled)


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the whole set of indicators; `verified` says whether its limits were read."""

    name: str
    verified: Verified


def class_of(points: Decimal) -> Class:
    """The class for `points` of 100, which come from elsewhere: four of the five parts are not about satisfaction."""
    for limit, name, verified in (
        (90, "excellent", Verified.YES),
        (80, "good", Verified.NO),
        (70, "fair", Verified.NO),
        (50, "average", Verified.NO),
    ):
        if points >= limit:
            return Class(name, verified)
    return Class("weak", Verified.YES)
