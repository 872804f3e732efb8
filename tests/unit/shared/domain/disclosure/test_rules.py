"""The rules on one table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.disclosure.rules import ceiling, complement, down, hidden_choices, rounded, unanimous, up

SEED = {"competition": 10, "food-safety": 9, "petrol": 20, "trade-promotion": 20}


def test_the_next_smallest_stratum_is_hidden_beside_a_single_hidden_one() -> None:
    assert complement(SEED, {"food-safety"}, 10) == {"food-safety", "competition"}


def test_equal_bases_are_hidden_in_the_order_of_the_plan() -> None:
    assert complement({"b": 20, "a": 20, "c": 9}, {"c"}, 10) == {"b", "c"}


def test_two_hidden_strata_that_together_are_too_small_take_a_third_with_them() -> None:
    assert complement({"a": 3, "b": 4, "c": 12, "d": 30}, {"a", "b"}, 10) == {"a", "b", "c"}


def test_a_stratum_without_ballots_needs_no_complement() -> None:
    assert complement({"a": 0, "b": 12, "c": 30}, {"a"}, 10) == {"a"}


def test_what_was_published_before_is_hidden_last() -> None:
    assert complement(SEED, {"food-safety"}, 10, fixed={"competition"}) == {"food-safety", "petrol"}


@given(st.dictionaries(st.text(min_size=1, max_size=2), st.integers(0, 40), min_size=1, max_size=7))
def test_hidden_children_are_none_or_all_or_at_least_two_with_the_minimum_base(children: dict[str, int]) -> None:
    hidden = {code for code, base in children.items() if 0 < base < 10}
    chosen = complement(children, hidden, 10)
    behind = [children[code] for code in chosen]
    shown = [base for code, base in children.items() if code not in chosen and base > 0]
    assert hidden <= chosen
    assert not hidden or not shown or (len(behind) >= 2 and sum(behind) >= 10)


@pytest.mark.parametrize(
    ("index", "base", "told"),
    [
        (100.0, 10, (80.0, None)),
        (100 * 24 / 26, 26, (90.0, None)),
        (100 * 23 / 26, 26, None),
        (0.0, 12, (None, 20.0)),
        (50.0, 12, None),
        (100.0, 2, (50.0, None)),
        (50.0, 2, (50.0, None)),
        (90.0, 20, (90.0, None)),
        (100 * 25 / 28, 28, None),
        (10.0, 20, (None, 10.0)),
        (100 * 3 / 28, 28, None),
    ],
)
def test_shares_near_the_ends_are_only_bounded(index: float, base: int, told: tuple[float | None, float | None] | None) -> None:
    assert unanimous(index, base) == told


@given(st.integers(4, 2_000), st.data())
def test_a_bound_leaves_three_counts_and_says_the_same_of_each(answers: int, data: st.DataObject) -> None:
    percent = ceiling(answers)
    assert percent is not None
    same = [count for count in range(answers + 1) if count * 100 >= percent * answers]
    count = data.draw(st.sampled_from(same))
    assert len(same) >= 3
    assert unanimous(100 * count / answers, answers) == (float(percent), None)


def test_a_sensitive_choice_picked_by_fewer_than_five_is_hidden_with_the_next_smallest() -> None:
    counts = {"none": 54, "some": 5, "much": 1}
    assert hidden_choices(counts, 60, several=False, sensitive=True) == {"some", "much"}


def test_a_sensitive_question_that_nearly_all_answer_alike_is_hidden_whole() -> None:
    counts = {"none": 58, "some": 1, "much": 1}
    assert hidden_choices(counts, 60, several=False, sensitive=True) == set(counts)


def test_choices_of_a_plain_question_are_all_shown_from_thirty_answers_on() -> None:
    assert hidden_choices({"yes": 30, "no": 0}, 30, several=False, sensitive=False) == set()


def test_below_thirty_answers_a_rare_choice_is_hidden_and_may_not_be_inferred() -> None:
    assert hidden_choices({"a": 14, "b": 11, "c": 1}, 26, several=False, sensitive=False) == {"b", "c"}


def test_where_several_choices_may_be_picked_a_hidden_one_needs_no_company() -> None:
    assert hidden_choices({"a": 14, "b": 11, "c": 1}, 26, several=True, sensitive=False) == {"c"}


def test_rounding_is_half_up_and_limits_go_outward() -> None:
    assert [rounded(88.65, 0.1), rounded(2.5, 1.0), down(79.19, 1.0), up(94.01, 1.0)] == [88.7, 3.0, 79.0, 95.0]


@pytest.mark.parametrize(
    ("percent", "step", "told"), [(66.5, 1.0, 67.0), (66.4, 1.0, 66.0), (66.66, 0.1, 66.7), (66.66, 0.0, 66.66)]
)
def test_an_index_is_rounded_half_up_to_its_step(percent: float, step: float, told: float) -> None:
    assert rounded(percent, step) == told
