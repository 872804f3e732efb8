"""Limits for a group that hides strata, from nothing but what is published of it.

The limits of a stratified figure are computed from the strata's own shares, so that they tell how the hidden ones
differ, however they are rounded. In their place stand limits that hold whatever the strata are like.
"""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from shared.domain.disclosure.audit import Fact
from shared.domain.disclosure.cells import Place
from shared.domain.disclosure.model import Model
from shared.domain.disclosure.rules import whole
from shared.domain.interval import wilson
from shared.domain.results import Shown


def told(made: Model, place: Place, cell: Shown, confidence: float, *, rounded: bool) -> Shown:
    """`cell` with its index, in whole percent if `rounded`, and with limits in whole percent.

    A census keeps its index as limits. Bounds are rounded outward; what they tell is a fact to the audit. An interval
    becomes Wilson's on `least_size`, which is as wide as it could be or wider.
    """
    index, margin = (whole(cell.index), 0.5) if rounded else (cell.index, 0.0)
    if cell.kind == "census":
        return Shown(index, index, index, cell.base, cell.kind)
    low, high = cell.low, cell.high
    if cell.kind == "interval":
        size = least_size(made, place)
        low = 100 * wilson(max(0.0, index - margin) / 100, size, confidence).low
        high = 100 * wilson(min(100.0, index + margin) / 100, size, confidence).high
    return Shown(index, float(floor(low + 1e-9)), float(ceil(high - 1e-9)), cell.base, cell.kind)


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
