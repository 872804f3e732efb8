"""The numbers of sheets show slips of the pen, and lead to a ballot only with the pile's key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.paper.serial import LETTERS, NotASerial, Serial, ballot_id, read_serial

SERIALS = st.builds(Serial, st.text(LETTERS, min_size=4, max_size=4), st.integers(1, 2_000))


@given(SERIALS)
def test_a_number_is_read_whatever_its_case_and_blanks(serial: Serial) -> None:
    assert read_serial(f" {str(serial).lower().replace('-', ' – ')} ") == serial
    assert read_serial(str(serial).replace("-", "")) == serial


@given(SERIALS, st.data())
def test_one_wrong_sign_is_noticed(serial: Serial, data: st.DataObject) -> None:
    text = str(serial)
    at = data.draw(st.sampled_from([n for n, sign in enumerate(text) if sign != "-"]))
    signs = LETTERS if text[at].isalpha() else "0123456789"
    wrong = data.draw(st.sampled_from([sign for sign in signs if sign != text[at]]))
    with pytest.raises(NotASerial):
        read_serial(text[:at] + wrong + text[at + 1 :])


@given(SERIALS, st.data())
def test_two_exchanged_signs_are_noticed(serial: Serial, data: st.DataObject) -> None:
    pile = serial.pile
    at = data.draw(st.integers(0, 2))
    exchanged = pile[:at] + pile[at + 1] + pile[at] + pile[at + 2 :]
    text = str(serial).replace(pile, exchanged)
    if exchanged == pile:
        assert read_serial(text) == serial
    else:
        with pytest.raises(NotASerial, match="does not check"):
            read_serial(text)


@pytest.mark.parametrize("text", ["", "12", "KQMT", "2026-01-05", "KQMT-042", "KQMT-12345-H", "Ơ" * 9])
def test_what_is_no_number_of_a_sheet_is_refused(text: str) -> None:
    with pytest.raises(NotASerial, match="KQMT-042-H"):
        read_serial(text)


@given(SERIALS, SERIALS)
def test_the_ballot_of_a_sheet_has_one_random_looking_id(one: Serial, other: Serial) -> None:
    made = ballot_id(b"key", "survey", one)
    assert made.version == 4
    assert (made == ballot_id(b"key", "survey", other)) is (one == other)
    assert made != ballot_id(b"other key", "survey", one)
    assert made != ballot_id(b"key", "other survey", one)
