"""Sample design: sizes and their reverse, allocations, hand-outs, and what a survey can see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.power import NormalIndPower

from shared.domain.design import (
    ImpossibleDesign,
    at_least,
    cochran_error,
    cochran_size,
    handouts,
    largest_remainder,
    neyman,
    proportional,
    slovin_error,
    slovin_size,
    smallest_change,
    square_root,
)


@pytest.mark.parametrize(("population", "size"), [(300, 172), (1_000, 286), (10_000, 385), (70, 60), (71, 61)])
def test_slovins_size_follows_the_population(population: int, size: int) -> None:
    assert slovin_size(population) == size


@pytest.mark.parametrize(("population", "percent"), [(70, 4.88), (300, 11.55), (1_000, 12.52)])
def test_sixty_ballots_carry_an_error_that_grows_with_the_population(population: int, percent: float) -> None:
    assert round(100 * slovin_error(60, population), 2) == percent


@given(st.integers(1, 100_000), st.floats(0.005, 0.2))
def test_slovins_size_is_the_fewest_ballots_within_the_error(population: int, error: float) -> None:
    size = slovin_size(population, error)
    assert slovin_error(size, population) <= error + 1e-9
    assert size == 1 or slovin_error(size - 1, population) > error - 1e-9


def test_cochrans_size_shrinks_in_a_finite_population() -> None:
    assert cochran_size(0.05) == 385
    assert cochran_size(0.05, population=300) == 169


@pytest.mark.parametrize(("population", "percent"), [(None, 12.65), (300, 11.33), (60, 0.0)])
def test_the_worst_error_of_sixty_ballots(population: int | None, percent: float) -> None:
    assert round(100 * cochran_error(60, population), 2) == percent


def test_the_largest_remainders_get_what_rounding_down_leaves() -> None:
    assert largest_remainder(60, [37, 61, 118, 84]) == [7, 12, 24, 17]


def test_equal_remainders_go_to_the_first() -> None:
    assert largest_remainder(2, [1, 1, 1, 1]) == [1, 1, 0, 0]


def test_a_minimum_is_given_first_and_the_rest_divided_anew() -> None:
    assert proportional(60, [37, 61, 118, 84], minimum=10) == [10, 12, 22, 16]


def test_allocations_of_sixty_ballots() -> None:
    populations = [40, 60, 80, 120]
    assert proportional(60, populations) == [8, 12, 16, 24]
    assert square_root(60, populations) == [11, 14, 16, 19]
    assert neyman(60, populations, [0.9, 0.8, 0.85, 0.95]) == [8, 16, 19, 17]


def test_a_small_stratum_is_asked_in_full() -> None:
    assert proportional(30, [4, 100, 100], minimum=10) == [4, 13, 13]


def test_a_total_below_the_minimums_is_refused() -> None:
    with pytest.raises(ImpossibleDesign, match="between 40 and 300"):
        proportional(30, [40, 60, 80, 120], minimum=10)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8), st.integers(0, 12), st.data())
def test_an_allocation_keeps_the_total_and_every_limit(populations: list[int], minimum: int, data: st.DataObject) -> None:
    lows = [min(minimum, population) for population in populations]
    total = data.draw(st.integers(sum(lows), sum(populations)))
    for given_out in (proportional(total, populations, minimum), square_root(total, populations, minimum)):
        assert sum(given_out) == total
        assert all(low <= n <= high for low, n, high in zip(lows, given_out, populations, strict=True))


@given(st.integers(1, 60), st.floats(0.05, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_handouts_are_the_fewest_that_bring_enough_back(wanted: int, rate: float, certainty: float) -> None:
    issued = handouts(wanted, rate, certainty)
    assert binom.sf(wanted - 1, issued, rate) >= certainty - 1e-9
    assert issued == wanted or binom.sf(wanted - 1, issued - 1, rate) < certainty + 1e-9


def test_ten_ballots_back_of_those_who_answer_four_times_in_five_need_sixteen() -> None:
    assert handouts(10, 0.8) == 16


@pytest.mark.parametrize("rate", [0.3, 0.8])
def test_large_hand_outs_agree_with_scipy(rate: float) -> None:
    assert at_least(1500, 2500, rate) == pytest.approx(binom.sf(1499, 2500, rate), abs=1e-8)


def test_nothing_comes_back_where_nobody_answers() -> None:
    with pytest.raises(ImpossibleDesign):
        handouts(10, 0)


@pytest.mark.parametrize(("ballots", "points"), [(60, 18.3), (100, 14.1), (400, 7.1)])
def test_the_smallest_change_a_survey_can_see(ballots: int, points: float) -> None:
    assert round(100 * smallest_change(ballots), 1) == points


def test_the_smallest_change_agrees_with_the_power_of_statsmodels() -> None:
    effect = smallest_change(80, before=150) / (0.85 * 0.15) ** 0.5
    assert NormalIndPower().power(effect, 80, 0.05, ratio=150 / 80) == pytest.approx(0.8, abs=1e-4)
