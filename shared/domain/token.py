"""Secret codes that people may have to type: 128 random bits as 26 letters and digits, read the way people write them.

The alphabet is Crockford's base 32 (https://www.crockford.com/base32.html): no letter looks like a digit, and case does not
matter. Codes are stored as their SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import re

BITS = 128
LENGTH = 26
"""Letters of a code: five bits each."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212.·]+")
_CODE = re.compile(f"[0-7][{_ALPHABET}]{{{LENGTH - 1}}}")


def token(number: int) -> str:
    """The code of a random number of `BITS` bits. Raises ValueError for any other number."""
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"a token is a number of {BITS} bits")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def grouped(code: str) -> str:
    """The code as it is printed: in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_token(text: str) -> str:
    """The code that somebody typed, whatever its case, blanks and dashes; what is no such code without its blanks, unchanged.

    So codes of another form, as other programs may have made them, stay what they are.
    """
    code = _BETWEEN.sub("", text).upper().translate(_READ_AS)
    return code if _CODE.fullmatch(code) else "".join(text.split())


def token_digest(text: str) -> bytes:
    """What is stored of the code that `text` is: SHA-256 of it as `read_token` reads it."""
    return hashlib.sha256(read_token(text).encode()).digest()
