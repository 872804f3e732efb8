"""The audit log on a real store: every act in it, none without it, no fork, and every tampering found by the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared import settings
from shared.domain.audit import Act
from shared.domain.survey import State
from shared.settings import Settings
from shared.store import schema
from shared.store.audit import Audit, Unsigned
from shared.store.connection import Db, StoreConflict, connect
from shared.store.invitations import Invitations
from shared.store.surveys import Surveys
from tests import plans
from tests.harness import AUTHOR, Rig, Store, in_threads, unique

HAILONG = str(Path(sys.executable).parent / "hailong")


@pytest.fixture
def alone(system: Rig) -> Iterator[Store]:
    """A database whose log no other test writes to."""
    db = connect(url(system, unique("audit")), "test")
    schema.ensure(db)
    yield Store(db)
    db.client.close()


def url(system: Rig, name: str) -> str:
    return f"mongodb://127.0.0.1:{system.ports.mongodb}/{name}?directConnection=true"


def hailong(system: Rig, store: Store, *words: str) -> subprocess.CompletedProcess[str]:
    config = Settings(url(system, store.db.name), system.home.settings().redis_url)
    named = {k: v for k, v in os.environ.items() if not k.startswith("HAILONG_")} | settings.to_environment(config)
    return subprocess.run([HAILONG, *words], env=named, capture_output=True, text=True, timeout=60, check=False)


def acted(store: Store) -> str:
    """A survey that four acts were done to."""
    record = store.opened(plans.small(unique("acts")))
    Invitations(store.db, AUTHOR).issue(record.survey.id, "desk", ["a-token", "another"])
    store.surveys.move(record, State.CLOSING, closed_at=datetime(2026, 8, 1, tzinfo=UTC))
    return record.survey.id


def test_every_act_stands_in_the_log_with_who_what_when_before_and_after(alone: Store) -> None:
    survey = acted(alone)
    entries = list(Audit(alone.db).entries(survey))
    assert [(e.number, e.act, e.by) for e in entries] == [
        (n, act, "test") for n, act in enumerate(["load", "open", "issue invitations", "close"], 1)
    ]
    assert entries[1].before == {"state": "draft", "revision": 1}
    assert entries[1].after == {"state": "open", "revision": 2}
    assert entries[2].after == {"stratum": "desk", "count": 2}
    assert entries[3].after == {"state": "closing", "revision": 3, "closed_at": "2026-08-01T00:00:00+00:00"}
    assert datetime.fromisoformat(entries[3].at).tzinfo is not None


def test_no_token_stands_in_the_log(alone: Store) -> None:
    acted(alone)
    assert "a-token" not in str(list(alone.db.audit.find()))


def test_what_nobody_signs_is_not_done(alone: Store) -> None:
    with pytest.raises(Unsigned):
        Surveys(alone.db).load(plans.small(unique("nobody")))
    assert alone.surveys.all() == []


def test_what_could_not_be_done_is_not_in_the_log(alone: Store) -> None:
    record = alone.surveys.load(plans.small(unique("lost")))
    alone.surveys.move(record, State.OPEN)
    with pytest.raises(StoreConflict):
        alone.surveys.move(record, State.OPEN)
    assert [entry.act for entry in Audit(alone.db).entries()] == ["load", "open"]


def test_writers_at_once_make_one_chain(alone: Store) -> None:
    log = Audit(alone.db)
    in_threads(8, lambda n: log.record(Act("note", None, {}, {"n": n}), AUTHOR), range(40))
    entries = list(log.entries())
    assert [entry.number for entry in entries] == list(range(1, 41))
    assert {entry.after["n"] for entry in entries} == set(range(40))
    assert log.faults() == []


def remove(db: Db) -> None:
    db.audit.delete_one({"_id": 2})


def remove_last(db: Db) -> None:
    db.audit.delete_one({"_id": 4})


def edit(db: Db) -> None:
    db.audit.update_one({"_id": 2}, {"$set": {"by": "somebody else"}})


def reorder(db: Db) -> None:
    second, third = ({k: v for k, v in (db.audit.find_one({"_id": n}) or {}).items() if k != "_id"} for n in (2, 3))
    db.audit.replace_one({"_id": 2}, third)
    db.audit.replace_one({"_id": 3}, second)


def behead(db: Db) -> None:
    db.audit_head.delete_many({})


def open_beside_the_log(db: Db) -> None:
    db.surveys.update_many({}, {"$set": {"state": "open"}})


def insert(db: Db) -> None:
    document: dict[str, Any] = {**(db.audit.find_one({"_id": 2}) or {}), "_id": "extra"}
    db.audit.insert_one(document)


def test_a_whole_log_is_verified_and_shown(system: Rig, alone: Store) -> None:
    survey = acted(alone)
    verified, shown = hailong(system, alone, "audit", "verify"), hailong(system, alone, "audit", "show", survey)
    assert (verified.returncode, verified.stdout[:39]) == (0, "the audit log is whole; 4 entries, the ")
    assert "test: open" in shown.stdout
    assert "state draft → open, revision 1 → 2" in shown.stdout


@pytest.mark.parametrize("tamper", [remove, remove_last, edit, reorder, behead, open_beside_the_log, insert])
def test_a_log_that_was_tampered_with_is_found_by_the_command(system: Rig, alone: Store, tamper: Callable[[Db], None]) -> None:
    acted(alone)
    tamper(alone.db)
    found = hailong(system, alone, "audit", "verify")
    assert (found.returncode, "WRONG" in found.stdout) == (1, True)
    assert "Traceback" not in found.stderr


def test_a_hash_that_was_noted_must_still_be_there(system: Rig, alone: Store) -> None:
    acted(alone)
    head = Audit(alone.db).head()
    assert head is not None
    assert hailong(system, alone, "audit", "verify", "--expect", head.hash).returncode == 0
    assert hailong(system, alone, "audit", "verify", "--expect", "0" * 64).returncode == 1
