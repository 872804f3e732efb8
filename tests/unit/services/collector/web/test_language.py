import re
import string
import unicodedata
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from services.collector.web.language import catalogues, language, own_name


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


def test_every_word_that_a_template_asks_for_is_in_the_catalogues() -> None:
    templates = (files("services.collector") / "templates" / "form").iterdir()
    asked = {key for file in templates for key in re.findall(r'word\(["\']([\w.]+)["\']', file.read_text("utf-8"))}
    assert asked
    assert asked - set(catalogues()["vi"]) == set()


@pytest.mark.parametrize(("tag", "read"), [("vi", "07:30 ngày 01/8/2022"), ("en", "07:30 on 1 August 2022")])
def test_a_moment_is_told_in_the_surveys_time_zone(tag: str, read: str) -> None:
    assert language(tag).moment(datetime(2022, 8, 1, 0, 30, tzinfo=UTC), "Asia/Ho_Chi_Minh") == read


def test_a_language_without_a_catalogue_speaks_the_first_that_has_one() -> None:
    khmer = language("km", ["km", "vi", "en"])
    assert (khmer.tag, khmer.spoken, own_name("km")) == ("km", "vi", "km")


def test_a_text_in_another_language_than_the_page_is_marked_and_escaped() -> None:
    assert language("en").say({"km": "<b>សេវា</b>"}) == '<span lang="km">&lt;b&gt;សេវា&lt;/b&gt;</span>'
