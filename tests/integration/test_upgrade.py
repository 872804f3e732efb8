"""Data that the previous release wrote open in this one, and give the same edition.

`tests/fixtures/backup-0.1.0.tar.gz` was made while release 0.1.0 ran: a published survey, a sealed one and an open one.
`published-0.1.0.json` is what its site answered for the two once both were published.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.console import checking
from services.publisher.published import public_form
from services.publisher.publishing import Publishing, Shelves
from shared.domain.survey import State
from shared.store import migrations, schema
from shared.store.announcements import Announcements
from shared.store.audit import Audit
from shared.store.ballots import Ballots
from shared.store.comments import Comments
from shared.store.connection import Db, connect
from shared.store.editions import Editions, Files
from shared.store.measures import Measures
from shared.store.migrations import Migration
from shared.store.previous import Predecessors
from shared.store.schema import WrongSchema
from shared.store.surveys import Surveys
from tests.harness import AUTHOR, Rig, Store, unique
from tests.integration.test_command_line import run

PYTHON = (sys.executable, "-P", "-m")
FIXTURES = Path(__file__).parents[1] / "fixtures"
BACKUP = FIXTURES / "backup-0.1.0.tar.gz"
EXPECTED: dict[str, Any] = json.loads((FIXTURES / "published-0.1.0.json").read_text())


def url(system: Rig, name: str) -> str:
    return f"mongodb://127.0.0.1:{system.ports.mongodb}/{name}?directConnection=true"


@pytest.fixture(scope="module")
def name() -> str:
    return unique("upgraded")


@pytest.fixture(scope="module")
def restored(system: Rig, name: str) -> subprocess.CompletedProcess[str]:
    """The command that restored the backup of the previous release."""
    return run("restore", str(BACKUP), HAILONG_MONGODB_URL=url(system, name), HAILONG_REDIS_URL="redis://127.0.0.1:9/0")


@pytest.fixture
def upgraded(system: Rig, name: str, restored: object) -> Iterator[Store]:
    assert restored
    db = connect(url(system, name), "test")
    yield Store(db)
    db.client.close()


@pytest.fixture
def empty(system: Rig) -> Iterator[Db]:
    db = connect(url(system, unique("empty")), "test")
    yield db
    db.client.close()


def test_a_backup_of_the_previous_release_is_restored_migrated_and_recounted(
    restored: subprocess.CompletedProcess[str], upgraded: Store
) -> None:
    assert (restored.returncode, restored.stderr.count("Traceback")) == (0, 0), restored
    assert "restored 3 surveys, 72 ballots" in restored.stdout
    assert f"migrated to schema revision {schema.REVISION}" in restored.stdout
    assert "everything agrees" in restored.stdout
    schema.require(upgraded.db)
    assert Audit(upgraded.db).faults() == []


def test_what_the_previous_release_published_is_published_still(upgraded: Store) -> None:
    edition = Editions(upgraded.db, Files(upgraded.db)).get("published-before", 1)
    assert json.loads(json.dumps(public_form(edition))) == EXPECTED["published-before"]


def test_what_the_previous_release_sealed_gives_the_same_edition(upgraded: Store) -> None:
    db, surveys = upgraded.db, Surveys(upgraded.db, AUTHOR)
    files = Files(db)
    editions = Editions(db, files)
    shelves = Shelves(
        surveys, Ballots(db), editions, files, Predecessors(db), Measures(db), Comments(db), Announcements(db)
    )  # fmt: skip
    record = surveys.move(surveys.get("sealed-before"), State.SEALED, released_by="An")
    Publishing(shelves, lambda: datetime.now(UTC), make=lambda *_: {}).publish(record)
    found = public_form(editions.get("sealed-before", 1))
    expected = {**EXPECTED["sealed-before"], "published_at": found["published_at"]}
    assert list(checking.paths_that_differ(expected, found)) == []


def test_every_survey_of_the_previous_release_knows_when_its_next_step_is_due(upgraded: Store) -> None:
    assert upgraded.db.surveys.count_documents({"due_at": {"$exists": False}}) == 0
    assert upgraded.surveys.get("open-before").due_at is not None


def test_the_last_migration_leads_to_the_revision_of_this_release() -> None:
    assert [each.revision for each in migrations.MIGRATIONS] == list(range(1, schema.REVISION + 1))


def test_a_migration_that_was_cut_off_is_resumed_and_what_was_done_is_not_done_again(empty: Db) -> None:
    schema.ensure(empty)
    begun = schema.REVISION
    done: list[int] = []
    broken = True

    def second(_: Db) -> None:
        if broken:
            raise KeyboardInterrupt
        done.append(2)

    steps = [Migration(begun + 1, "go one step", lambda _: done.append(1)), Migration(begun + 2, "go another", second)]
    with pytest.raises(KeyboardInterrupt):
        migrations.migrate(empty, AUTHOR, lambda _: None, steps)
    assert schema.revision(empty) == begun + 1
    broken = False
    migrations.migrate(empty, AUTHOR, lambda _: None, steps)
    assert migrations.migrate(empty, AUTHOR, lambda _: None, steps) == []
    assert (done, schema.revision(empty)) == ([1, 2], begun + 2)
    assert [entry.after["revision"] for entry in Audit(empty).entries()] == [begun + 1, begun + 2]


def test_a_store_without_data_needs_no_migration(empty: Db) -> None:
    schema.require(empty)
    assert migrations.migrate(empty, AUTHOR, lambda _: None) == []
    assert schema.revision(empty) == schema.REVISION


@pytest.mark.parametrize(
    ("revision", "said"), [(schema.REVISION + 1, "a later release"), (schema.REVISION - 1, "hailong migrate")]
)
def test_data_of_another_revision_are_not_touched_and_it_is_said_what_to_do(empty: Db, revision: int, said: str) -> None:
    empty.schema.insert_one({"_id": schema.LAYOUT, "revision": revision})
    with pytest.raises(WrongSchema, match=said):
        schema.ensure(empty)
    assert empty.list_collection_names() == ["schema"]


def test_a_worker_that_finds_data_of_a_later_release_ends_with_a_sentence(system: Rig, empty: Db) -> None:
    empty.schema.insert_one({"_id": schema.LAYOUT, "revision": schema.REVISION + 1})
    worker = system.spawn("refused", (*PYTHON, "services.scoring"), HAILONG_MONGODB_URL=url(system, empty.name))
    assert worker.popen.wait(60) == 78
    assert "a later release wrote them" in worker.logged
