"""Texts for files that a spreadsheet opens: none of them may become a formula there."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """`text` as a cell of a CSV file; what a spreadsheet would take for a formula gets an apostrophe before it.

    OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    return f"'{text}" if text.startswith(_STARTS) else text
