"""Counting a survey again from its ballots, and comparing everything with it that was derived from them."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from services.console.commands.common import Refused
from shared.domain import register
from shared.domain.audit import Entry
from shared.domain.equation import Equation
from shared.domain.recount import Recount, StoredBallot, differences, recount
from shared.domain.release import release
from shared.domain.tally import Cell, Tally, merge_cells
from shared.store import counting
from shared.store.audit import Audit
from shared.store.ballots import Ballots
from shared.store.connection import PATIENCE, Db
from shared.store.editions import Edition, Editions, Files, UnknownEdition
from shared.store.previous import Predecessors
from shared.store.retention import Certificate, Retention
from shared.store.surveys import Record, as_amended
from shared.store.tallies import Tallies

QUIET_TRIES = 5
"""How often a recount is begun again because ballots came in meanwhile."""

TOLD_EVERY = 50_000
"""Ballots between two words on how far a recount is."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What differs from what the ballots say, in words, and in one sentence what was done."""

    differences: list[str]
    said: str


def examine(db: Db, record: Record) -> Examined:
    """Count the survey's ballots again, twice, and compare tallies, equation, register, editions and documents with them.

    Raises Refused while ballots come in faster than they can be compared, and StoreUnavailable.
    """
    survey_id, files = record.survey.id, Files(db)
    quiet = counted_in_quiet(db, record)
    counted, tallies = quiet.counted, quiet.tallies
    certificate = Retention(db).certificate(survey_id)
    found = differences(tallies, counted.cells)
    found += [f"the content of ballot {receipt} was altered" for receipt in counted.altered]
    if not counted.altered:
        found += [f"counted by the database: {each}" for each in differences(quiet.served, counted.cells)]
    found += silence_differences(counted, certificate)
    editions = Editions(db, files).published(survey_id, record.editions)
    found += register_differences(record, counted, editions, files)
    found += edition_differences(record, counted, editions, Predecessors(db))
    found += [f"edition {each} is not there" for each in missing(editions, record.editions)]
    found += digest_differences(editions, Audit(db).entries(survey_id))
    equation = quiet.equation
    found += equation.faults()
    said = f"{equation.stored} ballots recounted; tallies and {record.editions} editions agree"
    if found:
        said = f"{equation.stored} ballots recounted; {len(found)} differences"
    if certificate is not None and counted.silenced:
        said += f"; the free text of {counted.silenced} ballots was destroyed on {certificate.begun_at:%Y-%m-%d}"
    return Examined(found, said)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The same ballots, counted three times: by our code, by the database, and as they came (with those that wait)."""

    equation: Equation
    counted: Recount
    served: dict[Cell, Tally]
    tallies: dict[Cell, Tally]


def counted_in_quiet(db: Db, record: Record) -> Quiet:
    """A recount by our code, one by the database, and the tallies, all of the same ballots.

    Raises Refused while ballots come in, or are scored, faster than they can be compared.
    """
    ballots, tallies, survey_id = Ballots(db), Tallies(db), record.survey.id
    for _ in range(QUIET_TRIES):
        before = ballots.equation(survey_id, PATIENCE)
        waiting = tallies.waiting_ballots(survey_id)
        counted = recount(with_progress(ballots.chunks(survey_id)), record.survey)
        unscored = recount([ballots.named(waiting)], record.survey).cells
        served = counting.count(db, record.survey)
        scored = tallies.gather(survey_id, merged_from=sys.maxsize)
        if before == ballots.equation(survey_id, PATIENCE) and waiting == tallies.waiting_ballots(survey_id):
            return Quiet(before, counted, served, merge_cells([scored, unscored]))
        time.sleep(1.0)
    raise Refused(
        f"ballots of {survey_id} came in or were scored while they were counted, so nothing was compared; "
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


def silence_differences(counted: Recount, certificate: Certificate | None) -> list[str]:
    """Where free text is gone that nobody has a certificate for, in words."""
    allowed = certificate.destroyed.comments if certificate is not None else 0
    if counted.silenced <= allowed:
        return []
    return [f"the free text of {counted.silenced} ballots is gone; it was destroyed by the retention rule of {allowed}"]


def register_differences(record: Record, counted: Recount, editions: Sequence[Edition], files: Files) -> list[str]:
    """Where the register that the ballots give is not the one that was sealed, published or stored, in words."""
    if record.sealing is None:
        return []
    receipts = sorted(counted.receipts)
    expected = {"root": register.root(receipts).hex(), "ballots": len(receipts)}
    told = {"sealing": record.sealing["register"]}
    told |= {f"edition {edition.number}": edition.results["register"] for edition in editions}
    found = [f"{who}: {what}" for who, said in told.items() for what in paths_that_differ(expected, said, "register")]
    for edition in editions:
        found += [f"edition {edition.number}: {what}" for what in document_differences(edition, receipts, files)]
    return found


def document_differences(edition: Edition, receipts: Sequence[str], files: Files) -> Iterator[str]:
    """Documents of the edition that are not what was published, in words."""
    for name, file in edition.documents.items():
        try:
            content = files.get(file)
        except UnknownEdition:
            yield f"{name} is not there or not whole"
            continue
        if hashlib.sha256(content).hexdigest() != file.sha256:
            yield f"{name} is not the document that was published"
        elif name == "register.txt" and content.decode().splitlines() != receipts:
            yield f"{name} does not hold the receipts that the ballots give"


def edition_differences(record: Record, counted: Recount, editions: Sequence[Edition], predecessors: Predecessors) -> list[str]:
    """What editions say that the ballots do not, in words."""
    found = []
    for index, edition in enumerate(editions):
        compared = predecessors.as_published(edition.results)
        before = compared.previous if compared is not None else None
        earlier = [published.results for published in editions[:index]] + list(
            compared.published if compared is not None else ()
        )
        survey = as_amended(record, edition.plan)
        released = release(survey, counted, record.sealing or {}, earlier, before)
        found += [f"edition {edition.number}: {path}" for path in paths_that_differ(released, edition.results)]
    return found


def missing(editions: Sequence[Edition], published: int) -> list[int]:
    """The numbers of editions that were published and are not stored."""
    return sorted(set(range(1, published + 1)) - {edition.number for edition in editions})


def digest_differences(editions: Sequence[Edition], entries: Iterable[Entry]) -> list[str]:
    """Editions that are not what their digest says, or not what the audit log says was published, in words."""
    logged = {each.after.get("editions"): each.after.get("digest") for each in entries if each.act == "publish"}
    found = []
    for edition in editions:
        if edition.digest and edition.computed_digest() != edition.digest:
            found.append(f"edition {edition.number}: its content is not what its digest says")
        elif (logged.get(edition.number) or edition.digest) != edition.digest:
            found.append(f"edition {edition.number}: it is not the one that the audit log says was published")
    return found


def paths_that_differ(expected: object, found: object, path: str = "results") -> Iterator[str]:
    """Where `found` does not say what `expected` says, in words; what it says besides is left alone."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            yield from paths_that_differ(value, found.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (mine, theirs) in enumerate(zip(expected, found, strict=True)):
            yield from paths_that_differ(mine, theirs, f"{path}[{index}]")
    elif expected != found:
        yield f"{path} is {found!r}, the ballots give {expected!r}"
