from datetime import UTC, datetime

import pytest

from services.publisher.rendering.language import language


@pytest.mark.parametrize(("tag", "read"), [("vi", "88,7%"), ("en", "88.7%")])
def test_a_percentage_has_the_decimal_mark_of_its_language(tag: str, read: str) -> None:
    assert language(tag).percent(88.66666666666667, 60) == read


@pytest.mark.parametrize(("base", "read"), [(26, "20–29"), (60, "60"), (36525, "36.525"), (4, "dưới 10")])
def test_a_base_is_told_exactly_from_thirty_on(base: int, read: str) -> None:
    assert language("vi").base(base) == read


@pytest.mark.parametrize(("month", "read"), [(2, "03/02/2022"), (8, "03/8/2022"), (11, "03/11/2022")])
def test_vietnamese_dates_have_a_leading_zero_in_days_and_in_the_first_two_months(month: int, read: str) -> None:
    assert language("vi").date(datetime(2022, month, 3, tzinfo=UTC)) == read


def test_english_dates_name_the_month() -> None:
    assert language("en").date(datetime(2022, 8, 3, tzinfo=UTC)) == "3 August 2022"
