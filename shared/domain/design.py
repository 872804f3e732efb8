"""Sample design for the person who writes a plan: how many ballots, where, how many to hand out, what will be seen.

Errors and changes are shares from 0 to 1 (0.05 is five points). Shares default to 0.5, the worst case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, comb, floor, inf, log2, sqrt
from statistics import NormalDist

from shared.domain.interval import normal_quantile

WHOLE = 1e-9
"""How far above a whole number a computed size may be and still be that number."""


class ImpossibleDesign(ValueError):
    """What is asked cannot be met by any sample; the message says why."""


def slovin_size(population: int, error: float = 0.05) -> int:
    """Ballots for an error of about `error`: N / (1 + N e²), rounded up.

    Yamane, Statistics: An Introductory Analysis, 2nd ed., 1967, p. 886; in Viet Nam the usual rule, under the name of
    Slovin. It is `cochran_size` at the worst share with z = 2 in place of 1.96.
    """
    return _whole(population / (1 + population * error**2))


def slovin_error(ballots: int, population: int) -> float:
    """The error that `ballots` of `population` carry by the same rule: √(1/n − 1/N)."""
    return sqrt(max(0.0, 1 / ballots - 1 / population))


def cochran_size(error: float, population: int | None = None, share: float = 0.5, confidence: float = 0.95) -> int:
    """Ballots for an interval of ± `error` around `share` (Cochran, Sampling Techniques, 3rd ed., 4.4).

    n₀ = z² p(1 − p) / e², and n₀ / (1 + (n₀ − 1)/N) of a finite population; rounded up.
    """
    endless = normal_quantile(confidence) ** 2 * share * (1 - share) / error**2
    return _whole(endless if population is None else endless / (1 + (endless - 1) / population))


def cochran_error(ballots: int, population: int | None = None, share: float = 0.5, confidence: float = 0.95) -> float:
    """The ± that `ballots` carry: z √(p(1 − p)/n · (N − n)/(N − 1)). For planning; results carry Wilson's limits."""
    finite = 1.0 if population is None else max(0, population - ballots) / max(1, population - 1)
    return normal_quantile(confidence) * sqrt(share * (1 - share) / ballots * finite)


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """`total` divided in proportion to `weights`: rounded down, the rest to the largest remainders, ties to the
    first.

    Raises ImpossibleDesign where no weight is above 0.
    """
    whole = sum(map(Fraction, weights))
    if whole <= 0:
        raise ImpossibleDesign("there is nothing to divide the ballots by")
    quotas = [Fraction(weight) * total / whole for weight in weights]
    given = [floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda h: (given[h] - quotas[h], h))
    for h in by_remainder[: total - sum(given)]:
        given[h] += 1
    return given


def allocate(total: int, weights: Sequence[float], populations: Sequence[int], minimum: int = 0) -> list[int]:
    """`total` ballots over strata in proportion to `weights`, at least `minimum` and at most the population in each.

    A stratum smaller than the minimum is asked in full. Strata whose share falls outside their limits get the limit,
    and the rest is divided anew among the others. Raises ImpossibleDesign where the total is below the sum of the
    lower limits or above the population.
    """
    lows = [min(minimum, population) for population in populations]
    if not sum(lows) <= total <= sum(populations):
        raise ImpossibleDesign(
            f"{total} ballots cannot be given to these strata: between {sum(lows)} and {sum(populations)} can"
        )
    fixed: dict[int, int] = {}
    while True:
        free = [h for h in range(len(weights)) if h not in fixed]
        left = total - sum(fixed.values())
        if not free:
            return [fixed[h] for h in range(len(weights))]
        shares = dict(zip(free, largest_remainder(left, [weights[h] for h in free]), strict=True))
        outside = _outside(shares, lows, populations)
        if not outside:
            return [fixed[h] if h in fixed else shares[h] for h in range(len(weights))]
        fixed.update(outside)


def _outside(shares: dict[int, int], lows: Sequence[int], highs: Sequence[int]) -> dict[int, int]:
    """Strata to fix at a limit: those below theirs, or those above where the excess is the greater."""
    below = {h: lows[h] for h, share in shares.items() if share < lows[h]}
    above = {h: highs[h] for h, share in shares.items() if share > highs[h]}
    lacking = sum(lows[h] - shares[h] for h in below)
    excess = sum(shares[h] - highs[h] for h in above)
    return below if lacking >= excess and below else above


def proportional(total: int, populations: Sequence[int], minimum: int = 0) -> list[int]:
    """n_h in proportion to N_h: the default. Every ballot then weighs nearly the same."""
    return allocate(total, populations, populations, minimum)


def square_root(total: int, populations: Sequence[int], minimum: int = 0) -> list[int]:
    """n_h in proportion to √N_h: between proportional and equal, where small strata are to be shown by themselves."""
    return allocate(total, [sqrt(population) for population in populations], populations, minimum)


def neyman(total: int, populations: Sequence[int], shares: Sequence[float], minimum: int = 0) -> list[int]:
    """n_h in proportion to N_h √(p_h(1 − p_h)), the least variance for a total; `shares` are the last survey's."""
    spread = [size * sqrt(share * (1 - share)) for size, share in zip(populations, shares, strict=True)]
    return allocate(total, spread, populations, minimum)


def handouts(wanted: int, response_rate: float, certainty: float = 0.95) -> int:
    """The fewest ballots to hand out so that at least `wanted` come back with probability `certainty`.

    Returns are taken to be independent at `response_rate` (binomial). Raises ImpossibleDesign where nobody answers.
    """
    if not 0 < response_rate <= 1:
        raise ImpossibleDesign("the response rate must be above 0 and at most 1")
    return _first(lambda issued: at_least(wanted, issued, response_rate) >= certainty - 1e-12, wanted)


def at_least(wanted: int, issued: int, response_rate: float) -> float:
    """The probability that at least `wanted` of `issued` ballots come back (binomial)."""
    if response_rate >= 1:
        return float(issued >= wanted)
    q = 1 - response_rate
    return 1 - sum(_term(issued, k, response_rate, q) for k in range(min(wanted, issued + 1)))


def _term(n: int, k: int, p: float, q: float) -> float:
    """C(n, k) pᵏ qⁿ⁻ᵏ, through logarithms because C(n, k) outgrows a float."""
    return float(2 ** (log2(comb(n, k)) + k * log2(p) + (n - k) * log2(q)))


def _first(holds: Callable[[int], bool], start: int) -> int:
    """The first number from `start` on for which `holds`, which must stay true once it is."""
    low, high = start - 1, max(start, 1)
    while not holds(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def smallest_change(
    ballots: int, before: int | None = None, share: float = 0.85, power: float = 0.8, confidence: float = 0.95
) -> float:
    """The smallest true difference between two surveys that is seen with probability `power`.

    (z₁₋α/₂ + z_power) √(p(1 − p)(1/n + 1/n′)) for two simple samples (Fleiss, Levin and Paik, Statistical Methods for
    Rates and Proportions, 3rd ed., ch. 4); `before` is the other survey's size, the same where left out.
    """
    z = normal_quantile(confidence) + NormalDist().inv_cdf(power)
    return z * sqrt(share * (1 - share) * (1 / ballots + 1 / (before or ballots)))


def _whole(size: float) -> int:
    if size == inf:
        raise ImpossibleDesign("no sample is free of error in an endless population")
    return ceil(size - WHOLE)
