"""An adversary who reads published JSON documents and nothing of Hailong's code, and solves for what was hidden.

Beside the documents the adversary is granted what insiders could know: how many gave a valid answer to each criterion
in each stratum, and the number of complete ballots. What is looked for is how many of them were satisfied. `pinned`
names everything hidden of which fewer than three values are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Factors = Mapping[str, Sequence[str]]
"""factor -> its criteria."""

Valid = Mapping[str, Mapping[str, int]]
"""stratum -> criterion -> valid answers."""


@dataclass(frozen=True)
class Granted:
    """What the adversary is given about a group: valid answers, complete ballots by stratum, criteria by factor."""

    valid: Valid
    ballots: Mapping[str, int]
    factors: Factors


SMALL = 1e-6
EXACT = 1e-5


def is_open(group: Mapping[str, Any]) -> bool:
    """Whether a published group is large and shows every stratum, and every figure of its own, exactly."""
    own = [group["overall"], *group["aggregations"].values(), *group["factors"], *group["criteria"]]
    small = group["ballots"] - group["incomplete"] < 30
    hidden = any(s["overall"].get("suppressed") and s["overall"]["reason"] != "no-answers" for s in group["strata"])
    return not small and not hidden and all("index" in cell or cell.get("reason") == "no-answers" for cell in own)


@dataclass
class Attack:
    """The unknowns of one group, numbered, and what the documents say about them as `low ≤ row · x ≤ high`."""

    granted: Granted
    weights: Mapping[str, float]
    missing: int = 0
    whole_numbers: bool = False
    rows: list[tuple[np.ndarray, float, float]] = field(default_factory=list)
    met: list[np.ndarray] = field(default_factory=list)

    @property
    def valid(self) -> Valid:
        return self.granted.valid

    @property
    def factors(self) -> Factors:
        return self.granted.factors

    @property
    def criteria(self) -> list[str]:
        return list(next(iter(self.valid.values())))

    @property
    def strata(self) -> list[str]:
        return list(self.valid)

    @property
    def most(self) -> np.ndarray:
        return np.array([[self.valid[s][c] for s in self.strata] for c in self.criteria], dtype=float)

    def share(self, criterion: str, strata: Sequence[str]) -> np.ndarray | None:
        """A criterion's share over some strata as a row."""
        whole = sum(self.weights[s] * self.valid[s][criterion] for s in strata)
        if whole == 0:
            return None
        whole += self.missing
        row = np.zeros_like(self.most)
        for s in strata:
            row[self.criteria.index(criterion), self.strata.index(s)] = self.weights[s] / whole
        return row

    def mean(self, rows: Sequence[np.ndarray | None]) -> np.ndarray | None:
        answered = [row for row in rows if row is not None]
        return sum(answered) / len(answered) if answered else None  # type: ignore[return-value]

    def pooled(self, criteria: Sequence[str], strata: Sequence[str]) -> np.ndarray | None:
        whole = sum(self.weights[s] * self.valid[s][c] for s in strata for c in criteria)
        whole += self.missing * len(criteria) if whole else 0
        row = np.zeros_like(self.most)
        for s in strata:
            for c in criteria:
                row[self.criteria.index(c), self.strata.index(s)] = self.weights[s] / whole if whole else 0
        return row if whole else None

    def factor(self, id_: str, strata: Sequence[str], rule: str) -> np.ndarray | None:
        if rule == "pooled":
            return self.pooled(self.factors[id_], strata)
        return self.mean([self.share(c, strata) for c in self.factors[id_]])

    def overall(self, strata: Sequence[str], rule: str) -> np.ndarray | None:
        criteria = [c for inside in self.factors.values() for c in inside]
        match rule:
            case "pooled":
                return self.pooled(criteria, strata)
            case "mean-of-criteria":
                return self.mean([self.share(c, strata) for c in criteria])
            case "overall-question":
                return self.share("Q", strata)
            case _:
                return self.mean([self.factor(f, strata, rule) for f in self.factors])

    def learn(self, cell: Mapping[str, Any], row: np.ndarray | None, step: float) -> None:
        """Write down what a cell says about a row; its index is rounded to `step`, or exact where that is 0."""
        if row is None or cell.get("suppressed"):
            return
        if "index" in cell:
            slack = max(step / 2, EXACT)
            self.rows.append((100 * row, cell["index"] - slack, cell["index"] + slack))
        else:
            self.rows.append((100 * row, cell.get("at_least", 0.0), cell.get("at_most", 100.0)))

    def read(self, group: Mapping[str, Any], method: Mapping[str, Any]) -> None:
        """Take in all that a document says about the group."""
        rule, told, id_ = method["aggregation"], method.get("disclosure", {}), group["id"]
        steps = {(e["group"], e["stratum"], e["figure"], e["id"]): e["to"] for e in told.get("rounded", [])}
        overall = steps.get((id_, None, "overall", ""), 0)
        self.learn(group["overall"], self.overall(self.strata, rule), overall)
        for name, cell in group["aggregations"].items():
            step = overall if name == rule else steps.get((id_, None, "aggregation", name), 0)
            self.learn(cell, self.overall(self.strata, name), step)
        for factor in group["factors"]:
            step = steps.get((id_, None, "factor", factor["id"]), 0)
            self.learn(factor, self.factor(factor["id"], self.strata, rule), step)
        for criterion in group["criteria"]:
            step = steps.get((id_, None, "criterion", criterion["id"]), 0)
            self.learn(criterion, self.share(criterion["id"], self.strata), step)
            self.count_levels(criterion)
        for stratum in group["strata"]:
            inside, step = [stratum["id"]], steps.get((id_, stratum["id"], "overall", ""), 0)
            self.learn(stratum["overall"], self.overall(inside, rule), step)
            for factor in stratum["factors"]:
                step = steps.get((id_, stratum["id"], "factor", factor["id"]), 0)
                self.learn(factor, self.factor(factor["id"], inside, rule), step)
        self.read_bounds(group, rule, 1.0 if id_ in told.get("limits_without_strata", []) else 0.0, steps)

    def read_bounds(
        self, group: Mapping[str, Any], rule: str, rounded: float, steps: Mapping[tuple[str, str | None, str, str], float]
    ) -> None:
        """Where everybody was asked, `low` is the share if all that did not answer had been dissatisfied."""
        if group["population"] is None:
            return
        asked, id_ = group["population"] - sum(self.granted.ballots.values()), group["id"]
        worst = replace(self, weights=dict.fromkeys(self.strata, 1.0), missing=asked)
        overall = worst.overall(self.strata, rule)
        rows = [(group["overall"], overall, steps.get((id_, None, "overall", ""), 0.0))]
        for factor in group["factors"]:
            step = steps.get((id_, None, "factor", factor["id"]), 0.0)
            rows.append((factor, worst.factor(factor["id"], self.strata, rule), step))
        for criterion in group["criteria"]:
            step = steps.get((id_, None, "criterion", criterion["id"]), 0.0)
            rows.append((criterion, worst.share(criterion["id"], self.strata), step))
        for cell, row, step in rows:
            if row is not None and cell.get("bounds"):
                self.rows.append((100 * row, cell["low"] - EXACT, cell["low"] + max(rounded, step, EXACT)))

    def count_levels(self, criterion: Mapping[str, Any]) -> None:
        if "levels" in criterion:
            row = np.zeros_like(self.most)
            row[self.criteria.index(criterion["id"])] = 1
            satisfied = criterion["levels"].get("4", 0) + criterion["levels"].get("5", 0)
            self.rows.append((row, satisfied - SMALL, satisfied + SMALL))

    def solve(self, row: np.ndarray) -> tuple[float, float]:
        """The least and the greatest that row · x can be."""
        system = [LinearConstraint(np.array([r.ravel() for r, _, _ in self.rows]), *self.sides())] if self.rows else []
        for sign in (1, -1):
            found = milp(
                sign * row.ravel(),
                constraints=system,
                bounds=Bounds(0, self.most.ravel()),
                integrality=np.full(row.size, int(self.whole_numbers)),
                options={"time_limit": 3.0} if self.whole_numbers else {},
            )
            if found.x is None:
                raise AssertionError(f"the documents contradict each other: {found.message}")
            self.met.append(found.x)
        return self.seen(row)

    def seen(self, row: np.ndarray) -> tuple[float, float]:
        """The least and the greatest of row · x among the answers met so far, all of which the documents allow."""
        values = np.array(self.met) @ row.ravel()
        return float(values.min()), float(values.max())

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array([low for _, low, _ in self.rows]), np.array([high for _, _, high in self.rows])

    def hidden(self, group: Mapping[str, Any], rule: str) -> Iterator[tuple[str, np.ndarray, bool]]:
        """Everything that the document keeps secret: a name, a row that counts it, whether it is one count.

        In a large group without a hidden stratum the group's own figures are shown as they are, and only figures of strata
        that are not shown at all are secret. Anywhere else whatever is not shown exactly is, and criteria of hidden strata.
        """
        if is_open(group):
            for stratum in group["strata"]:
                for factor in stratum["factors"]:
                    if factor.get("suppressed") and factor["reason"] != "no-answers":
                        name = f"{stratum['id']} {factor['id']}"
                        yield from self.combined(name, self.factor(factor["id"], [stratum["id"]], rule))
            return
        for criterion in group["criteria"]:
            if "index" not in criterion:
                yield criterion["id"], self.counted(criterion["id"], self.strata), True
        for factor in group["factors"]:
            if "index" not in factor:
                yield from self.combined(factor["id"], self.factor(factor["id"], self.strata, rule))
        for stratum in group["strata"]:
            yield from self.hidden_of_stratum(stratum, rule)

    def hidden_of_stratum(self, stratum: Mapping[str, Any], rule: str) -> Iterator[tuple[str, np.ndarray, bool]]:
        id_ = stratum["id"]
        if stratum["overall"].get("suppressed"):
            for c in self.criteria:
                yield f"{id_} {c}", self.counted(c, [id_]), True
        if "index" not in stratum["overall"]:
            yield from self.combined(f"{id_} overall", self.overall([id_], rule))
        for factor in stratum["factors"]:
            if factor.get("suppressed"):
                for c in self.factors[factor["id"]]:
                    yield f"{id_} {c}", self.counted(c, [id_]), True
            if "index" not in factor:
                yield from self.combined(f"{id_} {factor['id']}", self.factor(factor["id"], [id_], rule))

    def counted(self, criterion: str, strata: Sequence[str]) -> np.ndarray:
        row = np.zeros_like(self.most)
        row[self.criteria.index(criterion), [self.strata.index(s) for s in strata]] = 1
        return row

    def combined(self, name: str, row: np.ndarray | None) -> Iterator[tuple[str, np.ndarray, bool]]:
        """An index in place of the number of answers that would make it up."""
        if row is not None:
            yield name, row * self.most[row > 0].sum(), False

    def pinned(self, group: Mapping[str, Any], rule: str) -> Iterator[str]:
        """The names of what is left fewer than three values, or than all that there are."""
        self.solve(np.ones_like(self.most))
        for name, row, one in self.hidden(group, rule):
            most = float((row * self.most).sum())
            if self.few(*self.seen(row), most, one) and self.few(*self.solve(row), most, one):
                low, high = self.seen(row)
                yield f"{name}: {low:.3f} to {high:.3f} of {most:g}"

    def few(self, low: float, high: float, most: float, one: bool) -> bool:
        if one:
            return floor(high + 1e-5) - ceil(low - 1e-5) + 1 < min(3, most + 1)
        return high - low < min(2, most) - 1e-4


