"""`hailong status` and `hailong recount`: is all well, and do the figures agree?"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from services.console import report
from services.console.commands.common import Refused, context_of, lines, told, with_home
from shared.domain import register
from shared.domain.recount import Recount, StoredBallot, differences, recount
from shared.domain.release import release
from shared.domain.tally import Cell, Tally
from shared.store.ballots import Ballots
from shared.store.connection import Db
from shared.store.editions import Edition, Editions, Files, UnknownEdition
from shared.store.indices import Indices
from shared.store.previous import Predecessors
from shared.store.surveys import Record
from shared.store.tallies import Tallies
from shared.store.watch import Heartbeats, Quarantine

QUIET_TRIES = 5
"""How often a recount is begun again because ballots came in meanwhile."""

TOLD_EVERY = 50_000
"""Ballots between two words on how far a recount is."""


@click.command()
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def status(home: Path, survey_id: str) -> None:
    """Places, channels, the equation, and what is stuck."""
    context = context_of(home)
    db, now = context.db, datetime.now(UTC)
    record = context.surveys.get(survey_id)
    tallies, waiting = Tallies(db).read(survey_id), Tallies(db).waiting(survey_id)
    equation = Ballots(db).equation(survey_id)
    lines(report.header(record))
    lines(report.strata_lines(record.survey, tallies, Ballots(db).places(survey_id)))
    lines(report.channel_lines(tallies))
    lines(report.equation_lines(equation))
    lines([report.waiting_line(waiting.batches, waiting.oldest, now)])
    lines(report.running_lines(Indices(db).shown(survey_id)))
    lines(report.worker_lines(Heartbeats(db).ages(now), context.settings.heartbeat_stale))
    lines(report.trouble_lines(Tallies(db).stuck(survey_id), Quarantine(db).reasons(survey_id)))
    if not equation.holds:
        sys.exit(1)


@click.command("recount")
@with_home
@click.argument("survey_id", metavar="SURVEY")
@told
def recount_(home: Path, survey_id: str) -> None:
    """Recount from the ballots and compare with the tallies, the register and every edition. Exit 1 when they differ."""
    context = context_of(home)
    record = context.surveys.get(survey_id)
    counted, tallies = counted_in_quiet(context.db, record)
    found = differences(tallies, counted.cells)
    found += [f"the content of ballot {receipt} was altered" for receipt in counted.altered]
    editions = Editions(context.db, Files(context.db)).all(survey_id)
    found += register_differences(record, counted, editions, Files(context.db))
    found += edition_differences(record, counted, editions, Predecessors(context.db))
    equation = Ballots(context.db).equation(survey_id)
    found += equation.faults()
    for line in found:
        click.echo(f"DIFFERS  {line}")
    if found:
        raise click.ClickException(f"{survey_id}: {len(found)} differences")
    click.echo(f"{survey_id}: {equation.stored} ballots recounted; tallies and {record.editions} editions agree")


def counted_in_quiet(db: Db, record: Record) -> tuple[Recount, dict[Cell, Tally]]:
    """A recount, and tallies of the same ballots. Raises Refused while ballots come in faster than they can be compared."""
    ballots, survey_id = Ballots(db), record.survey.id
    for _ in range(QUIET_TRIES):
        before = ballots.equation(survey_id)
        counted = recount(with_progress(ballots.chunks(survey_id)), record.survey)
        tallies = Tallies(db).gather(survey_id, merged_from=sys.maxsize)
        if before == ballots.equation(survey_id) and before.waiting == 0:
            return counted, tallies
        time.sleep(1.0)
    raise Refused(
        f"ballots of {survey_id} came in or waited to be scored while they were counted, so nothing was compared; "
        "try again when `hailong status` shows nothing waiting"
    )


def with_progress(chunks: Iterable[list[StoredBallot]]) -> Iterator[list[StoredBallot]]:
    """The chunks, telling now and then how far it is."""
    done = told_at = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if done - told_at >= TOLD_EVERY:
            told_at = done
            click.echo(f"  {done} ballots recounted", err=True)


def register_differences(record: Record, counted: Recount, editions: Sequence[Edition], files: Files) -> list[str]:
    """Where the register that the ballots give is not the one that was sealed, published or stored, in words."""
    if record.sealing is None:
        return []
    receipts = sorted(counted.receipts)
    expected = {"root": register.root(receipts).hex(), "ballots": len(receipts)}
    told = {"sealing": record.sealing["register"]}
    told |= {f"edition {edition.number}": edition.results["register"] for edition in editions}
    found = [f"{who}: {what}" for who, said in told.items() for what in _paths_that_differ(expected, said, "register")]
    for edition in editions:
        for name, file in edition.documents.items():
            try:
                content = files.get(file)
            except UnknownEdition:
                found.append(f"edition {edition.number}: {name} is not there or not whole")
                continue
            if hashlib.sha256(content).hexdigest() != file.sha256:
                found.append(f"edition {edition.number}: {name} is not the document that was published")
            if name == "register.txt" and content.decode().splitlines() != receipts:
                found.append(f"edition {edition.number}: {name} does not hold the receipts that the ballots give")
    return found


def edition_differences(record: Record, counted: Recount, editions: Sequence[Edition], predecessors: Predecessors) -> list[str]:
    """What editions say that the ballots do not, in words."""
    found = []
    for index, edition in enumerate(editions):
        compared = predecessors.as_published(edition.results)
        before = compared.previous if compared is not None else None
        earlier = [published.results for published in editions[:index]] + list(
            compared.published if compared is not None else ()
        )
        released = release(record.survey, counted, record.sealing or {}, earlier, before)
        found += [f"edition {edition.number}: {path}" for path in _paths_that_differ(released, edition.results)]
    return found


def _paths_that_differ(expected: object, found: object, path: str = "results") -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            yield from _paths_that_differ(value, found.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (mine, theirs) in enumerate(zip(expected, found, strict=True)):
            yield from _paths_that_differ(mine, theirs, f"{path}[{index}]")
    elif expected != found:
        yield f"{path} is {found!r}, the ballots give {expected!r}"
