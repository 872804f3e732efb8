"""What is told of the quality of measurement comes from published cells, and from sums too coarse to tell of ballots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.assessment import LEAST_COUNT, count_told, quality_told
from shared.domain.moments import Levels
from shared.domain.quality import sums_of_levels
from shared.domain.results import Bounded, Cell, CriterionResult, FactorResult, GroupResult, Shown, Suppressed
from shared.domain.survey import Questionnaire
from tests.unit.shared.domain.groups import questionnaire

ASKED = questionnaire({"F1": ["a", "b", "c"], "F2": ["d", "e"]}, overall="q")
SHOWN = Shown(80.0, 70.0, 88.0, 60)


def varied(ballots: int) -> Levels:
    rng = np.random.default_rng(7)
    mood = rng.normal(size=(ballots, 1))
    return np.clip(np.round(3.5 + mood + rng.normal(size=(ballots, 6))), 1, 5).astype(np.int8)


def group(asked: Questionnaire, cells: dict[str, Cell], no_opinion: float | None = 0.0) -> GroupResult:
    factors = tuple(FactorResult(id_, {}, cell) for id_, cell in cells.items())
    criteria = tuple(CriterionResult(c.id, "F1", {}, c.wording, False, SHOWN, None, no_opinion, 0.0) for c in asked.criteria)
    return GroupResult("g", {}, 60, 0, None, None, False, SHOWN, {}, factors, criteria, (), ())


def test_below_thirty_complete_ballots_only_the_reason_is_told() -> None:
    told = quality_told(group(ASKED, {"F1": SHOWN, "F2": SHOWN}), sums_of_levels(varied(29), ASKED, 0.5), ASKED)
    assert told == {"least_ballots": 30, "missing": {"all": "few-ballots"}}


def test_sixty_ballots_have_everything() -> None:
    told = quality_told(group(ASKED, {"F1": SHOWN, "F2": SHOWN}), sums_of_levels(varied(60), ASKED, 0.5), ASKED)
    assert told["ballots"] == told["importance_ballots"] == 60
    assert set(told["alpha"]) == set(told["importance"]) == set(told["quadrants"]) == {"F1", "F2"}
    assert sum(told["importance"].values()) == pytest.approx(1, abs=0.002)
    assert told["missing"] == {"alpha": {}, "importance": None}


def test_figures_from_levels_are_told_with_two_or_three_digits() -> None:
    told = quality_told(group(ASKED, {"F1": SHOWN, "F2": SHOWN}), sums_of_levels(varied(60), ASKED, 0.5), ASKED)
    assert told["alpha"]["F1"] == round(told["alpha"]["F1"], 2)
    assert told["r_squared"] == round(told["r_squared"], 2)
    assert told["importance"]["F1"] == round(told["importance"]["F1"], 3)


@pytest.mark.parametrize("hidden", [Suppressed("audit"), Bounded(95.0, None, 60)])
def test_a_factor_that_is_not_shown_exactly_leaves_no_quadrants_and_no_importance(hidden: Cell) -> None:
    told = quality_told(group(ASKED, {"F1": hidden, "F2": SHOWN}), sums_of_levels(varied(60), ASKED, 0.5), ASKED)
    assert (told["importance"], told["quadrants"], told["alpha"]["F1"]) == (None, {}, None)
    assert told["missing"] == {"alpha": {"F1": "hidden"}, "importance": "hidden"}


def test_quadrants_follow_from_the_published_figures_alone() -> None:
    cells: dict[str, Cell] = {"F1": replace(SHOWN, index=95.0), "F2": replace(SHOWN, index=40.0)}
    told = quality_told(group(ASKED, cells), sums_of_levels(varied(60), ASKED, 0.5), ASKED)
    assert told["quadrants"]["F1"] in ("keep-up", "possible-overkill")
    assert told["quadrants"]["F2"] in ("concentrate-here", "low-priority")


def test_forty_ballots_are_too_few_for_the_importance_of_five_factors() -> None:
    asked = questionnaire({f"F{n}": [f"c{n}"] for n in range(5)}, overall="q")
    told = quality_told(group(asked, {f"F{n}": SHOWN for n in range(5)}), sums_of_levels(varied(40), asked, 0.5), asked)
    assert told["missing"]["importance"] == "few-ballots"
    assert told["missing"]["alpha"]["F0"] == "one-criterion"


def test_without_an_overall_question_there_is_no_importance() -> None:
    asked = questionnaire({"F1": ["a", "b", "c"], "F2": ["d", "e", "f"]})
    told = quality_told(group(asked, {"F1": SHOWN, "F2": SHOWN}), sums_of_levels(varied(60), asked, 0.5), asked)
    assert told["missing"]["importance"] == "no-overall-question"


def test_the_same_answers_everywhere_have_no_alpha_and_no_importance() -> None:
    same = np.full((60, 6), 4, np.int8)
    told = quality_told(group(ASKED, {"F1": SHOWN, "F2": SHOWN}), sums_of_levels(same, ASKED, 0.5), ASKED)
    assert told["missing"] == {"alpha": {"F1": "no-variation", "F2": "no-variation"}, "importance": "no-variation"}
    assert told["straight_lines"] == {"at_least": 56}


def test_alpha_needs_thirty_ballots_that_rated_the_whole_factor() -> None:
    levels = varied(30)
    levels[0, 0] = 0
    told = quality_told(group(ASKED, {"F1": SHOWN, "F2": SHOWN}), sums_of_levels(levels, ASKED, 0.5), ASKED)
    assert (told["alpha"]["F1"], told["missing"]["alpha"]) == (None, {"F1": "few-ballots"})
    assert told["alpha"]["F2"] is not None


def test_a_criterion_is_flagged_by_its_published_rate() -> None:
    sums = sums_of_levels(varied(60), ASKED, 0.5)
    cells: dict[str, Cell] = {"F1": SHOWN, "F2": SHOWN}
    assert quality_told(group(ASKED, cells, 30.0), sums, ASKED)["many_without_opinion"] == []
    assert quality_told(group(ASKED, cells, 30.1), sums, ASKED)["many_without_opinion"] == ["a", "b", "c", "d", "e"]
    assert quality_told(group(ASKED, cells, None), sums, ASKED)["many_without_opinion"] == []


@given(st.integers(30, 500), st.data())
def test_a_count_never_tells_of_fewer_than_five_ballots_on_either_side(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    told = count_told(count, of)
    exact = told.get("count")
    assert exact is None or min(exact, of - exact) >= LEAST_COUNT
    assert told.get("at_most", of) >= count >= told.get("at_least", 0)
