"""Groups are put together only by declared weights, from figures that are published, with both parts shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.pooling import pooled
from shared.domain.results import Bounded, Cell, GroupResult, Shown, Suppressed
from shared.domain.survey import Survey
from tests.unit.shared.domain import groups

PARTNERS = Shown(92.3, 92.3, 92.3, 26, "census")
APPLICANTS = Shown(88.7, 79.2, 94.1, 60)


def survey(*weights: float | None) -> Survey:
    one = groups.group(groups.questionnaire({"F": ["a"]}), {"s": None})
    return groups.survey(*(replace(one, id=f"g{n}", weight=weight) for n, weight in enumerate(weights)))


def results(*cells: Cell) -> list[GroupResult]:
    return [GroupResult(f"g{n}", {}, 60, 0, None, None, False, cell, {}, (), (), (), ()) for n, cell in enumerate(cells)]


def test_three_tenths_of_923_and_seven_of_887_are_898() -> None:
    found = pooled(results(PARTNERS, APPLICANTS), survey(0.3, 0.7))
    assert found is not None
    assert found["index"] == pytest.approx(89.78)
    assert found["label"]["vi"] == "chỉ số tổng hợp theo trọng số quy định"
    assert [(part["group"], part["weight"], part["index"]) for part in found["parts"]] == [("g0", 0.3, 92.3), ("g1", 0.7, 88.7)]


def test_only_the_sampled_part_adds_to_the_error() -> None:
    found = pooled(results(PARTNERS, APPLICANTS), survey(0.3, 0.7))
    assert found is not None
    assert found["low"] == pytest.approx(89.78 - 0.7 * (88.7 - 79.2))
    assert found["high"] == pytest.approx(89.78 + 0.7 * (94.1 - 88.7))


def test_weights_count_by_their_proportion() -> None:
    assert pooled(results(PARTNERS, APPLICANTS), survey(3, 7)) == pooled(results(PARTNERS, APPLICANTS), survey(30, 70))


def test_without_declared_weights_nothing_is_put_together() -> None:
    assert pooled(results(PARTNERS, APPLICANTS), survey(None, None)) is None


@pytest.mark.parametrize("hidden", [Suppressed("audit"), Bounded(95.0, None, 26)])
def test_a_part_that_is_not_shown_exactly_leaves_no_composite(hidden: Cell) -> None:
    assert pooled(results(hidden, APPLICANTS), survey(0.3, 0.7)) is None


def test_a_single_group_is_no_composite() -> None:
    assert pooled(results(APPLICANTS), survey(1.0)) is None
