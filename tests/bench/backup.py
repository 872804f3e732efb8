"""How long a backup, its check, a restore and a recount take: `python -m tests.bench.backup [BALLOTS]`, a million unless told.

Ballots of the first survey's plan are put into the embedded database directly, with the tallies and the gate that accepting
them would have left. Then all is done as the commands do it, encrypted. Seconds of processors are told beside those of the
clock: on a machine that others use as well, they alone can be compared.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    watch = Watch(number, rig.processes["mongodb"].popen.pid)
    with harness.database(rig.home) as db:
        store = Store(db)
        record = store.opened(plans.real("sct-bentre-2022.yml", "bench", 3_600))
        watch.timed("put in", lambda: fill(store, record.survey, number))
        keys.make(folder / "key")
        pair, path = keys.read(folder / "key"), folder / "backup"
        watch.timed("backup", lambda: making.make(db, path, pair, AUTHOR, untold))
        click.echo(f"{path.stat().st_size / number:.0f} bytes a ballot, {path.stat().st_size:,} in all")
        watch.timed("verify", lambda: archive.read(path, pair, untold))
        empty = connect(f"mongodb://127.0.0.1:{rig.ports.mongodb}/empty?directConnection=true", "bench")
        watch.timed("restore", lambda: restoring.restore(empty, path, pair, AUTHOR, untold))
        there = Store(empty)
        watch.timed("recount by our code", lambda: recount(there.ballots.chunks("bench"), record.survey))
        watch.timed("recount by the database", lambda: counting.count(empty, record.survey))
        examined = watch.timed("hailong recount", lambda: checking.examine(empty, there.surveys.get("bench")))
        click.echo(f"{examined.said} {examined.differences}")
        click.echo(f"most memory: this process {most_memory(os.getpid())} MB, the database {most_memory(watch.server)} MB")
        empty.client.close()


@dataclass(frozen=True)
class Watch:
    """Times work on `number` ballots, by the clock and by what this process and the database took of the processors."""

    number: int
    server: int

    def timed(self, what: str, work: Callable[[], T]) -> T:
        begun, ours, theirs = time.monotonic(), time.process_time(), processor_seconds(self.server)
        result = work()
        seconds, ours = time.monotonic() - begun, time.process_time() - ours
        theirs = processor_seconds(self.server) - theirs
        click.echo(
            f"{what}: {seconds:.1f} s, {self.number / seconds:,.0f} ballots a second; of processors {ours:.1f} s here, "
            f"{theirs:.1f} s in the database"
        )
        return result


def processor_seconds(process: int) -> float:
    """What a process took of the processors so far, of its own and for it in the kernel (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_memory(process: int) -> int:
    """The most memory that a process had so far, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:"))


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
