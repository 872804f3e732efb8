"""Circular 01/2018: scores with one decimal, totals and classes, and no class where an indicator is missing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rulepacks.tt01 import (
    ALL,
    Files,
    Level,
    Online,
    agency_class,
    complaints,
    one_stop,
    online,
    publication,
    rate,
    staff_class,
)

FILES = {1: Files(5, 30, 65), 2: Files(10, 40, 50), 3: Files(5, 20, 75), 4: Files(20, 40, 40), 7: Files(5, 40, 55)}
POINTS = {5: 1, 6: 2, 8: 2, 9: 1}


def test_the_worked_example_has_134_and_is_good() -> None:
    found = rate(FILES, POINTS)
    assert [str(found.scores[n]) for n in ALL] == ["1.6", "1.4", "1.7", "1.2", "1.0", "2.0", "1.5", "2.0", "1.0"]
    assert (found.agency_total, found.agency_class) == (Decimal("13.4"), "good")
    assert (found.staff_total, found.staff_class) == (Decimal("7.4"), "full")


def test_a_missing_indicator_leaves_the_agencys_class_open_and_the_officials_as_it_is() -> None:
    found = rate(FILES, {number: points for number, points in POINTS.items() if number != 9})
    assert (found.agency_total, found.agency_class) == (None, None)
    assert found.staff_class == "full"


def test_an_indicator_without_a_file_has_no_score() -> None:
    found = rate({**FILES, 7: Files(0, 0, 0)}, POINTS)
    assert (found.scores[7], found.staff_class, found.agency_class) == (None, None, None)


def test_a_half_is_rounded_up_where_floats_would_round_to_even() -> None:
    assert rate({1: Files(15, 5, 0)}, {}).scores[1] == Decimal("0.3")
    assert rate({1: Files(0, 55, 45)}, {}).scores[1] == Decimal("1.5")


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_score_is_the_nearest_tenth_and_the_upper_of_two(none: int, one: int, two: int) -> None:
    files = Files(none, one, two + 1)
    score = rate({1: files}, {}).scores[1]
    assert score is not None
    off = Fraction(score) - Fraction(one + 2 * (two + 1), files.total)
    assert Fraction(-1, 20) < off <= Fraction(1, 20)


@pytest.mark.parametrize(
    ("total", "name"),
    [
        ("15", "excellent"),
        ("14.9", "good"),
        ("12", "good"),
        ("11.9", "fair"),
        ("9", "fair"),
        ("8.9", "average"),
        ("6", "average"),
        ("5.9", "weak"),
    ],
)
def test_the_agencys_classes_begin_at_15_12_9_and_6(total: str, name: str) -> None:
    assert agency_class(Decimal(total)) == name


@pytest.mark.parametrize(("total", "name"), [("5", "full"), ("4.9", "most"), ("3.5", "most"), ("3.4", "under-70")])
def test_the_officials_classes_begin_at_5_and_3_and_a_half(total: str, name: str) -> None:
    assert staff_class(Decimal(total)) == name


@pytest.mark.parametrize(
    ("level", "approved", "received", "points"),
    [
        (Level.PROVINCE, 20, 0, 2),
        (Level.PROVINCE, 19, 100, 1),
        (Level.PROVINCE, 19, 99, 0),
        (Level.DISTRICT, 50, 0, 2),
        (Level.DISTRICT, 49, 100, 1),
        (Level.COMMUNE, 100, 0, 2),
        (Level.COMMUNE, 99, 100, 1),
    ],
)
def test_the_one_stop_unit_is_measured_by_its_level(level: Level, approved: int, received: int, points: int) -> None:
    assert one_stop(level, 100, approved, received) == points


def test_publication_counts_both_ways_only_if_sound() -> None:
    assert publication(posted=True, electronic=True, sound=True) == 2
    assert publication(posted=False, electronic=True, sound=True) == 1
    assert publication(posted=True, electronic=True, sound=False) == 0


@pytest.mark.parametrize(("received", "on_time", "points"), [(0, 0, 2), (10, 10, 2), (10, 9, 1), (100, 89, 0)])
def test_complaints_are_measured_by_those_handled_on_time(received: int, on_time: int, points: int) -> None:
    assert complaints(received, on_time, dragging=False) == points


def test_a_complaint_that_is_put_off_without_end_leaves_no_point() -> None:
    assert complaints(10, 10, dragging=True) == 0


@pytest.mark.parametrize(
    ("procedures_online", "files_online", "late", "points"),
    [(20, 30, 0, 2), (19, 30, 0, 1), (20, 29, 0, 1), (20, 15, 0, 1), (20, 14, 0, 0), (20, 30, 1, 0)],
)
def test_online_services_need_both_shares_and_no_delay(
    procedures_online: int, files_online: int, late: int, points: int
) -> None:
    assert online(Online(100, procedures_online, 100, files_online, late)) == points


def test_a_share_just_below_a_fifth_is_not_rounded_up_to_it() -> None:
    assert online(Online(1_000, 199, 100, 30, 0)) == 1
    assert online(Online(1_000, 200, 100, 30, 0)) == 2
