"""What a reader can tell about hidden cells from everything published: linear programs over the answers behind it.

Every published figure is a constraint on the satisfied answers per criterion and stratum. The least and the greatest
value of a hidden count under all constraints is the interval that a reader can derive (the feasibility interval of
Fischetti and Salazar, Management Science 47 (2001) 1008-1027).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf

import numpy as np

from shared.domain.disclosure.cells import Place
from shared.domain.disclosure.model import Vector
from shared.domain.disclosure.rules import VALUES

_SLACK = 1e-6
_BINDING = 1e-9


@dataclass(frozen=True)
class Fact:
    """What is published at a place: low ≤ form · answers ≤ high."""

    place: Place
    form: Vector
    low: float
    high: float


@dataclass(frozen=True)
class Target:
    """Something hidden. `form` counts it in answers. `whole` is True for a number of answers, False for an index
    stated as that number of answers which would make it up. It has `size` answers at most."""

    name: str
    place: Place
    form: Vector
    size: float
    whole: bool

    def safe(self, low: float, high: float) -> bool:
        """Whether the interval leaves the reader three values, or all there are."""
        if self.whole:
            return floor(high + _SLACK) - ceil(low - _SLACK) + 1 >= min(VALUES, int(self.size) + 1)
        return high - low >= min(VALUES - 1, self.size) - _SLACK


@dataclass(frozen=True)
class Exposed:
    """A target whose interval is too narrow, and the places of the facts that make it so."""

    target: Target
    low: float
    high: float
    binding: frozenset[Place]


class Region:
    """All answers that agree with `facts`; `limits` is the greatest value of each."""

    def __init__(self, facts: Sequence[Fact], limits: Vector) -> None:
        self.limits = limits
        self.equal = [fact for fact in facts if fact.high - fact.low <= 0]
        self.between = [fact for fact in facts if fact.high - fact.low > 0]
        upper = [(fact, fact.form, fact.high) for fact in self.between if fact.high < inf]
        lower = [(fact, -fact.form, -fact.low) for fact in self.between if fact.low > -inf]
        self.sides = upper + lower
        self._equal_matrix, self._equal_values = _system([(fact.form, fact.low) for fact in self.equal], limits.size)
        self._side_matrix, self._side_values = _system([(form, value) for _, form, value in self.sides], limits.size)

    def extreme(self, form: Vector, sign: int) -> tuple[Vector, frozenset[Place]]:
        """The answers where form · answers is greatest (sign 1) or least (−1), and the facts that keep it from more."""
        from scipy.optimize import linprog  # noqa: PLC0415 -- it takes long to import, and few processes publish

        found = linprog(
            -sign * form,
            A_ub=self._side_matrix,
            b_ub=self._side_values,
            A_eq=self._equal_matrix,
            b_eq=self._equal_values,
            bounds=np.column_stack([np.zeros_like(self.limits), self.limits]),
            method="highs",
        )
        if found.x is None:
            raise ArithmeticError(f"the audit's linear program has no answer: {found.message}")
        binding = {fact.place for fact, m in zip(self.equal, found.eqlin.marginals, strict=True) if abs(m) > _BINDING}
        binding |= {side[0].place for side, m in zip(self.sides, found.ineqlin.marginals, strict=True) if abs(m) > _BINDING}
        return found.x, frozenset(binding)


def _system(rows: list[tuple[Vector, float]], width: int) -> tuple[Vector, Vector]:
    matrix = np.array([form for form, _ in rows]) if rows else np.zeros((0, width))
    return matrix, np.array([value for _, value in rows])


@dataclass
class Witnesses:
    """Answers known to agree with what is published. They stay valid while figures are only taken away."""

    answers: list[Vector] = field(default_factory=list)

    def spread(self, target: Target) -> tuple[float, float]:
        """The least and greatest value of a target among the witnesses."""
        values = [float(target.form @ answers) for answers in self.answers]
        return min(values), max(values)


def first_exposed(region: Region, targets: Iterable[Target], witnesses: Witnesses) -> Exposed | None:
    """The first of `targets` that is not safe, None if all are. Adds the answers it meets to `witnesses`."""
    for target in targets:
        binding: frozenset[Place] = frozenset()
        for sign in (1, -1):
            if target.safe(*witnesses.spread(target)):
                break
            answers, held = region.extreme(target.form, sign)
            witnesses.answers.append(answers)
            binding |= held
        low, high = witnesses.spread(target)
        if not target.safe(low, high):
            return Exposed(target, low, high, binding)
    return None
