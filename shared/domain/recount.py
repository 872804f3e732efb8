"""Counting all ballots of a survey again, in chunks, independently of the running tallies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.ballot import Ballot, digest, receipt
from shared.domain.moments import Moments, levels_by_stratum, moments_of_levels, no_moments
from shared.domain.quality import Sums, no_sums, sums_of_levels
from shared.domain.survey import Group, Survey
from shared.domain.tally import Cell, Tallies, Tally, by_stratum, merge_cells, tally


@dataclass(frozen=True, slots=True)
class StoredBallot:
    """A ballot as it is stored, with the digest that was stored beside it."""

    ballot: Ballot
    digest: bytes


@dataclass(frozen=True, slots=True)
class Recount:
    """What the ballots themselves say.

    `moments` maps group id and stratum id, `quality` group id; `receipts` are those of counted ballots; `altered` are receipts
    of ballots whose content no longer is what was accepted. `silenced` is how many ballots had a comment, now destroyed: the
    digest that stands in the text's place is part of what was accepted.
    """

    cells: Mapping[Cell, Tally]
    moments: Mapping[str, Mapping[str, Moments]]
    receipts: Sequence[str]
    altered: Sequence[str]
    quality: Mapping[str, Sums] = field(default_factory=dict)
    silenced: int = 0

    @property
    def strata(self) -> dict[str, Tally]:
        """The tallies by stratum, over all channels."""
        return by_stratum(self.cells)


def recount(chunks: Iterable[Sequence[StoredBallot]], survey: Survey) -> Recount:
    """Count `chunks` of all the survey's ballots. Memory grows with the receipts only."""
    cells: dict[Cell, Tally] = {}
    sums = {group.id: _Sums.none(group) for group in survey.groups}
    receipts: list[str] = []
    altered: list[str] = []
    silenced = 0
    for chunk in chunks:
        intact: list[StoredBallot] = []
        for stored in chunk:
            if _is_intact(stored, survey):
                intact.append(stored)
            else:
                altered.append(receipt(stored.digest))
        ballots = [stored.ballot for stored in intact]
        silenced += sum(ballot.comment_digest is not None for ballot in ballots)
        cells = merge_cells([cells, tally(ballots, survey)])
        for group in survey.groups:
            sums[group.id].add(ballots, group, survey.method.min_answered)
        receipts += [receipt(stored.digest) for stored in intact if stored.ballot.counted]
    moments = {id_: summed.moments for id_, summed in sums.items()}
    return Recount(cells, moments, receipts, altered, {id_: summed.quality for id_, summed in sums.items()}, silenced)


def _is_intact(stored: StoredBallot, survey: Survey) -> bool:
    """Whether this is the ballot that was accepted. One that is not may say anything, so it is told and not counted."""
    return stored.ballot.stratum in survey.strata and digest(stored.ballot) == stored.digest


@dataclass(slots=True)
class _Sums:
    """What is summed over the ballots of one group."""

    moments: dict[str, Moments]
    quality: Sums

    @classmethod
    def none(cls, group: Group) -> _Sums:
        asked = group.questionnaire
        return cls({stratum.id: no_moments(asked) for stratum in group.strata}, no_sums(asked))

    def add(self, ballots: Sequence[Ballot], group: Group, min_answered: float) -> None:
        """Add the counted ballots of `group` among `ballots`."""
        for stratum, levels in levels_by_stratum(ballots, group):
            self.moments[stratum] += moments_of_levels(levels, group.questionnaire, min_answered)
            self.quality += sums_of_levels(levels, group.questionnaire, min_answered)


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