def pinned(documents: Sequence[Mapping[str, Any]], granted: Mapping[str, Granted], *, whole_numbers: bool = False) -> list[str]:
    """What the documents together give away of the last one's hidden cells; all are about the same ballots.

    `granted` is by group. `whole_numbers` lets the adversary use that answers are whole: slower, stronger.
    """
    found = []
    for number, group in enumerate(documents[-1]["groups"]):
        given = granted[group["id"]]
        attack = Attack(given, _weights(group, given), whole_numbers=whole_numbers)
        for document in documents:
            attack.weights = _weights(document["groups"][number], given)
            attack.read(document["groups"][number], document["method"])
        before = {name for d in documents[:-1] for name in _shown(d["groups"][number])}
        exposed = attack.pinned(group, documents[-1]["method"]["aggregation"])
        found += [f"{group['id']} {name}" for name in exposed if name.split(":")[0] not in before]
    return found


def _shown(group: Mapping[str, Any]) -> Iterator[str]:
    """The names of what a document shows: what an earlier one shows is no secret of a later one."""
    for cell in (*group["factors"], *group["criteria"]):
        if "index" in cell:
            yield cell["id"]
    for stratum in group["strata"]:
        yield from (f"{stratum['id']} {factor['id']}" for factor in stratum["factors"] if "index" in factor)


def _weights(group: Mapping[str, Any], granted: Granted) -> dict[str, float]:
    """What a ballot of each stratum stands for; the populations are published."""
    if not group["weighted"]:
        return dict.fromkeys(granted.ballots, 1.0)
    return {s["id"]: s["population"] / granted.ballots[s["id"]] for s in group["strata"]}
