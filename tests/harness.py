"""Real servers and real processes for tests: the programs of a home, each of which a test may kill and start again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import redis
import urllib3

from services.console.home import Home, Ports
from services.console.supervisor import programs, web
from shared import settings
from shared.domain.equation import Equation
from shared.domain.recount import differences, recount
from shared.domain.survey import Channel, State
from shared.domain.token import BITS, token, token_digest
from shared.store import schema
from shared.store.audit import Author
from shared.store.ballots import Ballots
from shared.store.connection import Db, StoreUnavailable, connect, ping
from shared.store.devices import Devices, Enrolled
from shared.store.surveys import Record, Surveys
from shared.store.tallies import Tallies

T = TypeVar("T")
V = TypeVar("V")

AUTHOR = Author("test", lambda: datetime.now(UTC))

JSON = {"Content-Type": "application/json"}
SHORT = {
    "HAILONG_SWEEP_EVERY": "1",
    "HAILONG_SWEEP_OLDER": "2",
    "HAILONG_DUE_EVERY": "1",
    "HAILONG_NOTICES_EVERY": "86400",
    "HAILONG_SITE_FRESH": "0.001",
    "HAILONG_HEARTBEAT_EVERY": "1",
    "HAILONG_HEARTBEAT_STALE": "20",
    "HAILONG_REQUEST_DEADLINE": "6",
    "HAILONG_STORE_DEADLINE": "5",
}
SERVERS = ("redis", "mongodb")
SERVICES = ("collector", "scoring", "publisher", "beat", "site")


def eventually(what: str, found: Callable[[], T | None], within: float = 30.0, every: float = 0.05) -> T:
    """What `found` gives once it gives something true; AssertionError after `within` seconds.

    A store that does not answer in time is asked again, as everyone does who has to do with one.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            result = found()
        except StoreUnavailable:
            result = None
        if result:
            return result
        assert time.monotonic() < deadline, f"{what}: not within {within:.0f} s"
        time.sleep(every)


def in_threads(number: int, work: Callable[[T], V], items: Iterable[T]) -> list[V]:
    """`work` on every item by `number` threads at once; results in order, the first error raised."""
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(work, items))


def free_ports() -> Ports:
    """A block of ports nobody listens on."""
    chance = random.SystemRandom()
    return eventually("free ports", lambda: _free(Ports(chance.randrange(20_000, 32_000, 10))))


def _free(ports: Ports) -> Ports | None:
    return None if ports.taken() else ports


@dataclass
class Process:
    """A program that was started. What it logs stands in `log` from `start` on."""

    popen: subprocess.Popen[bytes]
    log: Path
    start: int

    @property
    def logged(self) -> str:
        return self.log.read_bytes()[self.start :].decode()

    def kill(self) -> None:
        """SIGKILL, to it and to the children that it has."""
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> None:
        """SIGTERM; SIGKILL to what is left after 20 seconds."""
        self.popen.terminate()
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None


