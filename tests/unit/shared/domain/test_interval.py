"""Intervals of shares, checked against published implementations."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from shared.domain.interval import Limits, combined_limits, finite_size, wilson

COUNTS = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.9, 0.95, 0.99]))
def test_wilson_agrees_with_statsmodels(counts: tuple[int, int], confidence: float) -> None:
    satisfied, valid = counts
    expected = proportion_confint(satisfied, valid, 1 - confidence, method="wilson")
    assert wilson(satisfied / valid, valid, confidence) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("satisfied", "valid", "low", "high"),
    [
        (46, 56, 70.16, 90.00),
        (50, 60, 71.97, 90.69),
        (9, 10, 59.58, 98.21),
        (10, 10, 72.25, 100),
        (0, 10, 0, 27.75),
        (24, 26, 75.86, 97.86),
        (26, 26, 87.13, 100),
        (60, 60, 93.98, 100),
    ],
)
def test_wilson_gives_the_figures_worked_by_hand(satisfied: int, valid: int, low: float, high: float) -> None:
    limits = wilson(satisfied / valid, valid)
    assert (round(100 * limits.low, 2), round(100 * limits.high, 2)) == (low, high)


@pytest.mark.parametrize(("population", "size", "low", "high"), [(300, 74.75, 73.31, 90.10), (70, 414.0, 79.44, 86.61)])
def test_a_finite_population_narrows_the_interval(population: int, size: float, low: float, high: float) -> None:
    limits = wilson(50 / 60, finite_size(60, population))
    assert finite_size(60, population) == pytest.approx(size)
    assert (round(100 * limits.low, 2), round(100 * limits.high, 2)) == (low, high)


def test_a_sample_of_everybody_is_endlessly_large() -> None:
    assert finite_size(26, 26) == inf
    assert finite_size(26, None) == 26


@given(COUNTS, COUNTS)
def test_the_limits_of_a_difference_agree_with_newcombe_in_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    shares = first[0] / first[1], second[0] / second[1]
    parts = [(1.0, shares[0], wilson(shares[0], first[1])), (-1.0, shares[1], wilson(shares[1], second[1]))]
    difference, limits = combined_limits(parts)
    expected = confint_proportions_2indep(*first, *second, method="newcomb")
    assert difference == pytest.approx(shares[0] - shares[1])
    assert limits == pytest.approx(expected, abs=1e-9)


def test_parts_without_error_combine_without_error() -> None:
    total, limits = combined_limits([(0.3, 92.3, Limits(92.3, 92.3)), (0.7, 88.7, Limits(88.7, 88.7))])
    assert total == pytest.approx(89.8, abs=0.05)
    assert limits == pytest.approx((total, total))
