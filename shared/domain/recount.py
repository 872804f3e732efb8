"""Counting all ballots of a survey again, in chunks, independently of the running tallies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.ballot import Ballot, digest, receipt
from shared.domain.moments import Moments, merge_moments, moments
from shared.domain.survey import Survey
from shared.domain.tally import Cell, Tallies, Tally, by_stratum, merge_cells, tally


@dataclass(frozen=True, slots=True)
class StoredBallot:
    """A ballot as it is stored, with the digest that was stored beside it."""

    ballot: Ballot
    digest: bytes


@dataclass(frozen=True, slots=True)
class Recount:
    """What the ballots themselves say.

    `moments` maps group id and stratum id; `receipts` are those of counted ballots; `altered` are receipts of ballots whose
    content no longer is what was accepted.
    """

    cells: Mapping[Cell, Tally]
    moments: Mapping[str, Mapping[str, Moments]]
    receipts: Sequence[str]
    altered: Sequence[str]

    @property
    def strata(self) -> dict[str, Tally]:
        """The tallies by stratum, over all channels."""
        return by_stratum(self.cells)


def recount(chunks: Iterable[Sequence[StoredBallot]], survey: Survey) -> Recount:
    """Count `chunks` of all the survey's ballots. Memory grows with the receipts only."""
    cells: dict[Cell, Tally] = {}
    sums: dict[str, dict[str, Moments]] = {group.id: {} for group in survey.groups}
    receipts: list[str] = []
    altered: list[str] = []
    for chunk in chunks:
        ballots = [stored.ballot for stored in chunk]
        cells = merge_cells([cells, tally(ballots, survey)])
        for group in survey.groups:
            mine = [ballot for ballot in ballots if ballot.group == group.id and ballot.counted]
            sums[group.id] = merge_moments([sums[group.id], moments(mine, group, survey.method.min_answered)])
        for stored in chunk:
            if digest(stored.ballot) != stored.digest:
                altered.append(receipt(stored.digest))
            if stored.ballot.counted:
                receipts.append(receipt(stored.digest))
    return Recount(cells, sums, receipts, altered)


def differences(tallies: Tallies, counted: Tallies) -> list[str]:
    """What differs between running tallies and a recount, in words; empty when they are the same."""
    found = []
    for cell in sorted(set(tallies) | set(counted)):
        left, right = tallies.get(cell, Tally()), counted.get(cell, Tally())
        where = f"{cell.stratum}, {cell.channel.value}"
        for name in ("counted", "incomplete", "surplus"):
            found += _difference(f"{where}: {name}", getattr(left, name), getattr(right, name))
        for question in sorted(set(left.counts) | set(right.counts)):
            for answer in sorted(set(left.of(question)) | set(right.of(question))):
                mine, theirs = left.of(question).get(answer, 0), right.of(question).get(answer, 0)
                found += _difference(f"{where}: {question} = {answer}", mine, theirs)
    return found


def _difference(what: str, tallied: int, counted: int) -> list[str]:
    return [] if tallied == counted else [f"{what}: tallied {tallied}, recounted {counted}"]
