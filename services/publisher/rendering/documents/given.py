"""What documents tell beyond their edition: what the office has entered. Where it has not, documents leave room to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.publisher.rendering.documents.measure import Measure


@dataclass(frozen=True, slots=True)
class Given:
    """`handed_out` is the number of ballots or invitations handed out, by stratum; strata for which it is not known are absent.

    `address` is where people find the results, None where that is not known.
    """

    address: str | None = None
    handed_out: Mapping[str, int] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()

    def at(self, address: str | None) -> Given:
        """The same, with the results at `address` unless that is known already."""
        return self if self.address is not None else replace(self, address=address)
