"""Limits of every figure: intervals, censuses, bounds, and where each applies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.proportion import proportion_confint

from shared.domain.index import aggregate, criterion_ratios
from shared.domain.inference import Estimate, Figures, Kind, composite, estimate
from shared.domain.moments import MISSING, Levels, moments, moments_of_levels
from shared.domain.survey import Aggregation, Method, Questionnaire
from shared.domain.tally import Tally, by_stratum, tally
from tests.unit.shared.domain.groups import answers_of, ballot, group, questionnaire, survey

ONE = questionnaire({"F": ["C"]})
SMALL = questionnaire({"F1": ["A", "B"], "F2": ["C"]}, overall="Q")


def figures(
    data: dict[str, tuple[int | None, Levels]],
    asked: Questionnaire = ONE,
    quotas: dict[str, int] | None = None,
    method: Method | None = None,
) -> Figures:
    of = group(asked, {id_: size for id_, (size, _) in data.items()}, quotas)
    known = {id_: moments_of_levels(levels, asked, 0.5) for id_, (_, levels) in data.items()}
    return estimate(of, known, method or Method()).figures


def rounded(found: Estimate | None) -> tuple[float, float, float, int]:
    assert found is not None
    return round(found.index, 2), round(found.low, 2), round(found.high, 2), found.base


def test_a_stratified_index_has_wilsons_interval_on_its_effective_size() -> None:
    found = figures(
        {
            "a": (40, answers_of(9, 1)),
            "b": (60, answers_of(8, 2)),
            "c": (80, answers_of(17, 3)),
            "d": (120, answers_of(19, 1)),
        }
    )
    assert rounded(found.overall) == (88.67, 79.22, 94.14, 60)


@pytest.mark.parametrize(("population", "low", "high"), [(None, 71.97, 90.69), (300, 73.31, 90.10), (70, 79.44, 86.61)])
def test_one_item_in_one_sample_has_wilsons_own_interval(population: int | None, low: float, high: float) -> None:
    assert rounded(figures({"a": (population, answers_of(50, 10))}).criteria["C"]) == (83.33, low, high, 60)


def test_a_stratum_that_nobody_answered_for_leaves_the_others_without_chance() -> None:
    found = figures({"a": (10, answers_of(6, 4)), "b": (50, answers_of(0, 0))})
    assert found.kind is Kind.INTERVAL
    assert rounded(found.overall) == rounded(found.criteria["C"]) == (60.0, 60.0, 60.0, 10)


def test_answers_without_opinion_do_not_count_in_the_size() -> None:
    levels = np.concatenate([answers_of(46, 10, columns=2), np.array([[0, 5]] * 4, np.int8)])
    found = figures({"a": (None, levels)}, questionnaire({"F": ["C", "D"]}))
    assert rounded(found.criteria["C"]) == (82.14, 70.16, 90.00, 56)


def test_strata_of_unknown_size_are_one_sample() -> None:
    found = figures({"a": (None, answers_of(9, 1)), "b": (50, answers_of(41, 9))})
    expected = proportion_confint(50, 60, method="wilson")
    assert found.overall is not None
    assert (found.overall.low, found.overall.high) == pytest.approx([100 * limit for limit in expected])


@pytest.mark.parametrize(
    ("satisfied", "dissatisfied", "expected"),
    [(60, 0, (100.0, 93.98, 100.0, 60)), (0, 10, (0.0, 0.0, 27.75, 10)), (26, 0, (100.0, 87.13, 100.0, 26))],
)
def test_an_index_at_the_end_of_the_scale_has_an_interval_of_some_width(
    satisfied: int, dissatisfied: int, expected: tuple[float, float, float, int]
) -> None:
    assert rounded(figures({"a": (None, answers_of(satisfied, dissatisfied))}).overall) == expected


def test_strata_that_are_all_satisfied_have_the_interval_of_kishs_size() -> None:
    found = figures({"a": (1000, answers_of(10, 0)), "b": (100, answers_of(10, 0))})
    kish = 1100**2 / (10 * 100**2 + 10 * 10**2)
    size = kish * 1099 / (1100 - kish)
    assert found.overall is not None
    assert found.overall.low == pytest.approx(100 * proportion_confint(size, size, method="wilson")[0])


def test_a_group_where_everybody_answered_has_no_sampling_error() -> None:
    found = figures({"a": (17, answers_of(15, 2)), "b": (9, answers_of(9, 0))}, quotas={"a": 17, "b": 9})
    assert found.kind is Kind.CENSUS
    assert found.overall == Estimate(100 * 24 / 26, 100 * 24 / 26, 100 * 24 / 26, 26, Kind.CENSUS)


def test_a_census_with_ballots_missing_has_bounds_that_hold_for_certain() -> None:
    found = figures({"a": (26, answers_of(23, 1))}, quotas={"a": 26})
    assert found.kind is Kind.BOUNDS
    assert rounded(found.overall) == (95.83, 88.46, 96.15, 24)


def test_a_sample_that_happens_to_leave_few_out_still_has_an_interval() -> None:
    assert figures({"a": (26, answers_of(23, 1))}, quotas={"a": 25}).kind is Kind.INTERVAL


def test_bounds_take_in_the_strata_that_nobody_answered_in() -> None:
    found = figures({"a": (10, answers_of(9, 1)), "b": (10, answers_of(0, 0))}, quotas={"a": 10, "b": 10})
    assert rounded(found.overall) == (90.0, 45.0, 95.0, 10)


def test_a_stratum_without_ballots_is_named_and_has_no_figures() -> None:
    of = group(ONE, {"a": 40, "b": 60})
    found = estimate(of, {"a": moments_of_levels(answers_of(9, 1), ONE, 0.5)}, Method())
    assert found.uncovered == ("b",)
    assert found.strata["b"].overall is None
    assert found.strata["b"].ballots == 0
    assert found.figures.overall == found.strata["a"].overall


def test_an_item_nobody_answered_has_no_index() -> None:
    found = figures({"a": (None, np.array([[5, 4, 0, 5]] * 4 + [[5, 1, 0, 3]], np.int8))}, SMALL)
    assert found.criteria["C"] is None
    assert found.factors["F2"] is None
    assert found.factors["F1"] == found.overall


def test_every_aggregation_is_there_and_the_plans_own_is_the_overall_index() -> None:
    levels = np.array([[5, 4, 1, 5]] * 6 + [[5, 1, 4, 3]] * 4, np.int8)
    found = figures({"a": (None, levels)}, SMALL, method=Method(aggregation=Aggregation.POOLED))
    indices = {rule: rounded(made)[0] for rule, made in found.aggregations.items()}
    assert indices == {
        Aggregation.MEAN_OF_FACTORS: 60.0,
        Aggregation.MEAN_OF_CRITERIA: 66.67,
        Aggregation.POOLED: 66.67,
        Aggregation.OVERALL_QUESTION: 60.0,
    }
    assert found.overall == found.aggregations[Aggregation.POOLED]


def test_the_confidence_is_the_methods() -> None:
    data: dict[str, tuple[int | None, Levels]] = {"a": (None, answers_of(50, 10))}
    expected = proportion_confint(50, 60, alpha=0.1, method="wilson")
    found = figures(data, method=Method(confidence=0.9)).overall
    assert found is not None
    assert (found.low, found.high) == pytest.approx([100 * limit for limit in expected])


def test_a_factors_base_counts_ballots_with_any_of_its_criteria() -> None:
    levels = np.array([[5, 0, 4, 5], [0, 0, 4, 5], [5, 1, 4, 0]], np.int8)
    found = figures({"a": (None, levels)}, SMALL)
    bases = [found.factors["F1"], found.factors["F2"], found.overall, found.aggregations[Aggregation.OVERALL_QUESTION]]
    assert [made.base for made in bases if made is not None] == [2, 3, 3, 2]


LEVELS = arrays(np.int8, st.tuples(st.integers(0, 12), st.just(4)), elements=st.integers(-1, 5))
SIZES = st.none() | st.integers(0, 40)


@given(LEVELS, LEVELS, SIZES, SIZES, st.booleans())
def test_limits_enclose_the_index_and_stay_on_the_scale(
    one: Levels, other: Levels, first: int | None, second: int | None, everybody_asked: bool
) -> None:
    quotas = {"a": first or 0, "b": second or 0} if everybody_asked else {}
    found = figures({"a": (first, one), "b": (second, other)}, SMALL, quotas)
    made = [*found.aggregations.values(), *found.factors.values(), *found.criteria.values()]
    within = 1e-9
    assert all(
        0 <= each.low <= each.index + within and each.index - within <= each.high <= 100 and each.base > 0
        for each in made
        if each is not None
    )


@given(LEVELS, LEVELS, st.integers(1, 60))
def test_a_sample_is_never_taken_for_certain(one: Levels, other: Levels, population: int) -> None:
    found = figures({"a": (20 + population, one), "b": (20 + population, other)}, SMALL)
    assert all(each.low < each.high for each in found.criteria.values() if each is not None)
    assert found.overall is None or found.overall.low < found.overall.high


@given(LEVELS, LEVELS, st.none() | st.integers(1, 300))
def test_tallies_and_moments_of_the_same_ballots_give_the_same_indices(
    one: Levels, other: Levels, population: int | None
) -> None:
    of = group(SMALL, {"a": population, "b": 40})
    items = tuple(SMALL.rated)
    ballots = [
        ballot(number, stratum, {id_: int(level) for id_, level in zip(items, row, strict=True) if level != MISSING})
        for number, (stratum, row) in enumerate([("a", row) for row in one] + [("b", row) for row in other])
    ]
    ratios = criterion_ratios({"a": Tally(), "b": Tally(), **by_stratum(tally(ballots, survey(of)))}, of)
    found = estimate(of, moments(ballots, of, 0.5), Method()).figures
    from_moments = [None if made is None else made.index / 100 for made in found.aggregations.values()]
    assert from_moments == pytest.approx([aggregate(ratios, SMALL, rule) for rule in found.aggregations])


def test_groups_combine_by_the_declared_weights() -> None:
    bodies = Estimate(92.3, 92.3, 92.3, 26, Kind.CENSUS)
    people = Estimate(88.7, 79.2, 94.1, 60)
    both = composite([(0.3, bodies), (0.7, people)])
    assert rounded(both) == (89.78, 83.13, 93.56, 86)
    assert both.kind is Kind.INTERVAL


def test_bounds_of_one_group_make_bounds_of_the_whole() -> None:
    bodies = Estimate(95.8, 88.5, 96.2, 24, Kind.BOUNDS)
    both = composite([(1, bodies), (1, Estimate(80, 70, 90, 60))])
    assert both.kind is Kind.BOUNDS
    assert (both.low, both.high) == (79.25, 93.1)
