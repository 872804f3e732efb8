"""`hailong up`: everything under one supervisor, homes side by side, and what stands in the way said clearly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from services.console.home import Home, Ports
from shared.store.connection import connect
from tests import harness, plans
from tests.harness import Store, ballot, eventually, free_ports
from tests.integration.test_command_line import HAILONG, assert_one_sentence, run


@dataclass(frozen=True)
class Up:
    """A `hailong up` that runs in `home`."""

    popen: subprocess.Popen[str]
    home: Path
    ports: Ports

    def pids(self) -> dict[int, str]:
        """Every living process of this home, with its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (words := _read(entry / "cmdline")) and self._owns(entry, words):
                found[int(entry.name)] = words
        return found

    def _owns(self, process: Path, words: str) -> bool:
        # redis-server writes its address over its command line and its environment.
        started_here = f":{self.ports.mongodb}/" in _read(process / "environ")
        return started_here or str(self.home) in words or f"127.0.0.1:{self.ports.redis}" in words


def _read(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def up(home: Path) -> Iterator[Up]:
    ports = free_ports()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HAILONG_")}
    command = [HAILONG, "up", "--home", str(home), "--port", str(ports.first)]
    popen = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert popen.stdout is not None
        told: list[str] = []
        while not told or "Ctrl-C" not in told[-1]:
            line = popen.stdout.readline()
            assert line, told
            told.append(line)
        yield Up(popen, home, ports)
    finally:
        popen.send_signal(signal.SIGINT)
        popen.communicate(timeout=90)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Up]]:
    folders = [tmp_path_factory.mktemp(name) / "home" for name in ("first", "second")]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        managers = [up(folder) for folder in folders]
        started = list(pool.map(lambda manager: manager.__enter__(), managers))
        # Both are told to stop before either is waited for.
        for manager in managers:
            stack.push(manager)
        stack.callback(lambda: [one.popen.send_signal(signal.SIGINT) for one in started])
        yield started


def test_two_homes_run_side_by_side_and_know_nothing_of_each_other(homes: list[Up]) -> None:
    for number, one in enumerate(homes):
        db = connect(Home(one.home).endpoints().mongodb_url, "test")
        with harness.client(f"http://127.0.0.1:{one.ports.collector}") as client:
            store = Store(db)
            store.opened(plans.small(f"side-{number}"))
            assert client.put(f"side-{number}", uuid4(), ballot()).status == 201
            assert client.put(f"side-{1 - number}", uuid4(), ballot()).status == 404
            assert store.scored(f"side-{number}").counted == 1
        db.client.close()


def test_a_home_in_use_is_one_clear_sentence(homes: list[Up]) -> None:
    done = run("up", "--port", str(free_ports().first), home=homes[0].home)
    assert_one_sentence(done, "is in use by process", str(homes[0].popen.pid), "--home")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    ports = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.publisher))
        taken.listen()
        done = run("up", "--port", str(ports.first), home=tmp_path / "home")
    assert_one_sentence(done, f"port {ports.publisher}", "--port")


@pytest.mark.parametrize("name", ["redis-server", "services.scoring", "services.publisher.beat", "services.collector.wsgi"])
def test_what_dies_is_started_again(homes: list[Up], name: str) -> None:
    one = homes[0]
    killed = [pid for pid, words in one.pids().items() if name in words and "supervisord" not in words]
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    eventually(f"{name} is back", lambda: [p for p, words in one.pids().items() if name in words and p not in killed])
    with harness.client(f"http://127.0.0.1:{one.ports.collector}") as client:
        eventually("ready", lambda: _is_ready(client), within=60, every=0.3)


def _is_ready(client: harness.Client) -> bool:
    try:
        return client.get("/readyz").status == 200
    except harness.urllib3.exceptions.HTTPError:
        return False


def test_stopped_it_leaves_no_process_and_no_port_taken(tmp_path: Path) -> None:
    with up(tmp_path / "home") as one:
        assert len(one.pids()) > 7
        one.popen.send_signal(signal.SIGTERM)
        assert one.popen.wait(90) == 0
        assert one.pids() == {}
        assert one.ports.taken() == []
