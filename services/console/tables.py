"""Tables of text: columns as wide as what stands in them, numbers to the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "  ") -> Iterator[str]:
    """The lines of a table. The first column is text; the others are set to the right."""
    widths = [max(_width(row[column]) for row in [head, *rows]) for column in range(len(head))]
    yield _line(head, widths, indent)
    yield indent + "  ".join("-" * width for width in widths)
    for row in rows:
        yield _line(row, widths, indent)


def _line(row: Sequence[str], widths: Sequence[int], indent: str) -> str:
    cells = [_set(text, width, left=n == 0) for n, (text, width) in enumerate(zip(row, widths, strict=True))]
    return (indent + "  ".join(cells)).rstrip()


def _set(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def _width(text: str) -> int:
    """How many columns of a terminal the text takes: marks that stand on a letter take none."""
    return sum(1 for character in text if not unicodedata.combining(character))
