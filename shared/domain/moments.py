"""Moments: the additive sums over ballots from which the error of every index is computed.

A ballot is the unit of sampling, so its answers go in together: z = (satisfied with item 1 … k, valid answer to
item 1 … k) as zeros and ones, and the sums of z and of z zᵀ over ballots. Moments of disjoint ballots add up, in any
order and on any machine, and are exact integers: memory does not grow with the number of ballots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.domain.ballot import Ballot
from shared.domain.survey import NO_OPINION, Group, Questionnaire

MISSING = -1
"""Stands in a matrix of levels for a criterion that was left out."""

Levels = NDArray[np.int8]
"""A ballot a row and a rated item a column (`Questionnaire.rated` in order): a level, `NO_OPINION` or `MISSING`."""

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

BLOCK = 32_768
"""Rows in memory at once."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the complete ballots of one stratum, k rated items and m factors.

    `ballots` is their number, `sums` Σz (2k: satisfied, then valid), `products` Σzzᵀ (2k × 2k), `answered` the number
    of ballots with a valid answer to at least one criterion of each factor (m).
    """

    ballots: int
    sums: Integers
    products: Integers
    answered: Integers

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.ballots + other.ballots,
            self.sums + other.sums,
            self.products + other.products,
            self.answered + other.answered,
        )

    @property
    def items(self) -> int:
        """k, the number of rated items."""
        return len(self.sums) // 2

    @property
    def satisfied(self) -> Integers:
        """How many were satisfied with each item."""
        return self.sums[: self.items]

    @property
    def valid(self) -> Integers:
        """How many gave a valid answer to each item."""
        return self.sums[self.items :]

    @cached_property
    def scatter(self) -> NDArray[np.float64]:
        """Σ(z − z̄)(z − z̄)ᵀ, rounded only once: the difference is taken in integers. Needs a ballot."""
        exact = self.ballots * self.products - np.outer(self.sums, self.sums)
        return exact / self.ballots


def no_moments(questionnaire: Questionnaire) -> Moments:
    """The moments of no ballots."""
    size = 2 * len(questionnaire.rated)
    factors = len(questionnaire.factors)
    zeros = np.zeros(size, np.int64), np.zeros((size, size), np.int64), np.zeros(factors, np.int64)
    return Moments(0, *zeros)


def moments(ballots: Iterable[Ballot], group: Group, min_answered: float) -> dict[str, Moments]:
    """The moments of each stratum of `group` over `ballots`; strata without a ballot are there with none.

    Ballots of other groups, surplus ballots and incomplete ones (`shared.domain.ballot.is_complete`) are left out.
    The answers of `BLOCK` ballots are in memory at a time, however many `ballots` yields.
    """
    totals = {stratum.id: no_moments(group.questionnaire) for stratum in group.strata}
    for stratum, levels in levels_by_stratum(ballots, group):
        totals[stratum] += moments_of_levels(levels, group.questionnaire, min_answered)
    return totals


def merge_moments(parts: Iterable[Mapping[str, Moments]]) -> dict[str, Moments]:
    """Add moments stratum by stratum."""
    totals: dict[str, Moments] = {}
    for part in parts:
        for stratum, summed in part.items():
            totals[stratum] = totals[stratum] + summed if stratum in totals else summed
    return totals


def levels_by_stratum(ballots: Iterable[Ballot], group: Group) -> Iterator[tuple[str, Levels]]:
    """The counted ballots of `group` as matrices of levels, at most `BLOCK` rows each, with their stratum."""
    items = tuple(group.questionnaire.rated)
    rows: dict[str, list[list[int]]] = {}
    for ballot in ballots:
        if ballot.group != group.id or not ballot.counted:
            continue
        waiting = rows.setdefault(ballot.stratum, [])
        waiting.append([level if isinstance(level := ballot.answers.get(id_), int) else MISSING for id_ in items])
        if len(waiting) == BLOCK:
            yield ballot.stratum, np.array(rows.pop(ballot.stratum), np.int8)
    for stratum, left in rows.items():
        yield stratum, np.array(left, np.int8)


def complete_rows(levels: Levels, questionnaire: Questionnaire, min_answered: float) -> Flags:
    """Which rows are complete ballots, by the rule of `shared.domain.ballot.is_complete`."""
    criteria = levels[:, : len(questionnaire.criteria)]
    rated = (criteria > NO_OPINION).sum(axis=1)
    left_out = (criteria == MISSING).sum(axis=1)
    complete: Flags = (rated > 0) & (rated >= min_answered * (rated + left_out))
    return complete


def moments_of_levels(levels: Levels, questionnaire: Questionnaire, min_answered: float) -> Moments:
    """The moments of one stratum's ballots given as a matrix of levels; incomplete rows are left out."""
    total = no_moments(questionnaire)
    for start in range(0, len(levels), BLOCK):
        block = levels[start : start + BLOCK]
        total += _block_moments(block[complete_rows(block, questionnaire, min_answered)], questionnaire)
    return total


def _block_moments(levels: Levels, questionnaire: Questionnaire) -> Moments:
    satisfied = np.isin(levels, list(questionnaire.scale.satisfied))
    valid = levels > NO_OPINION
    products = _together(np.concatenate([satisfied, valid], axis=1))
    answered = [valid[:, columns].any(axis=1).sum() for columns in factor_columns(questionnaire)]
    # The square of a zero or a one is itself, so the diagonal holds the sums.
    return Moments(len(levels), products.diagonal().copy(), products, np.array(answered, np.int64))


def _together(z: Flags) -> Integers:
    """zᵀz, counted bit by bit: exact, and on one core whatever the linear algebra library would do with the others."""
    words = np.packbits(np.pad(z, ((0, -len(z) % 64), (0, 0))), axis=0).T.copy().view(np.uint64)
    counts = np.bitwise_count(words[:, None, :] & words[None, :, :]).sum(axis=2, dtype=np.int64)
    return np.asarray(counts)


def factor_columns(questionnaire: Questionnaire) -> list[slice]:
    """Where the criteria of each factor stand among the rated items."""
    ends = np.cumsum([len(factor.criteria) for factor in questionnaire.factors]).tolist()
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
