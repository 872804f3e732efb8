"""The equation holds, or says by how much it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.equation import Equation

SOUND = Equation(accepted=10, stored=10, waiting=3, scored=7, counted=5, surplus=2)


def test_a_sound_equation_holds() -> None:
    assert SOUND.holds
    assert SOUND.faults() == []


@pytest.mark.parametrize(
    ("term", "faults"),
    [
        ("accepted", ["accepted = stored: 11 and 10 differ by 1", "accepted = scored + waiting: 11 and 10 differ by 1"]),
        ("stored", ["accepted = stored: 10 and 11 differ by -1"]),
        ("waiting", ["accepted = scored + waiting: 10 and 11 differ by -1"]),
        ("counted", ["scored = counted + surplus: 7 and 8 differ by -1"]),
    ],
)
def test_a_fault_names_its_terms_and_its_size(term: str, faults: list[str]) -> None:
    assert replace(SOUND, **{term: getattr(SOUND, term) + 1}).faults() == faults


@given(st.sampled_from(["accepted", "stored", "waiting", "scored", "counted", "surplus"]), st.integers(1, 5))
def test_no_single_term_can_be_wrong_unnoticed(term: str, by: int) -> None:
    assert not replace(SOUND, **{term: getattr(SOUND, term) + by}).holds


def test_a_published_equation_tells_its_terms_and_whether_it_holds() -> None:
    """`stored` is left out: it is what `accepted` says, or the equation does not hold."""
    terms = {"accepted": 10, "scored": 7, "waiting": 3, "counted": 5, "surplus": 2}
    assert SOUND.to_json() == {**terms, "holds": True}
    assert replace(SOUND, stored=9).to_json() == {**terms, "holds": False}
