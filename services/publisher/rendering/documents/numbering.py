"""How parts of a document are numbered: mục I., khoản 1., điểm a), as Decree 30/2020/NĐ-CP writes them."""

from __future__ import annotations

from enum import StrEnum

_LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class Numbering(StrEnum):
    """What the sections of a document's first level are: parts `I.` with clauses `1.` in them, or clauses alone."""

    PARTS = "parts"
    CLAUSES = "clauses"


def roman(number: int) -> str:
    """4 -> IV."""
    written = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        written += sign * count
    return written


def letter(number: int) -> str:
    """The letter of a point (điểm), from 1: Vietnamese has đ after d, and neither f, j, w nor z.

    The last letter stands for all beyond it.
    """
    return _LETTERS[min(number, len(_LETTERS)) - 1]
