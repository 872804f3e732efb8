"""Measures: what may change of one, and what that takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shared.domain.measure import Measure, Progress, UnfitMeasure, Update, is_overdue, measure_from, updated

TODAY = date(2027, 3, 1)
MADE = Measure("M1", {"vi": "Thêm ghế"}, {"vi": "Văn phòng"}, date(2027, 6, 30), Progress.PLANNED, date(2026, 12, 1), "F1")


def test_a_measure_survives_its_public_form() -> None:
    assert measure_from(MADE.to_json()) == MADE


def test_its_state_is_told_with_the_day() -> None:
    after = updated(MADE, Update(progress=Progress.DONE), TODAY)
    assert after == replace(MADE, progress=Progress.DONE, told_on=TODAY)


@pytest.mark.parametrize(
    ("update", "said"), [(Update(progress=Progress.DROPPED), "drop it"), (Update(until=date(2027, 12, 31)), "put it off")]
)
def test_to_drop_it_or_put_it_off_takes_a_note(update: Update, said: str) -> None:
    with pytest.raises(UnfitMeasure, match=f"to {said} takes a note"):
        updated(MADE, update, TODAY)
    assert updated(MADE, replace(update, note={"vi": "Thiếu kinh phí"}), TODAY).note == {"vi": "Thiếu kinh phí"}


def test_an_update_that_changes_nothing_is_refused() -> None:
    with pytest.raises(UnfitMeasure, match="nothing"):
        updated(MADE, Update(), TODAY)


def test_only_what_is_not_done_is_overdue() -> None:
    late = date(2027, 7, 1)
    done = replace(MADE, progress=Progress.DONE)
    assert [is_overdue(MADE, date(2027, 6, 30)), is_overdue(MADE, late), is_overdue(done, late)] == [False, True, False]
