"""The equation that an operator can look at any time, and that gates publication.

accepted = scored + waiting, and scored = counted + surplus; and a recount of the ballots gives the same tallies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Equation:
    """The terms, all of one moment. `accepted` was counted as ballots were committed, `stored` are the ballots there are."""

    accepted: int
    stored: int
    waiting: int
    scored: int
    counted: int
    surplus: int

    def faults(self) -> list[str]:
        """What does not hold, by how much; empty when the equation holds."""
        terms = (
            ("accepted = stored", self.accepted, self.stored),
            ("accepted = scored + waiting", self.accepted, self.scored + self.waiting),
            ("scored = counted + surplus", self.scored, self.counted + self.surplus),
        )
        return [f"{name}: {left} and {right} differ by {left - right}" for name, left, right in terms if left != right]

    @property
    def holds(self) -> bool:
        return not self.faults()

    def to_json(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "scored": self.scored,
            "waiting": self.waiting,
            "counted": self.counted,
            "surplus": self.surplus,
            "holds": self.holds,
        }
