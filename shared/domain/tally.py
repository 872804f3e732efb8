"""Tallies: additive counts of answers. Any two tallies of disjoint ballots can be merged, in any order.

A tally is kept for each cell (stratum, channel) of a survey. Figures are integers until they are published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.domain.ballot import Answer, Ballot, is_complete
from shared.domain.survey import Channel, Survey

ANSWERED = "_"
"""The key under which a question that takes several choices counts those who answered it."""

Counts = Mapping[str, Mapping[str, int]]
"""question id -> answer (a level or a choice's id, as text) -> how many gave it."""


class Cell(NamedTuple):
    """What a tally is kept for."""

    stratum: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over a set of ballots.

    `counted` ballots are in the register; `incomplete` of them had too few answers to enter `counts`. `surplus` ballots
    were accepted over the limit and are in neither.
    """

    counted: int = 0
    incomplete: int = 0
    surplus: int = 0
    counts: Counts = field(default_factory=dict)

    @property
    def complete(self) -> int:
        """The ballots whose answers are in `counts`."""
        return self.counted - self.incomplete

    @property
    def scored(self) -> int:
        """All ballots that were looked at."""
        return self.counted + self.surplus

    def of(self, question: str) -> Mapping[str, int]:
        """The counts of one question: answer -> how many."""
        return self.counts.get(question, {})

    def __add__(self, other: Tally) -> Tally:
        return merge((self, other))


Tallies = Mapping[Cell, Tally]


def tally(ballots: Iterable[Ballot], survey: Survey) -> dict[Cell, Tally]:
    """Count `ballots`, all of `survey`, cell by cell. Raises KeyError for a stratum that the survey does not have."""
    drafts: dict[Cell, _Draft] = {}
    for ballot in ballots:
        group, _ = survey.strata[ballot.stratum]
        draft = drafts.setdefault(Cell(ballot.stratum, ballot.channel), _Draft())
        if not ballot.counted:
            draft.surplus += 1
            continue
        draft.counted += 1
        if not is_complete(ballot.answers, group, survey.method.min_answered):
            draft.incomplete += 1
            continue
        for question, answer in ballot.answers.items():
            draft.count(question, answer)
    return {cell: draft.tally() for cell, draft in drafts.items()}


def merge(tallies: Iterable[Tally]) -> Tally:
    """The tally of all the ballots behind `tallies`, which must be disjoint."""
    total = _Draft()
    for part in tallies:
        total.counted += part.counted
        total.incomplete += part.incomplete
        total.surplus += part.surplus
        for question, counts in part.counts.items():
            total.counts.setdefault(question, Counter()).update(counts)
    return total.tally()


def merge_cells(parts: Iterable[Tallies]) -> dict[Cell, Tally]:
    """Merge tallies cell by cell."""
    cells: dict[Cell, list[Tally]] = {}
    for part in parts:
        for cell, counted in part.items():
            cells.setdefault(cell, []).append(counted)
    return {cell: merge(counted) for cell, counted in cells.items()}


def by_stratum(tallies: Tallies) -> dict[str, Tally]:
    """Merge the channels of each stratum."""
    strata: dict[str, list[Tally]] = {}
    for cell, counted in tallies.items():
        strata.setdefault(cell.stratum, []).append(counted)
    return {stratum: merge(counted) for stratum, counted in strata.items()}


@dataclass(slots=True)
class _Draft:
    """A tally in the making."""

    counted: int = 0
    incomplete: int = 0
    surplus: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, question: str, answer: Answer) -> None:
        counter = self.counts.setdefault(question, Counter())
        if isinstance(answer, tuple):
            counter.update(answer)
            counter[ANSWERED] += 1
        else:
            counter[str(answer)] += 1

    def tally(self) -> Tally:
        counts = {question: dict(counter) for question, counter in self.counts.items()}
        return Tally(self.counted, self.incomplete, self.surplus, counts)
