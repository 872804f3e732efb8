"""Sequence numbers of a device: what came is remembered, and what did not come shows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.sequences import MOST_RANGES, missing, settle, through

numbers = st.lists(st.integers(1, 60), max_size=40)


@given(numbers, numbers)
def test_every_number_is_settled_or_missing_and_never_both(first: list[int], second: list[int]) -> None:
    ranges = settle(settle((), first), second)
    settled = {n for low, high in ranges for n in range(low, high + 1)}
    lacking = {n for low, high in missing(ranges) for n in range(low, high + 1)}
    assert settled == set(first) | set(second)
    assert settled | lacking == set(range(1, through(ranges) + 1))
    assert not settled & lacking


@given(numbers)
def test_ranges_are_as_few_as_can_be_and_in_order(given_: list[int]) -> None:
    ranges = settle((), given_)
    assert all(low <= high for low, high in ranges)
    assert all(high + 1 < low for (_, high), (low, _) in pairwise(ranges))


@given(numbers, numbers)
def test_the_order_of_coming_changes_nothing(first: list[int], second: list[int]) -> None:
    assert settle(settle((), first), second) == settle(settle((), second), first)


def test_numbers_that_a_device_gave_and_that_never_came_are_missing() -> None:
    assert missing(((1, 2), (5, 5)), upto=8) == ((3, 4), (6, 8))
    assert missing((), upto=3) == ((1, 3),)
    assert missing((), upto=0) == ()


def test_no_device_can_fill_the_store_with_gaps() -> None:
    assert len(settle((), range(1, 4 * MOST_RANGES, 2))) == MOST_RANGES
