"""How long a backup, its check, a restore and a recount take: `python -m tests.bench.backup [BALLOTS]`, a million unless told.

Ballots of the first survey's plan are put into the embedded database directly, with the tallies and the gate that accepting
them would have left. Then all is done as the commands do it, encrypted.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import click
from pymongo.errors import BulkWriteError

from services.console import checking
from services.console.simulation import simulate
from shared.domain.ballot import Ballot, Submission, check, digest
from shared.domain.recount import recount
from shared.domain.survey import Channel, Survey
from shared.domain.tally import Cell, Tally, merge_cells, tally
from shared.store import counting
from shared.store.backup import archive, keys, making, restoring
from shared.store.connection import Document, connect
from shared.store.wire import ballot_document, tallies_document
from tests import harness, plans
from tests.harness import AUTHOR, Store

PART = 2_000
DUPLICATE = 11_000
DAY = date(2026, 8, 1)
T = TypeVar("T")


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, harness.rig(Path(folder) / "home", "scoring") as rig:
        measure(rig, Path(folder), number)


def measure(rig: harness.Rig, folder: Path, number: int) -> None:
    with harness.database(rig.home) as db:
        store = Store(db)
        record = store.opened(plans.real("sct-bentre-2022.yml", "bench", 3_600))
        timed("put in", number, lambda: fill(store, record.survey, number))
        keys.make(folder / "key")
        pair, path = keys.read(folder / "key"), folder / "backup"
        timed("backup", number, lambda: making.make(db, path, pair, AUTHOR, untold))
        click.echo(f"{path.stat().st_size / number:.0f} bytes a ballot, {path.stat().st_size:,} in all")
        timed("verify", number, lambda: archive.read(path, pair, untold))
        empty = connect(f"mongodb://127.0.0.1:{rig.ports.mongodb}/empty?directConnection=true", "bench")
        timed("restore", number, lambda: restoring.restore(empty, path, pair, AUTHOR, untold))
        there = Store(empty)
        timed("recount by our code", number, lambda: recount(there.ballots.chunks("bench"), record.survey))
        timed("recount by the database", number, lambda: counting.count(empty, record.survey))
        examined = timed("hailong recount", number, lambda: checking.examine(empty, there.surveys.get("bench")))
        click.echo(f"{examined.said} {examined.differences}")
        click.echo(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
        empty.client.close()


def timed(what: str, number: int, work: Callable[[], T]) -> T:
    begun = time.monotonic()
    result = work()
    seconds = time.monotonic() - begun
    click.echo(f"{what}: {seconds:.1f} s, {number / seconds:,.0f} ballots a second")
    return result


def fill(store: Store, survey: Survey, number: int) -> None:
    """`number` ballots as if they had been accepted and scored."""
    drawn = ballots(survey)
    cells: dict[Cell, Tally] = {}
    for start in range(0, number, PART):
        part = list(islice(drawn, min(PART, number - start)))
        put(store, [ballot_document(each, digest(each), DAY) for each in part])
        cells = merge_cells([cells, tally(part, survey)])
    store.db.tallies.insert_one(tallies_document(survey.id, cells))
    store.db.gates.update_one({"_id": f"{survey.id}/0"}, {"$inc": {"accepted": number}})


def put(store: Store, documents: list[Document]) -> None:
    """Insert them. Some may be there already, where the driver gave up waiting for an answer and sent them again."""
    try:
        store.db.ballots.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        codes = {each["code"] for each in error.details["writeErrors"]}
    else:
        codes = {DUPLICATE}
    assert codes == {DUPLICATE}, codes


def ballots(survey: Survey) -> Iterator[Ballot]:
    """Ballots without end: some thousands of simulated ones, again and again under new ids."""
    bodies = [each.body for each in simulate(survey, 1, dict.fromkeys(survey.strata, 500))]
    while True:
        for body in bodies:
            yield check(
                Submission(
                    uuid4(),
                    body["stratum"],
                    Channel(body["channel"]),
                    body["language"],
                    body["questionnaire"],
                    body["answers"],
                    body.get("comment"),
                ),
                survey,
            )


def untold(*_: object) -> None:
    """Progress that nobody looks at."""


if __name__ == "__main__":
    main()
