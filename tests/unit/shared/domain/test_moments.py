"""Moments: exact, additive, and of complete counted ballots only."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.domain.ballot import is_complete
from shared.domain.moments import (
    MISSING,
    Levels,
    Moments,
    complete_rows,
    merge_moments,
    moments,
    moments_of_levels,
)
from tests.unit.shared.domain.groups import ballot, group, questionnaire

ASKED = questionnaire({"F1": ["A", "B"], "F2": ["C", "D"]}, overall="Q")
ITEMS = tuple(ASKED.rated)
LEVELS = arrays(np.int8, st.tuples(st.integers(0, 30), st.just(len(ITEMS))), elements=st.integers(-1, 5))


def same(one: Moments, other: Moments) -> bool:
    return (
        one.ballots == other.ballots
        and np.array_equal(one.sums, other.sums)
        and np.array_equal(one.products, other.products)
        and np.array_equal(one.answered, other.answered)
    )


def answers(row: np.ndarray) -> dict[str, int]:
    return {item: int(level) for item, level in zip(ITEMS, row, strict=True) if level != MISSING}


@given(LEVELS, LEVELS)
def test_the_moments_of_two_sets_of_ballots_add_up(one: Levels, other: Levels) -> None:
    whole = moments_of_levels(np.concatenate([one, other]), ASKED, 0.5)
    assert same(moments_of_levels(one, ASKED, 0.5) + moments_of_levels(other, ASKED, 0.5), whole)


@given(LEVELS)
def test_products_are_those_of_the_zeros_and_ones_of_each_ballot(levels: Levels) -> None:
    kept = levels[complete_rows(levels, ASKED, 0.5)]
    z = np.concatenate([kept >= 4, kept > 0], axis=1).astype(int)
    found = moments_of_levels(levels, ASKED, 0.5)
    assert np.array_equal(found.sums, z.sum(axis=0))
    assert np.array_equal(found.products, z.T @ z)


@given(LEVELS, st.sampled_from([0.0, 0.5, 0.75, 1.0]))
def test_complete_rows_are_the_complete_ballots(levels: Levels, min_answered: float) -> None:
    of = group(ASKED, {"s": None})
    expected = [is_complete(answers(row), of, min_answered) for row in levels]
    assert complete_rows(levels, ASKED, min_answered).tolist() == expected


@given(LEVELS)
def test_ballots_and_their_matrix_have_the_same_moments(levels: Levels) -> None:
    ballots = [ballot(number, "s", answers(row)) for number, row in enumerate(levels)]
    found = moments(ballots, group(ASKED, {"s": None, "t": None}), 0.5)
    assert same(found["s"], moments_of_levels(levels, ASKED, 0.5))
    assert found["t"].ballots == 0


def test_surplus_ballots_are_left_out() -> None:
    full = {"A": 5, "B": 5, "C": 5, "D": 5}
    found = moments([ballot(1, "s", full), ballot(2, "s", full, counted=False)], group(ASKED, {"s": None}), 0.5)
    assert found["s"].ballots == 1


def test_a_factor_is_answered_where_one_of_its_criteria_is() -> None:
    levels = np.array([[5, 0, 0, 0, 5], [5, 3, 4, 0, 5], [0, 0, 2, 2, -1]], np.int8)
    assert moments_of_levels(levels, ASKED, 0.5).answered.tolist() == [2, 2]


def test_merging_keeps_strata_apart() -> None:
    one = moments_of_levels(np.array([[5, 5, 5, 5, 5]], np.int8), ASKED, 0.5)
    merged = merge_moments([{"s": one}, {"s": one, "t": one}])
    assert (merged["s"].ballots, merged["t"].ballots) == (2, 1)


def test_sums_over_more_ballots_than_one_block_are_exact() -> None:
    levels = np.full((70_001, 5), 5, np.int8)
    found = moments_of_levels(levels, ASKED, 0.5)
    assert found.products.min() == found.products.max() == 70_001
