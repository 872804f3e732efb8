"""Figures as people read them. Every published number is rounded here, half up, and nowhere else."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

EXACT_FROM = 30
"""From this base on a percentage has one decimal and its base is told exactly; below it has none, and a band of ten."""

_NOISE = Decimal("1e-9")


def rounded(value: float, decimals: int) -> Decimal:
    """`value` rounded half up.

    What binary floating point adds beyond the ninth decimal is taken away first, so that 0.145 * 100, which the machine
    holds as 14.499999999999998, rounds as 14.5 does.
    """
    exact = Decimal(repr(float(value))).quantize(_NOISE, ROUND_HALF_UP)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def decimals(base: int) -> int:
    """The decimals that a percentage over `base` ballots carries."""
    return 1 if base >= EXACT_FROM else 0


def marked(number: Decimal | int, decimal_mark: str, thousands_mark: str) -> str:
    """`number` in digits, with a language's marks. Four digits stay together."""
    whole, _, fraction = f"{Decimal(number):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", thousands_mark) if len(whole.lstrip("-")) > 4 else whole
    return f"{grouped}{decimal_mark}{fraction}" if fraction else grouped


def band(base: int) -> tuple[int, int] | None:
    """The band of ten that stands for a small base: 17 -> (10, 19). None where the base itself may be told."""
    if base >= EXACT_FROM:
        return None
    floor = base // 10 * 10
    return floor, floor + 9
