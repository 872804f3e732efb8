"""Decision 766: two ratios of satisfaction, and classes of which two are certain."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.domain.rulepacks import PACKS, Verified
from shared.domain.rulepacks.qd766 import Feedback, class_of, ratios


def test_190_of_200_on_time_are_95_percent() -> None:
    assert ratios(Feedback(200, 190, 0)).on_time == 95


def test_2_of_20_unsatisfied_or_overdue_leave_90_percent() -> None:
    assert ratios(Feedback(20, 20, 2)).satisfied == 90


def test_without_feedback_there_is_no_ratio() -> None:
    assert ratios(Feedback(0, 0, 0)) == type(ratios(Feedback(1, 1, 1)))(None, None)


@pytest.mark.parametrize(
    ("points", "name", "verified"),
    [
        ("90", "excellent", "yes"),
        ("89.9", "good", "no"),
        ("80", "good", "no"),
        ("70", "fair", "no"),
        ("50", "average", "no"),
        ("49.9", "weak", "yes"),
    ],
)
def test_only_the_outer_classes_are_certain(points: str, name: str, verified: str) -> None:
    found = class_of(Decimal(points))
    assert (found.name, found.verified) == (name, Verified(verified))


def test_no_pack_claims_to_be_verified_while_it_has_doubts() -> None:
    assert [pack.id for pack in PACKS.values() if pack.doubts and pack.verified is Verified.YES] == []
