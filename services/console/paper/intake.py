"""From two clerks' files to ballots: both read and checked as a whole, compared, and held against what is in already."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from services.console.paper.double import Compared, Difference, compare
from services.console.paper.entry import Entered, File, read_entries
from services.console.paper.reading import Unreadable, read_table
from services.console.paper.sending import Sent
from services.console.tables import table
from shared.domain.acceptance import Seen
from shared.domain.ballot import digest
from shared.domain.survey import Survey
from shared.store.piles import Pile

SHOWN = 200
"""Mistakes, and differences, that are listed on a screen."""

_WIDEST = 32


class Copied(ValueError):
    """The second file is the first one: nothing was entered twice."""


class Faulty(ValueError):
    """The files have mistakes: `lines` tells each with its place."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(f"{len(lines)} mistakes")
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Standing:
    """How agreed ballots stand to what is in the store: not there, there with the same answers, or there with others."""

    new: tuple[Entered, ...]
    there: tuple[Entered, ...]
    otherwise: tuple[Entered, ...]


def read_both(paths: tuple[Path, Path], survey: Survey, piles: Mapping[str, Pile]) -> tuple[File, File]:
    """Both files, checked. Raises Copied; Faulty with every mistake of both."""
    _must_be_two(paths)
    lines: list[str] = []
    files = []
    for path in paths:
        try:
            file = read_entries(read_table(path), survey, piles)
        except Unreadable as error:
            lines += [fault.told(path.name) for fault in error.faults]
            continue
        lines += [fault.told(path.name) for fault in file.faults]
        files.append(file)
    if lines:
        raise Faulty(lines)
    first, second = files
    return first, second


def compared(files: tuple[File, File]) -> Compared:
    """What the two files agree on."""
    return compare(files[0].entered, files[1].entered)


def standing(agreed: Sequence[Entered], seen: Mapping[UUID, Seen]) -> Standing:
    """How agreed ballots stand to `seen`, those of their ids that were accepted before."""
    there = [each for each in agreed if each.ballot.id in seen]
    same = [each for each in there if seen[each.ballot.id].digest == digest(each.ballot)]
    return Standing(
        tuple(each for each in agreed if each.ballot.id not in seen),
        tuple(same),
        tuple(each for each in there if each not in same),
    )


def difference_lines(differences: Sequence[Difference], names: tuple[str, str]) -> Iterator[str]:
    """The differences as a table."""
    head = ("sheet", "column", "row", names[0], "row", names[1])
    yield from table(head, [tuple(_short(cell) for cell in d.cells) for d in differences[:SHOWN]])
    if len(differences) > SHOWN:
        yield f"  and {len(differences) - SHOWN} more"


def sent_lines(sent: Sent, differing: int) -> Iterator[str]:
    """How many went in, were there already, differ, and were refused and why."""
    yield f"  went in           {len(sent.accepted)}"
    if sent.surplus:
        yield f"  over the quota    {len(sent.surplus)}: kept, and in no figure"
    yield f"  were there        {len(sent.repeated)}"
    yield f"  differ            {differing}: not entered"
    yield f"  refused           {len(sent.refused)}"
    for serial, refused in sorted(sent.refused.items()):
        yield f"    {serial}  {refused.type}: {_explained(refused.type) or refused.detail}"


def _explained(kind: str) -> str:
    """What a refusal means for a sheet of paper, where that is not what it means for a person at a screen."""
    return {
        "ballot-conflict": "this sheet is in already with other answers, which cannot be changed any more",
    }.get(kind, "")


def _must_be_two(paths: tuple[Path, Path]) -> None:
    first, second = paths
    if first.samefile(second):
        raise Copied(f"{first} was given twice; double entry takes the files of two people")
    if zipfile.is_zipfile(first) and first.read_bytes() == second.read_bytes():
        raise Copied(f"{second} is a copy of {first}, byte for byte; double entry takes the files of two people")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
