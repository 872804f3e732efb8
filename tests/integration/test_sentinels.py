"""Redis with sentinels: the master dies, another takes its place, and the work goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from services.collector.limits import CounterAway, RedisCounter
from services.console.supervisor import redis_server
from shared.broker import Emitter, create_celery
from shared.events import SweepDue
from tests.harness import Rig, Store, eventually, free_ports

PASSWORD = "a b;c@d"  # noqa: S105 - of servers that live as long as this test
MASTER = "hailong"


@dataclass
class Watched:
    """A master, its replica, and three sentinels."""

    url: str
    master: subprocess.Popen[bytes]
    replica_port: int


def _start(stack: ExitStack, folder: Path, port: int, lines: Sequence[str], *arguments: str) -> subprocess.Popen[bytes]:
    config = folder / f"{port}.conf"
    config.write_text("\n".join([f"port {port}", "bind 127.0.0.1", 'save ""', *lines]) + "\n")
    with (folder / f"{port}.log").open("ab") as log:
        server = subprocess.Popen([redis_server(), str(config), *arguments], cwd=folder, stdout=log, stderr=log)
    stack.callback(server.wait)
    stack.callback(server.kill)
    return server


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    base = free_ports().collector
    login = [f'requirepass "{PASSWORD}"', f'masterauth "{PASSWORD}"', "repl-diskless-sync-delay 0"]
    asked = [
        f"sentinel monitor {MASTER} 127.0.0.1 {base} 2",
        f'sentinel auth-pass {MASTER} "{PASSWORD}"',
        f"sentinel down-after-milliseconds {MASTER} 1500",
        f"sentinel failover-timeout {MASTER} 5000",
    ]
    with ExitStack() as stack:
        start = lambda *arguments: _start(stack, tmp_path, *arguments)  # noqa: E731
        master = start(base, login)
        start(base + 1, [*login, f"replicaof 127.0.0.1 {base}"])
        eventually("the replica follows", lambda: _role(base + 1).get("master_link_status") == "up", within=60)
        for port in range(base + 2, base + 5):
            start(port, asked, "--sentinel")
        eventually("the sentinels know of one another", lambda: all(_knows(port) for port in range(base + 2, base + 5)), 60)
        hosts = ",".join(f"127.0.0.1:{port}" for port in range(base + 2, base + 5))
        yield Watched(f"sentinel://:a%20b%3Bc%40d@{hosts}/0?master={MASTER}", master, base + 1)


def _role(port: int) -> dict[str, object]:
    with redis.Redis(port=port, password=PASSWORD) as client:
        try:
            return dict(client.info("replication"))
        except redis.RedisError:
            return {}


def _knows(port: int) -> bool:
    with redis.Redis(port=port) as client:
        try:
            state = client.sentinel_master(MASTER)
        except redis.RedisError:
            return False
    return state["num-other-sentinels"] == 2 and state["num-slaves"] == 1


def _counts(counter: RedisCounter) -> bool:
    try:
        return counter.add(f"test/{uuid4().hex}", 3) == 3
    except CounterAway:
        return False


def test_a_worker_consumes_again_after_the_master_died(watched: Watched, system: Rig, store: Store) -> None:
    worker = system.spawn("scoring-sentinels", system._command("scoring"), HAILONG_REDIS_URL=watched.url)
    node = f"scoring-{worker.popen.pid}@{os.uname().nodename}"
    try:
        eventually("the worker consumes", lambda: store.db.heartbeats.find_one({"_id": node}), within=60)
        emitter, counter = Emitter(create_celery(watched.url)), RedisCounter(watched.url)
        assert emitter.emit(SweepDue())
        assert _counts(counter)
        watched.master.send_signal(signal.SIGKILL)
        eventually("another is master", lambda: _role(watched.replica_port).get("role") == "master", within=60)
        died = datetime.now(UTC)
        eventually("events are sent", lambda: emitter.emit(SweepDue()), within=60)
        eventually("requests are counted", lambda: _counts(counter), within=60)
        again = {"_id": node, "at": {"$gt": died}}
        eventually("the worker consumes again", lambda: store.db.heartbeats.find_one(again), within=90)
        assert worker.is_running
    finally:
        worker.kill()
