import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.web.faces import moods, mouth
from shared.domain.survey import Level, Scale


def scale(unsatisfied: int, satisfied: int) -> Scale:
    levels = [Level(value, {"vi": str(value)}, value > unsatisfied) for value in range(1, unsatisfied + satisfied + 1)]
    return Scale("s", tuple(levels))


@given(st.integers(1, 6), st.integers(1, 6))
def test_faces_rise_with_the_levels_and_smile_exactly_where_people_are_satisfied(unsatisfied: int, satisfied: int) -> None:
    found = moods(scale(unsatisfied, satisfied))
    values = [found[value] for value in sorted(found)]
    assert values == sorted(set(values))
    assert [mood > 0 for mood in values] == [False] * unsatisfied + [True] * satisfied
    assert (values[0], values[-1]) == (-1, 1)


@pytest.mark.parametrize(
    ("unsatisfied", "satisfied", "expected"),
    [(3, 2, [-1, -0.5, 0, 0.5, 1]), (1, 2, [-1, 0.5, 1]), (1, 1, [-1, 1]), (2, 2, [-1, -0.5, 0.5, 1])],
)
def test_the_middle_is_neutral_where_more_levels_are_unsatisfied(
    unsatisfied: int, satisfied: int, expected: list[float]
) -> None:
    assert list(moods(scale(unsatisfied, satisfied)).values()) == expected


def test_the_neutral_mouth_is_straight() -> None:
    assert mouth(0) == "M7.5 16.00Q12 16.00 16.5 16.00"
