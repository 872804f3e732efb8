"""What one ballot costs: CPU of every process, bytes on the wire and in the store, and of the computing at the end.

CPU is read from /proc before and after a run and divided by its ballots, less what the processes use when nothing happens. So
it depends little on how busy the machine is, unlike the time of a commit, which is best measured when nothing else runs.
"""

from __future__ import annotations

import os
import platform
import random
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bson
import urllib3

from services.console.simulation import simulate
from shared.domain.register import register, root
from shared.domain.survey import State, Survey
from shared.store.surveys import Surveys
from tests.bench import method
from tests.bench.__main__ import _load, _requests, _wait_until_scored
from tests.bench.load import Request, drive
from tests.harness import AUTHOR, Rig, database, rig

TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES = ("collector", "mongodb", "scoring", "redis", "beat", "publisher", "site")
CONNECTIONS = (1, 8, 32)
AS_DEPLOYED = {
    "HAILONG_SWEEP_EVERY": "5",
    "HAILONG_SWEEP_OLDER": "10",
    "HAILONG_DUE_EVERY": "5",
    "HAILONG_HEARTBEAT_EVERY": "5",
    "HAILONG_HEARTBEAT_STALE": "30",
    "HAILONG_LIMIT_ADDRESS": "0",
}
REGISTER = 200_000


@dataclass(frozen=True, slots=True)
class Level:
    """What a ballot cost with so many connections: milliseconds of CPU by process, and of time by commit."""

    connections: int
    per_second: float
    ballots_per_commit: float
    commit_ms: float
    cpu_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bench:
    """A running system with an open survey, the ballots that are sent to it, and what it uses when none are."""

    system: Rig
    db: Any
    survey: Survey
    bodies: list[dict[str, Any]]
    idle: Mapping[str, float]

    @property
    def port(self) -> int:
        return self.system.port("collector")


def measure(ballots: int) -> dict[str, Any]:
    """Everything, with `ballots` ballots for each number of connections. Takes minutes."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hailong-costs-"))
        system = stack.enter_context(rig(Path(folder), **AS_DEPLOYED))
        bench = _ready(system, stack.enter_context(database(system.home)))
        levels = [_level(bench, each, ballots) for each in CONNECTIONS]
        transfer = _transfer(bench)
    return {
        "machine": machine(),
        "idle_cpu_ms_per_s": {name: round(rate, 3) for name, rate in bench.idle.items()},
        "levels": [asdict(level) for level in levels],
        "bytes": transfer,
        "closing_us_per_ballot": _closing(),
    }


def _ready(system: Rig, db: Any) -> Bench:
    surveys = Surveys(db, AUTHOR)
    survey = surveys.move(_load(surveys, "costs"), State.OPEN).survey
    bodies = [ballot.body for ballot in simulate(survey, seed=1, sizes=dict.fromkeys(survey.strata, 40))]
    drive(system.port("collector"), _requests(survey, bodies, 200), 8)
    _wait_until_scored(db, survey)
    return Bench(system, db, survey, bodies, _idle(system))


def _transfer(bench: Bench) -> dict[str, int]:
    """Bytes of a request and its answer, and of what is kept of a ballot."""
    requests = _requests(bench.survey, bench.bodies, 200)
    found = bench.db.ballots.find({"survey": bench.survey.id}).limit(500)
    stored = [len(bson.encode(document, codec_options=bench.db.codec_options)) for document in found]
    return {
        "request": round(sum(len(each.data) for each in requests) / len(requests)),
        "answer": _exchange(bench.port, requests[0]),
        "document": round(sum(stored) / len(stored)),
    }


def machine() -> dict[str, Any]:
    """What all this was measured on."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "processor": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def cpu_seconds(process: int) -> float:
    """The CPU that a process and those it started used so far, user and system."""
    total = 0.0
    for each in _family(process):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def _family(process: int) -> Iterator[int]:
    yield process
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        for child in thread.read_text().split():
            yield from _family(int(child))


def _used(system: Rig) -> dict[str, float]:
    return {name: cpu_seconds(system.processes[name].popen.pid) for name in PROCESSES}


def _idle(system: Rig, seconds: float = 10.0) -> dict[str, float]:
    """Milliseconds of CPU a second by process, while nothing is sent."""
    time.sleep(2.0)
    before, started = _used(system), time.perf_counter()
    time.sleep(seconds)
    passed = time.perf_counter() - started
    return {name: 1_000 * (now - before[name]) / passed for name, now in _used(system).items()}


def _level(bench: Bench, connections: int, ballots: int) -> Level:
    requests = _requests(bench.survey, bench.bodies, ballots)
    used, told, started = _used(bench.system), _commits(bench.port), time.perf_counter()
    run = drive(bench.port, requests, connections)
    _wait_until_scored(bench.db, bench.survey)
    passed = time.perf_counter() - started
    cpu = {name: 1_000 * (now - used[name]) - bench.idle[name] * passed for name, now in _used(bench.system).items()}
    commits, seconds, committed = (now - before for now, before in zip(_commits(bench.port), told, strict=True))
    return Level(
        connections,
        round(run.rate, 1),
        round(committed / commits, 2),
        round(1_000 * seconds / commits, 3),
        {name: round(max(ms, 0.0) / len(run.answers), 4) for name, ms in cpu.items()},
    )


def _commits(port: int) -> tuple[float, float, float]:
    """Commits so far, their seconds, and their ballots, as the collector tells Prometheus."""
    text = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics").data.decode()
    names = ("hailong_commit_seconds_count", "hailong_commit_seconds_sum", "hailong_commit_ballots_sum")
    count, seconds, ballots = (float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1)) for name in names)  # type: ignore[union-attr]
    return count, seconds, ballots


def _exchange(port: int, request: Request) -> int:
    """The bytes of one answer, its head with them."""
    with socket.create_connection(("127.0.0.1", port), timeout=10.0) as connection:
        connection.sendall(request.data)
        received = b""
        while b"\r\n\r\n" not in received or not received.rpartition(b"\r\n\r\n")[2]:
            received += connection.recv(65_536)
    return len(received)


def _closing() -> dict[str, float]:
    """Microseconds a ballot of what is computed when a survey ends."""
    through_recount = method.measure(100_000, 20_000)["as_ballots"]
    texts = [f"{number:020d}" for number in range(REGISTER)]
    random.Random(1).shuffle(texts)
    receipts = ["-".join(text[at : at + 4] for at in range(0, 20, 4)) for text in texts]
    started = time.process_time()
    root(register(receipts))
    computing = time.process_time() - started
    return {
        "recount_and_inference": round(1e6 * through_recount["seconds"] / through_recount["ballots"], 1),
        "register": round(1e6 * computing / REGISTER, 2),
    }
