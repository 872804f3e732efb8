"""A stratified sample of ballots and the variance of indices in it, by Taylor linearisation of their ratios.

With R_j = Y_j / X_j the ratio of item j, an index is a function of the totals Y and X; its linearised value for
ballot i is e_i = Σ_j (∂θ/∂Y_j · y_ij + ∂θ/∂X_j · x_ij), one number a ballot, so that answers of one respondent may
depend on each other in any way. The variance is that of the stratified total of e (Särndal, Swensson and Wretman,
Model Assisted Survey Sampling, 1992, 5.5-5.7): Σ_h w_h² (1 − f_h) n_h S²_eh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.index import Combination, Ratio
from shared.domain.moments import Moments
from shared.domain.survey import Stratum

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """A stratum of a sample: what each of its ballots stands for, and the share f of its population that answered."""

    moments: Moments
    weight: float
    fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """The parts of a sample, none empty, and the rated items in the order of their moments.

    `population` is the sum of the populations of the parts, None where not all are known; then there is one part.
    """

    items: tuple[str, ...]
    parts: tuple[Part, ...]
    population: int | None

    @property
    def ballots(self) -> int:
        return sum(part.moments.ballots for part in self.parts)

    def ratios(self) -> dict[str, Ratio]:
        """The weighted ratio of every item."""
        totals = sum((part.weight * part.moments.sums for part in self.parts), np.zeros(2 * len(self.items))).tolist()
        return {item: Ratio(totals[j], totals[j + len(self.items)]) for j, item in enumerate(self.items)}


def sample(items: Sequence[str], strata: Sequence[Stratum], moments: Mapping[str, Moments]) -> Sample:
    """The sample that the ballots behind `moments` are, of the strata with at least one ballot.

    Where all `strata` have a population the sample is stratified and a ballot weighs N_h / n_h. Otherwise the
    ballots of all strata are one sample of equal weights from a population of unknown size.
    """
    found = [(stratum, moments[stratum.id]) for stratum in strata if moments[stratum.id].ballots]
    if any(stratum.population is None for stratum in strata):
        return Sample(tuple(items), _one_part([part for _, part in found]), None)
    sizes = [max(stratum.population or 0, part.ballots) for stratum, part in found]
    parts = tuple(Part(part, size / part.ballots, part.ballots / size) for (_, part), size in zip(found, sizes, strict=True))
    return Sample(tuple(items), parts, sum(sizes))


def _one_part(found: list[Moments]) -> tuple[Part, ...]:
    if not found:
        return ()
    total = found[0]
    for more in found[1:]:
        total = total + more
    return (Part(total, 1.0),)


def variance(of: Sample, figure: Combination, *, guarded: bool = True) -> float:
    """The estimated variance of a figure (as a share from 0 to 1) over repetitions of the sample.

    `guarded`, a stratum that cannot show how much its ballots vary counts one more ballot, half of it satisfied with
    all items of the figure and half with none, in its variance and nowhere else. It is a stratum with one ballot, with
    all answers on one side, or with ballots that all add the same. For a single item this is p(1 − p) with
    p = (x + ½)/(n + 1). Not guarded, such a stratum adds nothing, and the variance is the one of the textbook and of
    survey packages.
    """
    slope = gradient(of, figure)
    columns = [of.items.index(item) for item in figure.coefficients]
    spread = _guarded_spread if guarded else _spread
    return sum(
        part.weight**2 * (1 - part.fraction) * part.moments.ballots * spread(part.moments, slope, columns) for part in of.parts
    )


def gradient(of: Sample, figure: Combination) -> Vector:
    """∂θ/∂Y, then ∂θ/∂X, at the sample's weighted totals (2k)."""
    ratios, k = of.ratios(), len(of.items)
    slope = np.zeros(2 * k)
    pooled = sum(ratios[item].valid for item in figure.coefficients)
    value = figure.value(ratios)
    for item, coefficient in figure.coefficients.items():
        j, ratio = of.items.index(item), ratios[item]
        slope[j] = 1 / pooled if figure.pooled else coefficient / ratio.valid
        slope[j + k] = -slope[j] * (value if figure.pooled else ratio.satisfied / ratio.valid)
    return slope


def _spread(moments: Moments, slope: Vector, _columns: list[int]) -> float:
    """S² of the linearised values within a stratum; 0 for a single ballot."""
    return float(slope @ moments.scatter @ slope) / max(moments.ballots - 1, 1)


def _guarded_spread(moments: Moments, slope: Vector, columns: list[int]) -> float:
    answers, satisfied = int(moments.valid[columns].sum()), int(moments.satisfied[columns].sum())
    if answers == 0:
        return 0.0
    spread = _spread(moments, slope, columns)
    negligible = 1e-12 * float(slope**2 @ np.diag(moments.products)) / moments.ballots
    return spread if 0 < satisfied < answers and spread > negligible else _spread_with_one_more(moments, slope, columns)


def _spread_with_one_more(moments: Moments, slope: Vector, columns: list[int]) -> float:
    none = float(slope[[moments.items + j for j in columns]].sum())
    all_satisfied = none + float(slope[columns].sum())
    n = moments.ballots + 1
    total = float(slope @ moments.sums) + (all_satisfied + none) / 2
    squares = float(slope @ moments.products @ slope) + (all_satisfied**2 + none**2) / 2
    return (squares / n - (total / n) ** 2) * moments.ballots / max(moments.ballots - 1, 1)
