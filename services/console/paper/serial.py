"""The number of a printed sheet: which pile it belongs to, which sheet of it it is, and a letter that shows a slip of the pen.

It names the sheet of paper, not the person who fills it in. Nineteen letters without vowels are used, which spell no words and
which no spreadsheet takes for a date or a number.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

LETTERS = "BCDFGHJKMNPQRSTVWXZ"
"""Nineteen, a prime: a sum weighted modulo nineteen then shows every single wrong sign and every exchange of two."""

PILE_LENGTH = 4
SHEETS_LIMIT = 2_000
"""Sheets of a pile at most: as many as a file for the printer can reasonably hold."""

_WRITTEN = re.compile(rf"([A-Z]{{{PILE_LENGTH}}})(\d{{1,4}})([A-Z])")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212.·/]+")


class NotASerial(ValueError):
    """The text is no sheet number as we print them; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, order=True)
class Serial:
    """Sheet `number` (from 1) of the pile `pile`. As text: KQMT-042-H."""

    pile: str
    number: int

    def __str__(self) -> str:
        return f"{self.pile}-{self.number:03}-{_check(self.pile, self.number)}"


def read_serial(text: str) -> Serial:
    """The sheet number that somebody copied, whatever its case, blanks and dashes. Raises NotASerial."""
    written = _WRITTEN.fullmatch(_BETWEEN.sub("", text).upper())
    if written is None:
        raise NotASerial(f"{text[:40]!r} is not a sheet number; they look like KQMT-042-H")
    serial = Serial(written[1], int(written[2]))
    if not set(serial.pile) <= set(LETTERS) or _check(serial.pile, serial.number) != written[3]:
        raise NotASerial(f"{text[:40]!r} does not check: a letter or digit is not as it is printed")
    return serial


def ballot_id(key: bytes, survey_id: str, serial: Serial) -> UUID:
    """The id of the ballot on a sheet: HMAC-SHA256 under the pile's key, in the form of a UUIDv4.

    Without the key nobody can tell which ballot a sheet became; with it, the same sheet is always the same ballot.
    """
    digest = hmac.new(key, f"{survey_id}/{serial}".encode(), hashlib.sha256).digest()
    return UUID(bytes=digest[:16], version=4)


def _check(pile: str, number: int) -> str:
    digits = [int(digit) for digit in f"{number:04}"]
    signs = [LETTERS.find(letter) for letter in pile] + digits
    return LETTERS[sum(weight * sign for weight, sign in enumerate(signs, start=1)) % len(LETTERS)]
