"""The embedded database ends itself when it hangs or is broken, is started again, and has all that it acknowledged. What it
was seen to hang on is tried here too.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pymongo import IndexModel
from pymongo.client_session import ClientSession

from services.console.home import Home
from services.console.liveness import HUNG
from shared.store.connection import transact
from tests import harness
from tests.harness import Process, Rig, eventually, in_threads

ILL = """
import sys
from pathlib import Path
from secantus.storage import Storage
from services.console import database

database.ASKED_EVERY, database.ANSWERED_WITHIN, database.SILENT = 0.2, 0.5, 3
falls_ill = Path(sys.argv[3])
whole = {where}

def ill(self, *given, **options):
    if falls_ill.exists():
        {illness}
    return whole(self, *given, **options)

{where} = ill
database.main()
"""
HANGS = ("database.Transactions.for_statement", "self._lock.acquire(); self._lock.acquire()")
BREAKS = ("Storage.get_collection_options", "raise RuntimeError('library panic')")
NAMES = [f"collection-{number}" for number in range(40)]


def written(db: harness.Db) -> bool:
    """Write the document that has to outlast everything. Raises StoreUnavailable."""
    return transact(db, lambda session: db.kept.insert_one({"_id": 1}, session=session), 5.0).acknowledged


@contextmanager
def falling_ill(rig: Rig, folder: Path, where: str, illness: str) -> Iterator[tuple[Process, Path]]:
    """The database of `rig` as it is, until there is the file that is given with it."""
    script, file = folder / "ill.py", folder / "falls-ill"
    script.write_text(ILL.format(where=where, illness=illness))
    command = (sys.executable, str(script), str(rig.ports.mongodb), str(rig.home.path / "mongodb"), str(file))
    process = rig.spawn("mongodb", command, PYTHONPATH=str(Path.cwd()))
    try:
        yield process, file
    finally:
        process.stop()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A home whose database is not started yet."""
    home, ports = Home(tmp_path), harness.free_ports()
    home.prepare(ports.first)
    made = Rig(home, ports)
    try:
        yield made
    finally:
        made.stop_all()


@pytest.mark.parametrize(("illness", "said"), [(HANGS, "hangs and ends"), (BREAKS, "is broken (")], ids=["hangs", "breaks"])
def test_a_database_that_answers_nobody_ends_to_be_started_again(
    rig: Rig, tmp_path: Path, illness: tuple[str, str], said: str
) -> None:
    with harness.database(rig.home) as db:
        with falling_ill(rig, tmp_path, *illness) as (process, file):
            eventually("it answers", lambda: written(db), within=60)
            file.touch()
            assert process.popen.wait(60) == HUNG
            assert said in process.logged
            assert "most recent call first" in process.logged, "nobody learns from the log where it was"
        rig.start("mongodb")
        assert db.kept.count_documents({}) == 1


def test_collections_that_are_laid_out_while_others_write_the_first_document_into_them_are_made_once(rig: Rig) -> None:
    """A first start: the console lays out, and each service writes its heartbeat."""
    rig.start("mongodb")
    together = threading.Barrier(4, timeout=60)

    def lay_out(db: harness.Db, name: str) -> None:
        db.create_collection(name, check_exists=False)
        db[name].create_indexes([IndexModel([("at", 1)])])

    def write(db: harness.Db, name: str) -> None:
        db[name].update_one({"_id": "plain"}, {"$inc": {"times": 1}}, upsert=True)

    def write_in_a_transaction(db: harness.Db, name: str) -> None:
        def work(session: ClientSession) -> None:
            db[name].update_one({"_id": "transaction"}, {"$inc": {"times": 1}}, upsert=True, session=session)
            db[name].find_one({"_id": "plain"}, session=session)

        transact(db, work, 20.0)

    def at_once(work: Callable[[harness.Db, str], None]) -> None:
        with harness.database(rig.home) as db:
            for name in NAMES:
                together.wait()
                work(db, name)

    in_threads(4, at_once, (lay_out, write, write, write_in_a_transaction))
    with harness.database(rig.home) as db:
        for name in NAMES:
            assert {d["_id"]: d["times"] for d in db[name].find({"times": {"$gt": 0}})} == {"plain": 2, "transaction": 1}
            assert "at_1" in db[name].index_information()
