"""Backups of the running system: whole while ballots come in, and restored elsewhere as they were."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import bson
import pytest

from services.console import checking
from services.publisher.published import as_json
from shared.domain.audit import Act
from shared.domain.survey import State
from shared.store import schema
from shared.store.audit import Audit
from shared.store.backup import archive, keys, making, restoring
from shared.store.backup.restoring import NotEmpty
from shared.store.backup.snapshot import without_moments
from shared.store.connection import Db, connect
from shared.store.editions import Editions, Files
from shared.store.schema import WrongSchema
from tests import plans
from tests.harness import AUTHOR, Background, Client, Rig, Store, drawn, eventually, unique

Elsewhere = Callable[[], Store]


def untold(*_: object) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def elsewhere(system: Rig) -> Iterator[Elsewhere]:
    """Empty systems, each a database of its own. They go with the server: to drop one takes it longer than to fill it."""
    made: list[Db] = []

    def make() -> Store:
        name = unique("restored")
        made.append(connect(f"mongodb://127.0.0.1:{system.ports.mongodb}/{name}?directConnection=true", "test"))
        return Store(made[-1])

    yield make
    for db in made:
        db.client.close()


@pytest.fixture(scope="module")
def published(api: Client, store: Store) -> str:
    survey = store.opened(plans.small(unique("kept"), grace=0.2)).survey.id
    chance = random.Random(1)
    for number in range(30):
        assert api.insist(survey, uuid4(), drawn(chance, comment=f"Góp ý {number}")).status == 201
    store.scored(survey)
    store.surveys.move(store.surveys.get(survey), State.CLOSING, closed_at=datetime.now(UTC))
    store.reaches(survey, State.PUBLISHED)
    return survey


def everything_published(store: Store, survey: str) -> list[bytes]:
    editions = Editions(store.db, Files(store.db))
    return [
        content
        for edition in editions.all(survey)
        for content in (as_json(edition), *(editions.document(edition, name)[0] for name in sorted(edition.documents)))
    ]


def test_a_backup_during_load_holds_what_was_acknowledged_and_agrees_when_all_else_is_gone(
    api: Client, store: Store, published: str, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    running = store.opened(plans.small(unique("during"), plans.stratum("desk", quota=40, when_full="keep"))).survey.id
    acknowledged: list[UUID] = []
    chance = random.Random(2)

    def load(stop: threading.Event) -> None:
        while not stop.is_set():
            ballot = uuid4()
            assert api.insist(running, ballot, {**drawn(chance), "stratum": "desk"}).status == 201
            acknowledged.append(ballot)

    keys.make(tmp_path / "key")
    pair = keys.read(tmp_path / "key")
    with Background(load):
        eventually("ballots came in", lambda: len(acknowledged) > 10)
        before = set(acknowledged)
        manifest = making.make(store.db, tmp_path / "backup", pair, AUTHOR, untold)
        during = len(acknowledged)
        eventually("ballots came in after the backup", lambda: len(acknowledged) > during)
    empty = elsewhere()
    assert restoring.restore(empty.db, tmp_path / "backup", pair, AUTHOR, untold) == manifest
    for survey in (running, published):
        assert checking.examine(empty.db, empty.surveys.get(survey)).differences == []
    assert before <= empty.ids(running) < set(acknowledged)
    assert everything_published(empty, published) == everything_published(store, published) != []
    assert Audit(empty.db).faults() == []
    assert [entry.act for entry in Audit(empty.db).entries()][-1] == "restore"


@pytest.mark.usefixtures("published")
def test_the_order_in_a_backup_is_that_of_random_ids(store: Store, tmp_path: Path) -> None:
    making.make(store.db, tmp_path / "backup", None, AUTHOR, untold)
    ids: list[bytes] = []

    def take(_: object, piece: archive.Piece) -> None:
        if piece.collection == "ballots":
            ids.extend(bytes(document["_id"]) for document in bson.decode_all(piece.content))

    archive.read(tmp_path / "backup", None, take)
    assert len(ids) >= 30
    assert ids == sorted(ids)


def test_a_batch_that_waits_tells_no_moment_in_a_backup() -> None:
    now = datetime(2026, 8, 1, 13, 14, 15, tzinfo=UTC)
    ballots = [uuid4() for _ in range(5)]
    batches = [{"_id": uuid4(), "survey": "s", "ballots": [each], "committed_at": now} for each in ballots]
    kept = without_moments(batches, now)
    assert [(batch["ballots"], batch["committed_at"]) for batch in kept] == [
        (sorted(ballots), datetime(2026, 8, 1, tzinfo=UTC))
    ]


def test_a_restore_that_was_cut_off_keeps_services_away_and_is_begun_again(
    store: Store, published: str, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    making.make(store.db, tmp_path / "backup", None, AUTHOR, untold)
    empty = elsewhere()

    def cut_off(name: str, done: int, _: int) -> None:
        if done and name == "files.chunks":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restoring.restore(empty.db, tmp_path / "backup", None, AUTHOR, cut_off)
    assert empty.surveys.all() == []
    with pytest.raises(WrongSchema, match="begin it again"):
        schema.require(empty.db)
    restoring.restore(empty.db, tmp_path / "backup", None, AUTHOR, untold)
    schema.require(empty.db)
    assert checking.examine(empty.db, empty.surveys.get(published)).differences == []
    with pytest.raises(NotEmpty, match="surveys"):
        restoring.restore(empty.db, tmp_path / "backup", None, AUTHOR, untold)


def test_a_backup_is_restored_into_a_new_system_that_has_backed_itself_up(
    store: Store, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    making.make(store.db, tmp_path / "backup", None, AUTHOR, untold)
    log = [entry.hash for entry in Audit(store.db).entries()]
    new = elsewhere()
    schema.lay_out(new.db)
    making.make(new.db, tmp_path / "its-own", None, AUTHOR, untold)
    restoring.restore(new.db, tmp_path / "backup", None, AUTHOR, untold)
    assert Audit(new.db).faults() == []
    restored = [(entry.hash, entry.act) for entry in Audit(new.db).entries()]
    assert [each for each, _ in restored[:-1]] == log[: len(restored) - 1]
    assert restored[-1][1] == "restore"


def test_a_system_in_which_somebody_did_something_takes_no_backup(store: Store, elsewhere: Elsewhere, tmp_path: Path) -> None:
    making.make(store.db, tmp_path / "backup", None, AUTHOR, untold)
    used = elsewhere()
    making.make(used.db, tmp_path / "its-own", None, AUTHOR, untold)
    Audit(used.db).record(Act("enter ballots", "s"), AUTHOR)
    with pytest.raises(NotEmpty, match="holds audit, audit_head"):
        restoring.restore(used.db, tmp_path / "backup", None, AUTHOR, untold)
    assert len(list(Audit(used.db).entries())) == 2


@pytest.mark.usefixtures("published")
def test_a_damaged_backup_is_refused_before_anything_is_written(store: Store, elsewhere: Elsewhere, tmp_path: Path) -> None:
    making.make(store.db, tmp_path / "backup", None, AUTHOR, untold)
    content = (tmp_path / "backup").read_bytes()
    (tmp_path / "backup").write_bytes(content[: len(content) * 3 // 4])
    empty = elsewhere()
    with pytest.raises(archive.BackupBroken):
        restoring.restore(empty.db, tmp_path / "backup", None, AUTHOR, untold)
    assert empty.db.list_collection_names() == []
