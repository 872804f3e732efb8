"""The quality of measurement: reliability, straight lines, importance, and shares of choices."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.domain.moments import Levels
from shared.domain.quality import (
    Quadrant,
    Spread,
    Sums,
    alpha,
    choice_shares,
    importance,
    quadrants,
    quality_sums,
    relative_weights,
    sums_of_levels,
)
from shared.domain.survey import Choice, Question
from shared.domain.tally import Tally
from tests.unit.shared.domain.groups import ballot, group, questionnaire

ASKED = questionnaire({"F1": ["A", "B", "C"], "F2": ["D", "E"]}, overall="Q")
SIX_ROWS = np.array([(5, 4, 5), (4, 4, 4), (3, 3, 4), (2, 2, 3), (4, 5, 5), (3, 4, 3)], float)


def spread_of(rows: np.ndarray) -> Spread:
    return Spread(len(rows), rows.sum(axis=0), rows.T @ rows)


def answers(ballots: int, seed: int = 1) -> Levels:
    """Five items that go together, the overall level following the first three more than the others."""
    chance = np.random.default_rng(seed)
    person = chance.normal(size=(ballots, 1))
    items = person + chance.normal(size=(ballots, 5))
    overall = items[:, :3].mean(axis=1) + 0.4 * items[:, 3:].mean(axis=1) + 0.5 * chance.normal(size=ballots)
    table = np.column_stack([items, overall])
    return np.clip(np.round(3.5 + table), 1, 5).astype(np.int8)


def test_alpha_is_that_of_the_rows_worked_by_hand() -> None:
    assert alpha(spread_of(SIX_ROWS)) == pytest.approx(0.896, abs=5e-4)


def test_alpha_agrees_with_pingouin_on_the_election_study() -> None:
    items = sm.datasets.anes96.load_pandas().data[["selfLR", "ClinLR", "DoleLR"]].to_numpy()
    items[:, 2] = 8 - items[:, 2]
    assert alpha(spread_of(items)) == pytest.approx(0.2165279945245801, rel=1e-10)  # pingouin 0.7.0, cronbach_alpha


def test_alpha_says_nothing_of_answers_that_do_not_vary() -> None:
    assert alpha(spread_of(np.full((40, 3), 4.0))) is None


def test_one_level_throughout_is_a_straight_line_and_stays_in() -> None:
    levels = np.array([[4, 4, 4, 4, 4, 5], [4, 4, 4, 4, 5, 4], [4, 4, 4, 4, 0, 4]], np.int8)
    sums = sums_of_levels(levels, ASKED, 0.5)
    assert (sums.ballots, sums.straight_lines) == (3, 1)


def test_importance_is_that_of_two_predictors_worked_by_hand() -> None:
    parts = relative_weights(np.array([[1, 0.5], [0.5, 1]]), np.array([0.6, 0.5]))
    assert parts is not None
    assert parts.tolist() == pytest.approx([0.2617, 0.1517], abs=5e-5)
    assert (parts / parts.sum()).tolist() == pytest.approx([0.633, 0.367], abs=5e-4)


def test_the_parts_of_importance_add_up_to_the_r_squared_of_a_regression() -> None:
    levels = answers(400)
    scores = np.column_stack([levels[:, :3].mean(axis=1), levels[:, 3:5].mean(axis=1)])
    fitted = sm.OLS(levels[:, 5], sm.add_constant(scores)).fit()
    found = importance(sums_of_levels(levels, ASKED, 0.5).scores, ["F1", "F2"])
    assert found is not None
    assert found.r_squared == pytest.approx(fitted.rsquared, rel=1e-9)
    assert sum(found.weights.values()) == pytest.approx(1)


def test_with_two_factors_importance_is_the_mean_of_what_each_adds_first_and_last() -> None:
    levels = answers(400)
    scores = np.column_stack([levels[:, :3].mean(axis=1), levels[:, 3:5].mean(axis=1)])
    whole, first, second = (
        sm.OLS(levels[:, 5], sm.add_constant(scores[:, columns])).fit().rsquared for columns in ([0, 1], [0], [1])
    )
    found = importance(sums_of_levels(levels, ASKED, 0.5).scores, ["F1", "F2"])
    assert found is not None
    assert found.weights["F1"] * whole == pytest.approx((first + whole - second) / 2, rel=1e-9)


def test_importance_needs_ten_ballots_a_factor_and_at_least_thirty() -> None:
    assert importance(sums_of_levels(answers(29), ASKED, 0.5).scores, ["F1", "F2"]) is None
    assert importance(sums_of_levels(answers(30), ASKED, 0.5).scores, ["F1", "F2"]) is not None


def test_a_factor_score_needs_half_of_its_criteria() -> None:
    levels = np.array([[5, 0, 0, 4, 4, 4], [5, 4, 0, 4, -1, 4], [5, 4, 3, 4, 4, 0]], np.int8)
    scores = sums_of_levels(levels, ASKED, 0.5).scores
    assert scores.count == 1
    assert scores.sums.tolist() == [4.5, 4.0, 4.0]


def test_importance_is_unknown_where_an_answer_never_varies() -> None:
    levels = answers(100)
    levels[:, 5] = 5
    assert importance(sums_of_levels(levels, ASKED, 0.5).scores, ["F1", "F2"]) is None


def test_quadrants_are_drawn_at_the_means() -> None:
    performance = {"F1": 88, "F2": 80, "F3": 90, "F4": 84, "F5": 72}
    weights = {"F1": 0.30, "F2": 0.62, "F3": 0.55, "F4": 0.70, "F5": 0.40}
    assert quadrants(performance, weights) == {
        "F1": Quadrant.OVERKILL,
        "F2": Quadrant.CONCENTRATE,
        "F3": Quadrant.KEEP_UP,
        "F4": Quadrant.KEEP_UP,
        "F5": Quadrant.LOW_PRIORITY,
    }


LEVELS = arrays(np.int8, st.tuples(st.integers(0, 20), st.just(6)), elements=st.integers(-1, 5))


def numbers(sums: Sums) -> list[float]:
    spreads = [*sums.factors, sums.scores]
    return [
        sums.ballots,
        sums.straight_lines,
        *(n for s in spreads for n in (s.count, *s.sums.tolist(), *s.products.ravel().tolist())),
    ]


@given(LEVELS, LEVELS)
def test_the_sums_of_two_sets_of_ballots_add_up(one: Levels, other: Levels) -> None:
    apart = sums_of_levels(one, ASKED, 0.5) + sums_of_levels(other, ASKED, 0.5)
    assert numbers(apart) == pytest.approx(numbers(sums_of_levels(np.concatenate([one, other]), ASKED, 0.5)))


@given(LEVELS)
def test_ballots_and_their_matrix_have_the_same_sums(levels: Levels) -> None:
    items = tuple(ASKED.rated)
    ballots = [
        ballot(number, "s", {id_: int(level) for id_, level in zip(items, row, strict=True) if level >= 0})
        for number, row in enumerate(levels)
    ]
    found = quality_sums(ballots, group(ASKED, {"s": None}), 0.5)
    assert numbers(found) == pytest.approx(numbers(sums_of_levels(levels, ASKED, 0.5)))


CHOICES = tuple(Choice(f"E{number}", {}) for number in range(1, 4))


def test_expectations_are_shares_of_those_who_answered_from_the_highest() -> None:
    tally = Tally(counted=70, counts={"E": {"_": 60, "E1": 20, "E2": 40, "E3": 40}})
    found = choice_shares(tally, Question("E", {}, CHOICES, at_most=3), ranked=True)
    assert found.base == 60
    assert list(found.shares) == ["E2", "E3", "E1"]
    assert found.shares["E2"] == pytest.approx(2 / 3)


def test_perception_is_shares_in_the_order_of_the_plan() -> None:
    tally = Tally(counted=12, counts={"P": {"E3": 6, "E1": 4}})
    found = choice_shares(tally, Question("P", {}, CHOICES))
    assert (found.base, dict(found.shares)) == (10, {"E1": 0.4, "E2": 0.0, "E3": 0.6})
    assert list(found.shares) == ["E1", "E2", "E3"]


def test_a_question_nobody_answered_has_no_shares() -> None:
    assert choice_shares(Tally(counted=3), Question("P", {}, CHOICES)).shares == {}