@dataclass
class Rig:
    """The programs of a home on ports of their own. `environment` holds settings that differ from the defaults."""

    home: Home
    ports: Ports
    environment: Mapping[str, str] = field(default_factory=lambda: SHORT)
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start programs (a collector's second process is `collector-2`) and wait until they work."""
        for name in names:
            self.processes[name] = self.spawn(name, self._command(name))
        for name in names:
            eventually(f"{name} is ready", lambda name=name: self._is_ready(name), within=60)

    def spawn(self, name: str, command: tuple[str, ...], **environment: str) -> Process:
        """Start `command` with the rig's settings and the changes in `environment`; its log is `name`.log."""
        config = self.home.settings()
        env = settings.process_environment() | settings.to_environment(config) | self.environment | environment
        with self.log(name).open("ab") as log:
            popen = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
            return Process(popen, self.log(name), log.tell())

    def log(self, name: str) -> Path:
        return self.home.logs / f"{name}.log"

    def kill(self, name: str) -> None:
        self.processes[name].kill()

    def stop(self, name: str) -> None:
        self.processes[name].stop()

    def stop_all(self) -> None:
        """Services first, so that none of them sees its servers go."""
        for servers in (False, True):
            running = [p for name, p in self.processes.items() if p.is_running and (name in SERVERS) is servers]
            for process in running:
                process.popen.terminate()
            for process in running:
                process.stop()

    def ensure_running(self) -> None:
        """Start again what a test left ended."""
        for names in (SERVERS, SERVICES):
            self.start(*(name for name in names if name in self.processes and not self.processes[name].is_running))

    def url(self, name: str = "collector") -> str:
        return f"http://127.0.0.1:{self.port(name)}"

    def port(self, name: str) -> int:
        return {
            "collector": self.ports.collector,
            "site": self.ports.publisher,
            "collector-2": self.ports.first + 2,
            "mongodb": self.ports.mongodb,
            "redis": self.ports.redis,
        }[name]

    def redis(self) -> redis.Redis:
        return redis.Redis(port=self.ports.redis)

    def _command(self, name: str) -> tuple[str, ...]:
        if name == "collector-2":
            return web(sys.executable, "services.collector.wsgi:create", self.port(name))
        return {program.name: program.command for program in programs(self.home, self.ports)}[name]

    def _is_ready(self, name: str) -> bool:
        process = self.processes[name]
        assert process.is_running, f"{name} ended: {process.logged[-2_000:]}"
        if name in ("collector", "collector-2", "site"):
            return _answers(f"{self.url(name)}/healthz")
        if name == "mongodb":
            return _pings(self.home)
        if name == "redis":
            return _redis_pings(self.ports)
        return name == "beat" or " ready." in process.logged


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=2.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _pings(home: Home) -> bool:
    """Whether the database answers. Raises StoreUnavailable while it does not."""
    with database(home) as db:
        ping(db, 1.0)
    return True


def _redis_pings(ports: Ports) -> bool:
    with redis.Redis(port=ports.redis) as client:
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False


@contextmanager
def database(home: Home) -> Iterator[Db]:
    db = connect(home.endpoints().mongodb_url, "test")
    try:
        yield db
    finally:
        db.client.close()


@contextmanager
def rig(folder: Path, *names: str, **environment: str) -> Iterator[Rig]:
    """A rig with `names` running (everything where none is named), its database made ready; all stopped afterwards."""
    home, ports = Home(folder), free_ports()
    home.prepare(ports.first)
    made = Rig(home, ports, SHORT | environment)
    try:
        made.start(*SERVERS)
        with database(home) as db:
            schema.ensure(db)
        made.start(*(names or SERVICES))
        yield made
    finally:
        made.stop_all()


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def problem(self) -> str:
        """The stable type of a problem answer, whose form is checked on the way."""
        assert self.headers["Content-Type"] == "application/problem+json", (self.status, self.headers, self.content[:300])
        assert self.json["status"] == self.status
        assert self.json["title"]
        assert self.json["detail"]
        return str(self.json["type"])


class Client:
    """A client of the ballot API and of the site over real connections."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager(maxsize=64, timeout=30.0, retries=False)

    def close(self) -> None:
        self._pool.clear()

    def request(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        response = self._pool.request(method, self.url + path, body=body, headers=dict(headers or {}))
        return Answer(response.status, response.headers, response.data)

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def json(self, method: str, path: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request(method, path, content, {**JSON, **(headers or {})})

    def put(self, survey_id: str, ballot_id: UUID | str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        return self.json("PUT", f"/api/v1/surveys/{survey_id}/ballots/{ballot_id}", body, headers)

    def post(self, survey_id: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        return self.json("POST", f"/api/v1/surveys/{survey_id}/ballots", body, headers)

    def reserve(self, survey_id: str, stratum: str, headers: Mapping[str, str] | None = None, **wish: object) -> Answer:
        return self.json("POST", f"/api/v1/surveys/{survey_id}/places", {"stratum": stratum, **wish}, headers)

    def extend(self, survey_id: str, place: str) -> Answer:
        return self.request("PUT", f"/api/v1/surveys/{survey_id}/places/{place}")

    def give_back(self, survey_id: str, place: str) -> Answer:
        return self.request("DELETE", f"/api/v1/surveys/{survey_id}/places/{place}")

    def insist(
        self,
        survey_id: str,
        ballot_id: UUID,
        body: object,
        within: float = 60.0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """As a good client does: the same ballot again until there is an answer other than 503 or a broken connection."""
        deadline = time.monotonic() + within
        while True:
            try:
                answer = self.put(survey_id, ballot_id, body, headers)
            except urllib3.exceptions.HTTPError:
                answer = None
            if answer is not None and answer.status != 503:
                return answer
            assert time.monotonic() < deadline, f"no answer within {within:.0f} s"
            time.sleep(0.1)


@contextmanager
def client(url: str) -> Iterator[Client]:
    made = Client(url)
    try:
        yield made
    finally:
        made.close()


def ballot(**changes: object) -> dict[str, Any]:
    """A body that fits the small plan."""
    return {
        "stratum": "desk",
        "channel": "web",
        "language": "vi",
        "questionnaire": 1,
        "answers": {"C1": 5, "C2": 4, "asked": "yes", "C3": 3, "Q": 4, "wish": ["kinder", "faster"]},
        **changes,
    }


def drawn(chance: random.Random, **changes: object) -> dict[str, Any]:
    """A body that fits the small plan, with answers by chance."""
    answers = {c: chance.randint(0, 5) for c in ("C1", "C2", "C3", "Q")}
    return ballot(answers=answers, stratum=chance.choice(("desk", "online")), **changes)


class Store:
    """What a test asks the database directly."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.surveys = Surveys(db, AUTHOR)
        self.ballots = Ballots(db)
        self.tallies = Tallies(db)

    def opened(self, data: Mapping[str, Any]) -> Record:
        """Load a plan and open it."""
        return self.surveys.move(self.surveys.load(data), State.OPEN)

    def ids(self, survey_id: str) -> set[UUID]:
        return {stored.ballot.id for chunk in self.ballots.chunks(survey_id) for stored in chunk}

    def scored(self, survey_id: str, within: float = 60.0) -> Equation:
        """The equation once nothing waits."""

        def settled() -> Equation | None:
            equation = self.ballots.equation(survey_id)
            return None if equation.waiting else equation

        return eventually(f"{survey_id} is scored", settled, within, every=0.2)

    def recount_differs(self, survey_id: str) -> list[str]:
        record = self.surveys.get(survey_id)
        counted = recount(self.ballots.chunks(survey_id), record.survey)
        return differences(self.tallies.read(survey_id), counted.cells) + list(counted.altered)

    def reaches(self, survey_id: str, state: State, within: float = 60.0) -> Record:
        """The survey once it is in `state`."""

        def there() -> Record | None:
            record = self.surveys.get(survey_id)
            return record if record.state is state else None

        return eventually(f"{survey_id} is {state}", there, within, every=0.1)


def enrolled(store: Store, survey_id: str, *strata: str, name: str | None = None, channel: Channel = Channel.KIOSK) -> str:
    """The key of a device that was enrolled for `strata`."""
    key = token(random.SystemRandom().getrandbits(BITS))
    Devices(store.db, AUTHOR).enrol(Enrolled(token_digest(key), name or unique("device"), survey_id, strata, channel))
    return key


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def unique(prefix: str) -> str:
    """A survey id that no other test has."""
    return f"{prefix}-{uuid4().hex[:8]}"


class Background:
    """Work in a thread while the test goes on; what it raised is raised at the end."""

    def __init__(self, work: Callable[[threading.Event], None]) -> None:
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> threading.Event:
        self._thread.start()
        return self._stop

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._work(self._stop)
        except BaseException as error:  # noqa: BLE001 - raised again when the test comes out
            self._error = error
