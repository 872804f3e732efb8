"""The rules of disclosure that look at one table: minimum base, complements, unanimity, counts and choices.

Each is a pure function of counts. `shared.domain.disclosure.gate` applies them to a survey's results, and
`shared.domain.disclosure.audit` proves what they leave.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from decimal import Decimal
from math import ceil, floor
from typing import TypeVar

VALUES = 3
"""What a reader can tell about anything hidden always leaves at least so many values."""

COUNTS_FROM = 30
"""The base from which numbers of answers and shares of exactly 0 or 100 % may be shown."""

SENSITIVE_COUNT = 5
"""Choices of a sensitive question picked by fewer than this are not shown."""

_CEILINGS = (99, 98, 95, 90, 80, 70, 60, 50)


Code = TypeVar("Code", bound=Hashable)


def complement(children: Mapping[Code, int], hidden: Set[Code], min_base: int, fixed: Set[Code] = frozenset()) -> set[Code]:
    """The children to hide so that their published total does not give the hidden ones back.

    `children` maps codes, in the plan's order, to bases. While exactly one child with answers is hidden, or the hidden
    ones together have fewer than `min_base` ballots, the smallest child shown is hidden too; equal bases go by the
    order of the codes. Those in `fixed` were published before and are hidden only when no other is left.
    """
    order = {code: position for position, code in enumerate(children)}
    chosen = set(hidden)
    while True:
        behind = [children[code] for code in chosen if code in children and children[code] > 0]
        shown = [code for code in children if code not in chosen and children[code] > 0]
        if not behind or not shown or (len(behind) > 1 and sum(behind) >= min_base):
            return chosen
        chosen.add(min(shown, key=lambda code: (code in fixed, children[code], order[code])))


def ceiling(answers: int) -> int | None:
    """The percentage from which a share of `answers` answers is shown as "at least" that percentage only.

    It is the highest of 99, 98, 95, 90, 80, ... that three possible counts reach, so that "at least" never means
    "all". By symmetry 100 minus it bounds small shares from above. None where there are too few answers for any.
    """
    for percent in _CEILINGS:
        if answers - ceil(answers * percent / 100 - 1e-9) >= VALUES - 1:
            return percent
    return None


def unanimous(index: float, answers: int) -> tuple[float | None, float | None] | None:
    """(at_least, at_most) in place of an `index` in percent that is too near to 0 or 100; None if it may be shown.

    The whole range above the ceiling is shown in the same way. If only the exact 100 % were, the words "at least
    90 %" would say 100 %.
    """
    percent = ceiling(answers)
    if percent is None:
        return (50.0, None) if index >= 50 else (None, 50.0)
    if index >= percent - 1e-9:
        return float(percent), None
    if index <= 100 - percent + 1e-9:
        return None, float(100 - percent)
    return None


def hidden_choices(counts: Mapping[str, int], base: int, *, several: bool, sensitive: bool) -> set[str]:
    """The choices of a question whose shares may not be shown; `counts` are in the plan's order.

    Counts below a threshold (5 for a sensitive question; 3 for others with a base under 30) are hidden, zero among
    them, and so are those that leave fewer than the threshold without the choice. Where one choice is picked the
    shares add up to 100 %, so the next smallest are hidden until the hidden ones together leave three values each.
    """
    threshold = SENSITIVE_COUNT if sensitive else VALUES if base < COUNTS_FROM else 0
    hidden = {code for code, count in counts.items() if count < threshold or base - count < threshold}
    if several or not hidden:
        return hidden
    order = {code: position for position, code in enumerate(counts)}
    while len(hidden) < len(counts) and (len(hidden) == 1 or sum(counts[code] for code in hidden) < threshold):
        shown = [code for code in counts if code not in hidden]
        hidden.add(min(shown, key=lambda code: (counts[code], order[code])))
    return hidden


def rounded(percent: float, step: float) -> float:
    """Rounded half up to a multiple of `step`, which is 1 or 0.1; not at all where it is 0."""
    return down(percent + step / 2, step)


def down(percent: float, step: float) -> float:
    """The greatest multiple of `step` that is not above `percent`, and `percent` itself where the step is 0."""
    return float(Decimal(floor(percent / step + 1e-9)) * Decimal(str(step))) if step else percent


def up(percent: float, step: float) -> float:
    """The least multiple of `step` that is not below `percent`, and `percent` itself where the step is 0."""
    return -down(-percent, step)
