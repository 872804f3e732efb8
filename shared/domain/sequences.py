"""Which sequence numbers of a device were settled: ranges without overlap, so that a gap shows.

A device numbers its ballots 1, 2, 3, … in the order of their coming. The numbers are kept beside the device and never with a
ballot.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

Range = tuple[int, int]
"""First and last number, both included."""

HIGHEST = 1_000_000
"""The last number that a device may give."""

MOST_RANGES = 10_000
"""Ranges that are kept of one device. It would take a device that leaves every other number out to have more."""


def settle(ranges: Iterable[Range], numbers: Iterable[int]) -> tuple[Range, ...]:
    """The ranges with `numbers` added: sorted, without overlap, as few as can be.

    Of more than `MOST_RANGES` the last ones are kept.
    """
    merged: list[Range] = []
    for first, last in sorted([*ranges, *((n, n) for n in numbers)]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged[-MOST_RANGES:])


def through(ranges: Iterable[Range]) -> int:
    """The highest number that was settled; 0 where none was."""
    return max((last for _, last in ranges), default=0)


def missing(ranges: Iterable[Range], upto: int = 0) -> tuple[Range, ...]:
    """The numbers from 1 to the highest known one that were not settled, as ranges; `upto` is one that is known otherwise."""
    known = sorted(ranges)
    around = [(0, 0), *known, (max(upto, through(known)) + 1, 0)]
    return tuple((last + 1, first - 1) for (_, last), (first, _) in pairwise(around) if first > last + 1)
