"""Limits for a group that hides strata, from nothing but what is published of it.

The limits of a stratified figure are computed from the strata's own shares, so that they tell how the hidden ones
differ, however they are rounded. In their place stand limits that hold whatever the strata are like.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shared.domain.disclosure.audit import Fact
from shared.domain.disclosure.cells import Place
from shared.domain.disclosure.model import Model
from shared.domain.disclosure.rules import down, rounded, up
from shared.domain.interval import wilson
from shared.domain.results import Shown


def coarse(cell: Shown, step: float) -> Shown:
    """`cell` with its index rounded to `step`, and its limits outward: they would tell the index otherwise."""
    index = rounded(cell.index, step)
    if cell.kind == "census":
        return replace(cell, index=index, low=index, high=index)
    return replace(cell, index=index, low=down(cell.low, step), high=up(cell.high, step))


def told(made: Model, place: Place, cell: Shown, step: float, confidence: float) -> Shown:
    """`cell` of a group that hides strata: index rounded to `step`, limits in whole percent.

    A census keeps its index as limits. Bounds are rounded outward; what they tell is a fact to the audit. An interval
    becomes Wilson's on `least_size`, which is as wide as it could be or wider.
    """
    if cell.kind == "interval":
        index, size = rounded(cell.index, step), least_size(made, place)
        low = wilson(max(0.0, index - step / 2) / 100, size, confidence).low
        high = wilson(min(100.0, index + step / 2) / 100, size, confidence).high
        cell = replace(cell, low=100 * low, high=100 * high)
    return replace(coarse(cell, 1.0), index=rounded(cell.index, step)) if cell.kind != "census" else coarse(cell, step)


def least_size(made: Model, place: Place) -> float:
    """The least effective size that a figure of the group can have, from numbers of ballots alone.

    With residuals e of mean 0 within [−p, 1 − p] the stratified variance of one ratio is at most
    f · w_max · p(1 − p) / Σ w v, where f is the greatest n_h/(n_h − 1); the standard deviation of a mean of ratios is
    at most the mean of theirs, and by Cauchy's inequality and the concavity of p(1 − p) the size at least
    1 / (f Σ a_c w_max / Σ w v_c).
    """
    parts = made.parts(place)
    if parts is None:
        return 1.0
    rows = [made.criteria.index(criterion) for criterion in parts.coefficients]
    weighted = made.valid[rows] @ made.weights
    shares = weighted / weighted.sum() if parts.pooled else np.array(list(parts.coefficients.values()))
    sizes = made.ballots[made.ballots > 1]
    inflation = float((sizes / (sizes - 1)).max()) if sizes.size else 2.0
    return float(1 / (inflation * (shares * made.weights.max() / weighted).sum()))


def bound_fact(made: Model, place: Place, population: int) -> Fact | None:
    """What the lower bound of a partly answered census tells exactly: satisfied ballots over all that were asked."""
    parts = made.parts(place)
    if parts is None:
        return None
    rows = [made.criteria.index(criterion) for criterion in parts.coefficients]
    asked = made.valid[rows].sum(axis=1) + max(0.0, population - made.ballots.sum())
    shares = np.full(len(rows), 1 / asked.sum()) if parts.pooled else np.array(list(parts.coefficients.values())) / asked
    form = np.zeros_like(made.valid)
    form[rows] = 100 * shares[:, None]
    low = float(form.ravel() @ made.answers)
    return Fact(place, form.ravel(), low, low)
