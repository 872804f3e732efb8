import pytest

from services.publisher.rendering.documents.numbering import letter, roman
from services.publisher.rendering.documents.words import listed, reader, tags
from shared.language import catalogues


@pytest.mark.parametrize(("number", "written"), [(1, "I"), (3, "III"), (4, "IV"), (6, "VI"), (9, "IX"), (14, "XIV")])
def test_parts_and_annexes_are_numbered_in_roman(number: int, written: str) -> None:
    assert roman(number) == written


def test_points_have_the_letters_of_the_vietnamese_alphabet() -> None:
    assert [letter(n) for n in range(1, 8)] == ["a", "b", "c", "d", "đ", "e", "g"]


def test_lists_end_as_the_decree_writes_them() -> None:
    assert listed(["một.", "hai;", "ba"]) == ["- một;", "- hai;", "- ba."]


def test_catalogues_have_the_same_keys_and_names() -> None:
    known = catalogues("services.publisher.rendering.documents")
    named = {tag: {key: sorted(set(_names(text))) for key, text in words.items()} for tag, words in known.items()}
    assert named["vi"] == named["en"]


def _names(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def test_no_word_of_a_document_hides_one_of_the_page() -> None:
    page, own = catalogues("services.publisher.rendering"), catalogues("services.publisher.rendering.documents")
    assert set(page["vi"]) & set(own["vi"]) == set()


def test_documents_are_vietnamese_first_and_in_the_plans_languages_that_have_words() -> None:
    assert tags(["en", "km"]) == ["vi", "en"]
    assert reader("km", ["vi"]).spoken == "vi"
