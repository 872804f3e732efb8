"""Secret codes are read the way people write them, and no two are read alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.token import BITS, grouped, read_token, token, token_digest

NUMBERS = st.integers(0, 2**BITS - 1)


@given(NUMBERS)
def test_a_code_is_read_in_groups_in_small_letters_and_with_look_alikes(number: int) -> None:
    code = token(number)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", code)
    assert read_token(f" {grouped(code).lower()} \n") == code
    assert read_token(code.replace("0", "O").replace("1", "l")) == code
    assert read_token(grouped(code).replace("-", " – ")) == code


@given(NUMBERS, NUMBERS)
def test_two_codes_are_never_read_alike(one: int, other: int) -> None:
    assert (token_digest(token(one)) == token_digest(token(other))) is (one == other)


@pytest.mark.parametrize("text", ["q-Zx_3aB9cD0eF1gH2iJ3k", "x" * 26, "8" + "0" * 25, ""])
def test_what_is_no_code_of_ours_stays_as_it_is(text: str) -> None:
    assert read_token(f" {text} ") == text


def test_a_number_that_is_too_large_makes_no_code() -> None:
    with pytest.raises(ValueError, match="128 bits"):
        token(2**BITS)
