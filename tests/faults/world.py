"""The system under faults: everything running, each connection through a link of its own, and hands that break and mend."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from services.console.home import Home
from shared.store import schema
from tests.faults.links import Link, Mode, links
from tests.faults.schedule import TIMEOUTS, Fault, Kind
from tests.harness import SERVERS, SERVICES, SHORT, Background, Process, Rig, database, free_ports

SETTINGS = SHORT | {
    "HAILONG_REQUEST_DEADLINE": str(TIMEOUTS),
    "HAILONG_STORE_DEADLINE": str(TIMEOUTS - 0.5),
    "HAILONG_HEARTBEAT_STALE": "8",
}
DISK = "size=1536m"
BEATS = ("beat", "beat-2")


@dataclass
class Linked(Rig):
    """A rig whose services reach the servers through links of their own. `down` is what is meant to be down."""

    links: dict[str, Link] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def spawn(self, name: str, command: tuple[str, ...], **environment: str) -> Process:
        service = name.removesuffix("-2")
        urls = {
            "HAILONG_MONGODB_URL": f"mongodb://127.0.0.1:{self._port(service, 'mongodb')}/hailong?directConnection=true",
            "HAILONG_REDIS_URL": f"redis://127.0.0.1:{self._port(service, 'redis')}/0",
        }
        return super().spawn(name, command, **urls | environment)

    def url(self, name: str = "collector") -> str:
        link = self.links.get(f"client-{name}")
        return f"http://127.0.0.1:{link.port}" if link else super().url(name)

    def ensure_running(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        with self.lock:
            for names in (SERVERS, (*SERVICES, "beat-2")):
                ended = [n for n in names if n in self.processes and not self.processes[n].is_running and n not in self.down]
                for name in ended:
                    self.start(name)

    def _port(self, service: str, server: str) -> int:
        link = self.links.get(f"{service}-{server}")
        return link.port if link else self.port(server)

    def _command(self, name: str) -> tuple[str, ...]:
        return super()._command(name.removesuffix("-2") if name.startswith("beat") else name)

    def _is_ready(self, name: str) -> bool:
        return True if name.startswith("beat") else super()._is_ready(name)


class Hands:
    """Breaks and mends a rig as a fault says."""

    def __init__(self, rig: Linked) -> None:
        self._rig = rig

    def do(self, fault: Fault) -> None:
        """Make the fault, wait for as long as it lasts, mend it."""
        if fault.kind in (Kind.CUT, Kind.STALLED, Kind.SLOW, Kind.DEAF):
            self._link(fault)
        elif fault.kind is Kind.FREEZE:
            self._freeze(fault)
        elif fault.kind is Kind.FULL:
            self._fill(fault)
        else:
            self._end(fault)

    def _link(self, fault: Fault) -> None:
        link = self._rig.links[fault.target]
        link.set(Mode(fault.kind.value))
        time.sleep(fault.lasts)
        link.set(Mode.OPEN)

    def _freeze(self, fault: Fault) -> None:
        pid = self._rig.processes[fault.target].popen.pid
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGSTOP)
            time.sleep(fault.lasts)
            os.killpg(pid, signal.SIGCONT)

    def _end(self, fault: Fault) -> None:
        rig = self._rig
        rig.down.add(fault.target)
        rig.kill(fault.target) if fault.kind is Kind.KILL else rig.stop(fault.target)
        time.sleep(fault.lasts)
        self._start(fault.target)

    def _fill(self, fault: Fault) -> None:
        if fault.target == "redis":
            self._fill_memory(fault.lasts)
        else:
            self._fill_disk(fault)

    def _fill_memory(self, lasts: float) -> None:
        with suppress(redis.exceptions.RedisError), self._rig.redis() as broker:
            broker.config_set("maxmemory", 1)
            time.sleep(lasts)
            broker.config_set("maxmemory", 0)

    def _fill_disk(self, fault: Fault) -> None:
        filler = self._rig.home.path / "mongodb" / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        with filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"0")
        time.sleep(fault.lasts)
        filler.unlink()
        # A database that could not write says so until it is started again, which is what an operator does.
        self._rig.down.add(fault.target)
        self._rig.kill(fault.target)
        self._start(fault.target)

    def _start(self, name: str) -> None:
        with self._rig.lock:
            self._rig.start(name)
            self._rig.down.discard(name)


@contextmanager
def world(folder: Path) -> Iterator[Linked]:
    """Everything running in `folder`, two clocks (beats) among it; what ends by itself is started again."""
    home, ports = Home(folder), free_ports()
    home.prepare(ports.first)
    upstreams = {f"{service}-mongodb": ports.mongodb for service in ("collector", "scoring", "publisher")}
    upstreams |= {f"{service}-redis": ports.redis for service in ("collector", "scoring", "publisher")}
    with _disk(folder / "mongodb"), links({**upstreams, "client-collector": ports.collector}) as made:
        rig = Linked(home, ports, SETTINGS, links=made)
        try:
            rig.start(*SERVERS)
            with database(home) as db:
                schema.ensure(db)
            rig.start(*SERVICES, "beat-2")
            with Background(lambda stop: _supervise(rig, stop)):
                yield rig
        finally:
            rig.stop_all()


def _supervise(rig: Linked, stop: threading.Event) -> None:
    while not stop.wait(0.5):
        if rig.lock.acquire(blocking=False):
            try:
                rig.ensure_running()
            finally:
                rig.lock.release()


def can_fill_disks() -> bool:
    """Whether a small disk can be mounted here, to be filled up: it takes root."""
    return os.geteuid() == 0 and sys.platform == "linux" and shutil.which("mount") is not None


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """A small disk of its own at `folder`, where one can be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ("mount", "-t", "tmpfs", "-o", DISK, "tmpfs", str(folder))
    mounted = can_fill_disks() and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield
    finally:
        if mounted:
            subprocess.run(("umount", "-l", str(folder)), check=False, capture_output=True)
