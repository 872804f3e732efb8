"""What a rule pack says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from shared.domain.survey import Texts


class Verified(StrEnum):
    """Whether somebody has compared the pack with the official text."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class RulePack:
    """`valid_from` and `valid_to` are the first and last day on which the text holds, as far as is known; `valid_to` is None
    where no end is known. `doubts` say what in it is not certain."""

    id: str
    title: Texts
    valid_from: date
    valid_to: date | None
    verified: Verified
    source: str
    doubts: tuple[str, ...] = ()

    def holds(self, first: date, last: date) -> bool:
        """Whether the text holds through all of a period."""
        return self.valid_from <= first and (self.valid_to is None or last <= self.valid_to)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": dict(self.title),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "verified": self.verified.value,
            "source": self.source,
            "doubts": list(self.doubts),
        }


def one_decimal(value: Decimal) -> Decimal:
    """Rounded to one decimal, half up."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
