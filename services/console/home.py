"""A home: the folder that holds all that the embedded servers write, and says where they listen."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from services.console.errors import ConsoleError
from shared.settings import Settings


class HomeError(ConsoleError):
    """The home cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens, counted from the first port."""

    first: int

    @property
    def collector(self) -> int:
        return self.first

    @property
    def publisher(self) -> int:
        return self.first + 1

    @property
    def mongodb(self) -> int:
        return self.first + 3

    @property
    def redis(self) -> int:
        return self.first + 4

    def taken(self) -> list[int]:
        """Those of our ports that another program listens on."""
        return [port for port in (self.collector, self.publisher, self.mongodb, self.redis) if _is_taken(port)]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What `hailong up` leaves in the home for the other commands."""

    port: int
    mongodb_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class Home:
    """The folder at `path`."""

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def _endpoints(self) -> Path:
        return self.path / "endpoints.json"

    def prepare(self, port: int) -> Ports:
        """Make the folders and note where everything will listen. Raises HomeError when a port is taken."""
        ports = Ports(port)
        taken = ports.taken()
        if taken:
            names = ", ".join(map(str, taken))
            raise HomeError(f"another program listens on port {names}. Stop it, or start with --port N for other ports.")
        for folder in (self.logs, self.path / "mongodb", self.path / "redis"):
            folder.mkdir(parents=True, exist_ok=True)
        endpoints = Endpoints(
            port,
            # The server announces itself by its bind address: talk to it directly.
            f"mongodb://127.0.0.1:{ports.mongodb}/hailong?directConnection=true",
            f"redis://127.0.0.1:{ports.redis}/0",
        )
        self._endpoints.write_text(json.dumps(asdict(endpoints), indent=2) + "\n")
        return ports

    def endpoints(self) -> Endpoints:
        """Where everything of this home listens. Raises HomeError when `hailong up` never ran in it."""
        try:
            return Endpoints(**json.loads(self._endpoints.read_text()))
        except FileNotFoundError:
            raise HomeError(
                f"nothing was started in {self.path}. Run `hailong up --home {self.path}` first, "
                "or set HAILONG_MONGODB_URL and HAILONG_REDIS_URL."
            ) from None
        except (ValueError, TypeError):
            raise HomeError(f"{self._endpoints} is damaged. Run `hailong up --home {self.path}` again.") from None

    def settings(self) -> Settings:
        """The settings by which a process uses this home's servers. Raises HomeError."""
        endpoints = self.endpoints()
        return Settings(endpoints.mongodb_url, endpoints.redis_url)

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the home alone; yields the lock's file descriptor for children to hold as well. Raises HomeError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(f"{self.path} cannot be a home: {error.strerror}. Name another with --home DIR.") from None
        with (self.path / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise HomeError(
                    f"{self.path} is in use by process {file.read().strip() or 'unknown'}. "
                    "Stop it, or start with --home DIR for another home."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield file.fileno()


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
