"""Two surveys: the gate, the difference with its limits, the correction for many looks, and three verdicts."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from shared.domain.comparison import (
    Break,
    Change,
    SeriesBreak,
    Summary,
    Unit,
    Verdict,
    compare,
    difference,
    gate,
    holm,
)
from shared.domain.inference import Estimate, Kind, estimate
from shared.domain.interval import wilson
from shared.domain.moments import moments_of_levels
from shared.domain.survey import Aggregation, Channel, Method
from tests.unit.shared.domain.groups import answers_of, group, questionnaire


def share_of(satisfied: int, valid: int) -> Estimate:
    low, high = wilson(satisfied / valid, valid)
    return Estimate(100 * satisfied / valid, 100 * low, 100 * high, valid)


def summary_of(survey: str, year: int, overall: Estimate, *criteria: Estimate) -> Summary:
    ids = [f"C{number}" for number in range(1, len(criteria) + 1)]
    return Summary(
        survey=survey,
        first_day=date(year, 8, 1),
        last_day=date(year, 10, 31),
        definition="users",
        scale="five",
        channels=frozenset({Channel.WEB, Channel.PAPER}),
        aggregation=Aggregation.MEAN_OF_FACTORS,
        confidence=0.95,
        weighted=True,
        units=(Unit("a"), Unit("b")),
        wordings={id_: f"{id_}-w1" for id_ in ids},
        composition={"F1": tuple(ids)},
        overall=overall,
        factors={"F1": overall},
        criteria=dict(zip(ids, criteria, strict=True)),
    )


BEFORE = summary_of("s-2021", 2021, share_of(45, 60), share_of(45, 60), share_of(48, 60))
NOW = summary_of("s-2022", 2022, share_of(54, 60), share_of(54, 60), share_of(52, 60))


def test_a_clear_rise_is_an_increase_with_newcombes_limits() -> None:
    row = compare(NOW, BEFORE).overall
    assert isinstance(row, Change)
    assert (round(row.difference, 1), round(row.low, 1), round(row.high, 1)) == (15.0, 1.3, 28.3)
    assert row.verdict is Verdict.INCREASE


def test_a_small_rise_is_not_enough_to_conclude_anything() -> None:
    row = compare(NOW, BEFORE).criteria[1]
    assert isinstance(row, Change)
    assert (round(row.difference, 1), round(row.low, 1), round(row.high, 1)) == (6.7, -6.9, 20.1)
    assert row.verdict is Verdict.NOT_ENOUGH


def test_the_same_change_the_other_way_is_a_decrease() -> None:
    row = compare(replace(BEFORE, survey="later"), NOW).overall
    assert isinstance(row, Change)
    assert row.verdict is Verdict.DECREASE


def test_a_rise_that_one_look_would_show_may_not_survive_many_looks() -> None:
    row = compare(NOW, BEFORE).criteria[0]
    assert isinstance(row, Change)
    assert row.low > 0
    assert row.adjusted == pytest.approx(2 * row.p)
    assert row.verdict is Verdict.NOT_ENOUGH


COUNTS = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_limits_of_a_difference_agree_with_statsmodels_and_with_their_p_value(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    _, limits, p = difference(share_of(*now), share_of(*before))
    expected = confint_proportions_2indep(*now, *before, method="newcomb")
    assert [limit / 100 for limit in limits] == pytest.approx(expected, abs=1e-9)
    away = max(limits.low, -limits.high)
    assert abs(away) < 1e-6 or (p < 0.05) == (away > 0)


def test_a_stratified_rise_of_eight_points_is_not_enough_at_sixty_ballots() -> None:
    asked = questionnaire({"F": ["C"]})
    of = group(asked, {"a": 40, "b": 60, "c": 80, "d": 120})
    years = [
        {"a": (8, 2), "b": (8, 2), "c": (15, 5), "d": (17, 3)},
        {"a": (9, 1), "b": (8, 2), "c": (17, 3), "d": (19, 1)},
    ]
    before, now = (
        estimate(of, {h: moments_of_levels(answers_of(*n), asked, 0.5) for h, n in year.items()}, Method()).figures.overall
        for year in years
    )
    assert before is not None
    assert now is not None
    change, limits, p = difference(now, before)
    assert (round(before.index, 2), round(now.index, 2), round(change, 1)) == (80.67, 88.67, 8.0)
    assert limits.low < 0 < limits.high
    assert p == pytest.approx(0.19, abs=0.03)


def test_holm_corrects_as_worked_by_hand() -> None:
    assert holm([0.004, 0.020, 0.030, 0.040, 0.300]) == pytest.approx([0.020, 0.080, 0.090, 0.090, 0.300])


@settings(max_examples=20, deadline=None)  # statsmodels takes its time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=22))
def test_holm_agrees_with_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"scale": "three"}, Break.SCALE),
        ({"channels": frozenset({Channel.WEB})}, Break.MODE),
        ({"definition": "offices"}, Break.GROUP),
        ({"units": (Unit("a"), Unit("c"))}, Break.UNITS),
        ({"units": (Unit("a"), Unit("b", valid_to=date(2022, 6, 30)))}, Break.UNITS),
        ({"units": (Unit("a"), Unit("b", valid_from=date(2022, 1, 1)))}, Break.UNITS),
        ({"aggregation": Aggregation.POOLED}, Break.AGGREGATION),
        ({"weighted": False}, Break.WEIGHTING),
        ({"confidence": 0.9}, Break.CONFIDENCE),
    ],
)
def test_what_differs_between_surveys_breaks_the_series(changed: dict[str, object], reason: Break) -> None:
    comparison = compare(NOW, replace(BEFORE, **changed))
    assert comparison.overall == SeriesBreak("overall", (reason,))


def test_surveys_that_are_alike_pass_the_gate() -> None:
    assert gate(NOW, BEFORE) == []


def test_all_reasons_are_given_at_once() -> None:
    assert gate(NOW, replace(BEFORE, scale="three", definition="offices")) == [Break.SCALE, Break.GROUP]


def test_another_aggregation_does_not_keep_criteria_apart() -> None:
    comparison = compare(NOW, replace(BEFORE, aggregation=Aggregation.POOLED))
    assert isinstance(comparison.criteria[0], Change)
    assert isinstance(comparison.factors[0], SeriesBreak)


def test_a_criterion_in_other_words_breaks_its_own_its_factors_and_the_overall_series() -> None:
    comparison = compare(NOW, replace(BEFORE, wordings={"C1": "C1-w1", "C2": "C2-older"}))
    assert isinstance(comparison.criteria[0], Change)
    assert comparison.criteria[1] == SeriesBreak("C2", (Break.WORDING,))
    assert comparison.factors == (SeriesBreak("F1", (Break.WORDING,)),)
    assert comparison.overall == SeriesBreak("overall", (Break.WORDING,))


def by_one_question(summary: Summary, question: str) -> Summary:
    """The same survey, its overall index by an overall question in these words."""
    return replace(summary, aggregation=Aggregation.OVERALL_QUESTION, wordings={**summary.wordings, "Q": question})


def test_an_overall_question_in_other_words_breaks_the_overall_series_alone() -> None:
    comparison = compare(by_one_question(NOW, "Q-w2"), by_one_question(BEFORE, "Q-w1"))
    assert comparison.overall == SeriesBreak("overall", (Break.WORDING,))
    assert isinstance(comparison.factors[0], Change)


def test_an_index_by_an_overall_question_does_not_care_how_criteria_are_put() -> None:
    now, before = by_one_question(NOW, "Q-w1"), by_one_question(BEFORE, "Q-w1")
    comparison = compare(now, replace(before, wordings={**before.wordings, "C2": "C2-older"}))
    assert isinstance(comparison.overall, Change)
    assert comparison.factors == (SeriesBreak("F1", (Break.WORDING,)),)


def test_factors_put_together_otherwise_break_the_overall_series() -> None:
    older = replace(BEFORE, composition={"F1": ("C1",), "F2": ("C2",)}, factors={"F1": BEFORE.overall, "F2": BEFORE.overall})
    assert compare(NOW, older).overall == SeriesBreak("overall", (Break.WORDING,))


def test_a_criterion_is_found_again_by_its_wording_under_another_id() -> None:
    older = replace(
        BEFORE,
        wordings={"X": "C1-w1", "Y": "C2-w1"},
        composition={"F1": ("X", "Y")},
        criteria={"X": BEFORE.criteria["C1"], "Y": BEFORE.criteria["C2"]},
    )
    row = compare(NOW, older).criteria[0]
    assert isinstance(row, Change)
    assert row.before == BEFORE.criteria["C1"]


def test_a_figure_that_one_survey_did_not_measure_is_not_compared() -> None:
    comparison = compare(NOW, replace(BEFORE, criteria={"C1": None, "C2": share_of(48, 60)}))
    assert comparison.criteria[0] == SeriesBreak("C1", (Break.NOT_MEASURED,))


def census(index: float) -> Estimate:
    return Estimate(index, index, index, 26, Kind.CENSUS)


def test_between_two_censuses_every_difference_is_one() -> None:
    change, limits, p = difference(census(92.0), census(88.0))
    assert (change, limits, p) == (4.0, (4.0, 4.0), 0.0)
    assert difference(census(92.0), census(92.0))[2] == 1.0


def test_bounds_that_overlap_never_show_a_change() -> None:
    now, before = Estimate(95.8, 88.5, 96.2, 24, Kind.BOUNDS), census(90.0)
    change, limits, p = difference(now, before)
    assert change == pytest.approx(5.8)
    assert limits == pytest.approx((-1.5, 6.2))
    assert p == 1.0


def test_bounds_beyond_the_other_years_limits_show_a_change() -> None:
    _, limits, p = difference(Estimate(95.8, 88.5, 96.2, 24, Kind.BOUNDS), share_of(300, 600))
    assert limits.low > 0
    assert p < 0.001
