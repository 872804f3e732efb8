import string
import unicodedata

import pytest

from shared.language import Language, catalogues, reading

PACKAGES = ("services.collector.web", "services.publisher.rendering")
EVERY = [(package, tag) for package in PACKAGES for tag in sorted(catalogues(package))]


def names(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize(("package", "tag"), EVERY)
def test_every_catalogue_has_the_keys_of_the_vietnamese_one(package: str, tag: str) -> None:
    assert set(catalogues(package)[tag]) == set(catalogues(package)["vi"])


@pytest.mark.parametrize(("package", "tag"), EVERY)
def test_every_text_takes_the_same_names_as_in_vietnamese(package: str, tag: str) -> None:
    expected = {key: names(text) for key, text in catalogues(package)["vi"].items()}
    assert {key: names(text) for key, text in catalogues(package)[tag].items()} == expected


@pytest.mark.parametrize(("package", "tag"), EVERY)
def test_catalogues_are_written_in_composed_letters(package: str, tag: str) -> None:
    assert unicodedata.is_normalized("NFC", "".join(catalogues(package)[tag].values()))


def language(tag: str, *others: str) -> Language:
    return reading(Language, catalogues(PACKAGES[0]), tag, others)


def test_a_language_without_a_catalogue_speaks_the_first_that_has_one() -> None:
    khmer = language("km", "km", "vi", "en")
    assert (khmer.tag, khmer.spoken) == ("km", "vi")


def test_a_language_that_nothing_stands_in_for_speaks_english() -> None:
    assert language("km").spoken == "en"


def test_a_text_in_another_language_than_the_page_is_marked_and_escaped() -> None:
    assert language("en").say({"km": "<b>សេវា</b>"}) == '<span lang="km">&lt;b&gt;សេវា&lt;/b&gt;</span>'


def test_a_text_in_the_pages_language_is_not_marked() -> None:
    assert language("en").say({"vi": "Sở", "en": "Department"}) == "Department"
