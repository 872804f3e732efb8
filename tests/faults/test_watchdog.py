"""A worker that is alive and consumes nothing ends itself, and whoever asks whether the service is ready is told."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from shared.broker import create_celery
from shared.events import BatchesAccepted
from tests import harness
from tests.harness import Client, Rig, Store, eventually

DEAF = """
import sys
from celery.worker.consumer import Consumer
from services.scoring.__main__ import main
from celery import signals

@signals.worker_ready.connect
def deaf(sender, **_):
    # What Celery issue 8030 does by itself: connected, alive, and consuming nothing.
    for queue in list(sender.task_consumer.queues):
        sender.task_consumer.cancel_by_queue(queue.name)

main()
"""


BUSY = """
import time
from services.scoring.__main__ import main
from services.scoring.scoring import Scoring

Scoring.score = lambda self, event: (time.sleep(8), print("finished", flush=True))
main()
"""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A system of its own in which a heartbeat is soon missed."""
    folder = tmp_path_factory.mktemp("watchdog")
    with harness.rig(folder, "collector", HAILONG_HEARTBEAT_EVERY="0.5", HAILONG_HEARTBEAT_STALE="3") as rig:
        yield rig


@pytest.fixture
def api(quick: Rig) -> Iterator[Client]:
    with harness.client(quick.url()) as client:
        yield client


def test_a_worker_that_consumes_nothing_exits_to_be_restarted(quick: Rig, tmp_path: Path) -> None:
    script = tmp_path / "deaf.py"
    script.write_text(DEAF)
    worker = quick.spawn("deaf", (sys.executable, str(script)), PYTHONPATH=str(Path.cwd()))
    try:
        assert worker.popen.wait(45) == 70
    finally:
        worker.stop()
    assert "worker consumes nothing and exits to be restarted" in worker.logged


def test_a_worker_that_is_busy_for_long_is_left_to_finish(quick: Rig, tmp_path: Path) -> None:
    script = tmp_path / "busy.py"
    script.write_text(BUSY)
    worker = quick.spawn("busy", (sys.executable, str(script)), PYTHONPATH=str(Path.cwd()))
    app = create_celery(quick.home.settings().redis_url)
    try:
        for _ in range(4):
            app.send_task(BatchesAccepted.name, args=[{"batch_ids": [str(uuid4())]}], queue="scoring")
        eventually("all finished", lambda: worker.logged.count("finished") == 4, within=40)
        assert worker.is_running
    finally:
        worker.stop()
        app.pool.force_close_all()
        app.close()


def test_readiness_follows_the_worker(quick: Rig, api: Client) -> None:
    quick.start("scoring")
    eventually("ready", lambda: api.get("/readyz").status == 200)
    quick.kill("scoring")
    eventually("not ready", lambda: api.get("/readyz").status == 503)
    answer = api.get("/readyz")
    assert answer.problem == "not-ready"
    assert list(answer.json["errors"]) == ["scoring"]
    quick.start("scoring")
    eventually("ready again", lambda: api.get("/readyz").status == 200)
    quick.stop("scoring")


def test_a_stale_heartbeat_is_not_readiness(quick: Rig, api: Client) -> None:
    with harness.database(quick.home) as db:
        store = Store(db)
        store.db.heartbeats.delete_many({})
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        store.db.heartbeats.insert_one({"_id": "scoring@gone", "service": "scoring", "at": long_ago})
    assert api.get("/readyz").status == 503


def test_a_worker_outlives_a_broker_that_is_away_and_one_that_was_emptied(quick: Rig) -> None:
    quick.start("scoring")
    quick.kill("redis")
    time.sleep(5)
    assert quick.processes["scoring"].is_running
    quick.start("redis")
    with harness.database(quick.home) as db:
        since = datetime.now(UTC)
        eventually("a heartbeat", lambda: db.heartbeats.find_one({"service": "scoring", "at": {"$gt": since}}))
    assert quick.processes["scoring"].is_running
    quick.stop("scoring")


def test_two_workers_on_one_host_prove_themselves_apart(quick: Rig) -> None:
    quick.start("scoring")
    second = quick.spawn("scoring-2", (sys.executable, "-P", "-m", "services.scoring"))
    try:
        with harness.database(quick.home) as db:
            since = datetime.now(UTC)
            fresh = {"service": "scoring", "at": {"$gt": since}}
            eventually("two heartbeats", lambda: len(db.heartbeats.distinct("_id", fresh)) == 2, within=60)
    finally:
        second.stop()
        quick.stop("scoring")
