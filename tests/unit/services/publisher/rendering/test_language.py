import string
import unicodedata
from datetime import UTC, datetime

import pytest

from services.publisher.rendering.language import catalogues, language


def names(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_every_catalogue_has_the_same_keys() -> None:
    vietnamese, *others = (set(words) for words in (catalogues()["vi"], *catalogues().values()))
    assert [keys ^ vietnamese for keys in others] == [set()] * len(others)


@pytest.mark.parametrize("tag", sorted(catalogues()))
def test_every_text_takes_the_same_names_as_in_vietnamese(tag: str) -> None:
    expected = {key: names(text) for key, text in catalogues()["vi"].items()}
    assert {key: names(text) for key, text in catalogues()[tag].items()} == expected


@pytest.mark.parametrize("tag", sorted(catalogues()))
def test_catalogues_are_written_in_composed_letters(tag: str) -> None:
    assert unicodedata.is_normalized("NFC", "".join(catalogues()[tag].values()))


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


def test_a_language_without_a_catalogue_speaks_the_first_that_has_one() -> None:
    khmer = language("km", ["km", "vi", "en"])
    assert (khmer.tag, khmer.spoken) == ("km", "vi")


def test_a_text_in_another_language_than_the_page_is_marked_and_escaped() -> None:
    said = language("en").say({"km": "<b>សេវា</b>"})
    assert said == '<span lang="km">&lt;b&gt;សេវា&lt;/b&gt;</span>'


def test_a_text_in_the_pages_language_is_not_marked() -> None:
    assert language("en").say({"vi": "Sở", "en": "Department"}) == "Department"
