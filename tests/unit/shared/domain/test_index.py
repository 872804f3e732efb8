"""Point estimates: the four aggregations, weights, and what is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.index import (
    Ratio,
    aggregate,
    criterion_ratios,
    factor_index,
    ratio,
    response,
    weighting,
)
from shared.domain.survey import Aggregation
from shared.domain.tally import Tally
from tests.unit.shared.domain.groups import FIVE, group, questionnaire

TWO_FACTORS = questionnaire({"A": ["A1", "A2"], "B": ["B1", "B2", "B3"]}, overall="Q")
TWO_FACTOR_RATIOS = {
    "A1": Ratio(9, 10),
    "A2": Ratio(7, 10),
    "B1": Ratio(18, 20),
    "B2": Ratio(10, 20),
    "B3": Ratio(16, 20),
    "Q": Ratio(17, 20),
}


@pytest.mark.parametrize(
    ("aggregation", "percent"),
    [
        (Aggregation.MEAN_OF_FACTORS, 76.67),
        (Aggregation.MEAN_OF_CRITERIA, 76.00),
        (Aggregation.POOLED, 75.00),
        (Aggregation.OVERALL_QUESTION, 85.00),
    ],
)
def test_the_four_aggregations_give_four_indices_from_one_set_of_answers(aggregation: Aggregation, percent: float) -> None:
    index = aggregate(TWO_FACTOR_RATIOS, TWO_FACTORS, aggregation)
    assert index is not None
    assert round(100 * index, 2) == percent


def test_no_opinion_and_skipped_leave_the_denominator_and_are_told_beside_it() -> None:
    sixty = Tally(counted=60, counts={"C": {"1": 1, "2": 2, "3": 7, "4": 30, "5": 16, "0": 3}})
    assert ratio(sixty, "C", FIVE) == Ratio(46, 56)
    answered = response(sixty, "C")
    assert (answered.valid, answered.no_opinion, answered.skipped) == (56, 3, 1)
    assert answered.no_opinion_rate == pytest.approx(3 / 60)
    assert answered.skipped_rate == pytest.approx(1 / 60)


def test_incomplete_ballots_are_not_among_the_skipped() -> None:
    assert response(Tally(counted=10, incomplete=2, counts={"C": {"5": 7}}), "C").skipped == 1


def test_a_criterion_nobody_answered_is_left_out_of_its_factors_mean() -> None:
    ratios = {**TWO_FACTOR_RATIOS, "A2": Ratio(0, 0)}
    assert factor_index(ratios, TWO_FACTORS.factors[0]) == 0.9


def test_a_factor_nobody_answered_is_undefined_and_leaves_the_mean_of_factors() -> None:
    ratios = {**TWO_FACTOR_RATIOS, "A1": Ratio(0, 0), "A2": Ratio(0, 0)}
    assert factor_index(ratios, TWO_FACTORS.factors[0]) is None
    assert aggregate(ratios, TWO_FACTORS, Aggregation.MEAN_OF_FACTORS) == pytest.approx((0.9 + 0.5 + 0.8) / 3)


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_an_index_of_no_answers_is_undefined_under_every_aggregation(aggregation: Aggregation) -> None:
    assert aggregate(dict.fromkeys(TWO_FACTOR_RATIOS, Ratio(0, 0)), TWO_FACTORS, aggregation) is None


def test_the_overall_question_is_undefined_where_it_is_not_asked() -> None:
    asked = questionnaire({"A": ["A1"]})
    assert aggregate({"A1": Ratio(1, 2)}, asked, Aggregation.OVERALL_QUESTION) is None


def test_a_factor_is_pooled_only_where_the_overall_index_is() -> None:
    ratios = {"A1": Ratio(9, 10), "A2": Ratio(10, 30)}
    assert factor_index(ratios, TWO_FACTORS.factors[0], Aggregation.POOLED) == 19 / 40
    assert factor_index(ratios, TWO_FACTORS.factors[0]) == pytest.approx((9 / 10 + 1 / 3) / 2)


ONE = questionnaire({"A": ["A1"]})
STRATA = {
    "a": Tally(counted=10, counts={"A1": {"5": 9, "2": 1}}),
    "b": Tally(counted=10, counts={"A1": {"5": 8, "2": 2}}),
    "c": Tally(counted=20, counts={"A1": {"4": 17, "1": 3}}),
    "d": Tally(counted=20, counts={"A1": {"4": 19, "3": 1}}),
}


def test_strata_weigh_by_their_populations_where_all_are_known() -> None:
    ratios = criterion_ratios(STRATA, group(ONE, {"a": 40, "b": 60, "c": 80, "d": 120}))
    assert ratios["A1"].valid == pytest.approx(300)
    assert ratios["A1"].share == pytest.approx(0.886667, abs=5e-7)


def test_ballots_weigh_the_same_where_a_population_is_unknown() -> None:
    ratios = criterion_ratios(STRATA, group(ONE, {"a": 40, "b": None, "c": 80, "d": 120}))
    assert ratios["A1"] == Ratio(53, 60)


def test_the_combined_ratio_weighs_satisfied_and_valid_answers_before_dividing() -> None:
    strata = {
        "a": Tally(counted=10, counts={"A1": {"5": 4, "2": 1, "0": 5}}),
        "b": Tally(counted=10, counts={"A1": {"5": 5, "2": 5}}),
    }
    ratios = criterion_ratios(strata, group(ONE, {"a": 100, "b": 100}))
    assert ratios["A1"].share == pytest.approx(9 / 15)


def test_a_stratum_of_people_without_a_ballot_is_named_as_uncovered() -> None:
    found = weighting(group(ONE, {"a": 40, "b": 60, "c": 0}), {"a": 10})
    assert found.weighted
    assert found.uncovered == ("b",)
    assert found.weights == {"a": 4.0}


def test_more_ballots_than_people_count_once_each() -> None:
    assert weighting(group(ONE, {"a": 8}), {"a": 10}).weights == {"a": 1.0}


@given(
    st.fixed_dictionaries(
        {id_: st.integers(1, 50).flatmap(lambda n: st.integers(0, n).map(lambda x: Ratio(x, n))) for id_ in TWO_FACTOR_RATIOS}
    ),
    st.sampled_from(Aggregation),
)
def test_every_index_lies_between_the_lowest_and_the_highest_criterion(
    ratios: dict[str, Ratio], aggregation: Aggregation
) -> None:
    index = aggregate(ratios, TWO_FACTORS, aggregation)
    shares = [part.satisfied / part.valid for part in ratios.values()]
    assert index is not None
    assert min(shares) - 1e-12 <= index <= max(shares) + 1e-12
