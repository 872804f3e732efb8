from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publisher.rendering.numbers import band, decimals, marked, rounded


@pytest.mark.parametrize(
    ("value", "places", "read"),
    [(82.25, 1, "82.3"), (82.35, 1, "82.4"), (0.5, 0, "1"), (2.5, 0, "3"), (100 * 0.145, 0, "15"), (99.95, 1, "100.0")],
)
def test_halves_are_rounded_up(value: float, places: int, read: str) -> None:
    assert str(rounded(value, places)) == read


@given(st.integers(0, 4_000), st.integers(1, 4_000))
def test_a_share_is_rounded_as_the_exact_fraction_is(part: int, more: int) -> None:
    whole = part + more
    exact = (Decimal(100 * part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert rounded(100 * part / whole, 1) == exact


def test_one_decimal_is_shown_from_thirty_ballots_on_and_none_below() -> None:
    assert (decimals(29), decimals(30)) == (0, 1)


@pytest.mark.parametrize(("base", "limits"), [(10, (10, 19)), (29, (20, 29)), (7, (0, 9)), (30, None)])
def test_a_small_base_is_told_as_a_band_of_ten(base: int, limits: tuple[int, int] | None) -> None:
    assert band(base) == limits


@pytest.mark.parametrize(
    ("number", "read"), [(Decimal("88.7"), "88,7"), (1234, "1234"), (36525, "36.525"), (Decimal("-12345.6"), "-12.345,6")]
)
def test_a_number_carries_the_marks_of_its_language(number: Decimal | int, read: str) -> None:
    assert marked(number, ",", ".") == read
