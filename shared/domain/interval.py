"""Intervals for a share, and for what is computed from shares whose limits are known."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


class Limits(NamedTuple):
    """Lower and upper limit of an interval, in the unit of the figure they belong to."""

    low: float
    high: float


def normal_quantile(confidence: float) -> float:
    """z for a two-sided interval: 1.96 for 0.95. `confidence` lies between 0 and 1, both excluded."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(share: float, n: float, confidence: float = 0.95) -> Limits:
    """Wilson's score interval of a share (0 to 1) seen in `n` independent answers; `n` need not be whole but is > 0.

    Wilson, JASA 22 (1927) 209-212. The limits stay within 0 and 1, and are exact there for a share of 0 or 1.
    """
    z = normal_quantile(confidence)
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / shrink
    low = 0.0 if share <= 0 else max(0.0, centre - half)
    high = 1.0 if share >= 1 else min(1.0, centre + half)
    return Limits(low, high)


def finite_size(n: float, population: float | None) -> float:
    """The size of the sample from an endless population that tells as much as `n` out of `population`.

    n (N − 1) / (N − n), from the exact variance of a share under simple random sampling without replacement; endless
    when all were asked, and `n` itself where the population is not known.
    """
    if population is None:
        return n
    return float("inf") if population <= n else n * (population - 1) / (population - n)


def combined_limits(parts: list[tuple[float, float, Limits]]) -> tuple[float, Limits]:
    """Σ c·θ with limits from those of independent parts, each given as (c, θ, its limits).

    Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10, in the general form of Zou and Donner, Statistics
    in Medicine 27 (2008) 1693-1702: each part's own, possibly lopsided, limits carry over. For a difference c is 1
    and −1.
    """
    total = sum(c * value for c, value, _ in parts)
    down = sum((c * (value - (limits.low if c > 0 else limits.high))) ** 2 for c, value, limits in parts)
    up = sum((c * ((limits.high if c > 0 else limits.low) - value)) ** 2 for c, value, limits in parts)
    return total, Limits(total - sqrt(down), total + sqrt(up))
