"""A deployment of the compose file for tests: a fresh clone of the project under a name and on ports of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import urllib3

from tests.harness import Answer, Client, eventually

ROOT = Path(__file__).parents[2]
IMAGE = "hailong:test-deployment"
NOT_TRIED: list[str] = []
"""What could not be tried, to be told aloud at the end."""

ONCE = ("database", "volumes")
OTHERS = {
    "HAILONG_PYTHON_IMAGE": "python:3.11-slim-bookworm",
    "HAILONG_MONGODB_IMAGE": "mongo:8",
    "HAILONG_REDIS_IMAGE": "redis:7",
    "HAILONG_EDGE_IMAGE": "caddy:2",
}
"""The images that others make, by the variables that name another."""


@cache
def engine() -> str | None:
    """Why no deployment can be tried on this machine; None where one can."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    if not _succeeds("docker", "info"):
        return "no Docker engine answers"
    if not composer():
        return "neither docker compose nor docker-compose is there"
    for image in (os.environ.get(name, usual) for name, usual in OTHERS.items()):
        if not any(_succeeds("docker", *asked, image) for asked in (("image", "inspect"), ("pull", "--quiet"))):
            return f"the image {image} is neither there nor can be fetched"
    return None


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False, timeout=600).returncode == 0


@cache
def composer() -> tuple[str, ...]:
    """The command of Compose, by itself or as a part of docker's; empty where there is none."""
    for command in (("docker", "compose"), ("docker-compose",)):
        if shutil.which(command[0]) and _succeeds(*command, "version"):
            return command
    return ()


def docker(*arguments: str) -> str:
    """What a docker command says on both of its outputs."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clone(folder: Path) -> None:
    """A fresh clone of what is committed."""
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(folder)], check=True, capture_output=True)


class Edge(Client):
    """A client of the edge, whose certificate is checked against `root`; without one it speaks plain HTTP.

    The edge is asked for `host`, and its certificate must be for it, where that is not the host of `url`.
    """

    def __init__(self, url: str, root: str | None = None, host: str | None = None) -> None:
        super().__init__(url)
        self._headers = {"Host": host} if host else {}
        self._pool = urllib3.PoolManager(
            maxsize=16, timeout=30.0, retries=False, ca_cert_data=root, server_hostname=host, assert_hostname=host
        )

    def request(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return super().request(method, path, body, {**self._headers, **(headers or {})})


@dataclass(frozen=True)
class Deployment:
    """One deployment in `folder` under the project name `name`, with its edge on two ports of this machine.

    `settings` are in the place of what its .env says.
    """

    folder: Path
    name: str
    http: int
    https: int
    settings: Mapping[str, str] = field(default_factory=dict)

    def compose(self, *arguments: str, stdin: str = "", check: bool = True, within: float = 600) -> str:
        """What a compose command prints. AssertionError with what it complains of when it fails."""
        done = subprocess.run(
            [*composer(), *arguments], cwd=self.folder, env=self.environment, input=stdin,
            capture_output=True, text=True, check=False, timeout=within,
        )  # fmt: skip
        assert done.returncode == 0 or not check, f"compose {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.name,
            "HAILONG_IMAGE": IMAGE,
            "HAILONG_HTTP_PORT": str(self.http),
            "HAILONG_HTTPS_PORT": str(self.https),
            "HAILONG_LIMIT_ADDRESS": "0",
            **self.settings,
        }

    def make_secrets(self, tls: str = "internal") -> None:
        making = ["make", "secrets", "HOST=localhost", f"TLS={tls}"]
        subprocess.run(making, cwd=self.folder, env=self.environment, check=True, capture_output=True)

    def up(self, *services: str) -> None:
        """Start and wait until everything is healthy."""
        self.compose("up", "-d", *services)
        eventually("everything is healthy", self.is_well, within=300, every=1)

    def down(self, *options: str) -> None:
        self.compose("down", *options)

    def remove(self) -> None:
        """Take everything away with all data, whatever became of it."""
        self.compose("down", "--volumes", "--timeout", "5", check=False)

    def bring(self, file: Path, to: str) -> None:
        """Put a file of any size into the console."""
        with file.open("rb") as content:
            console = self.container("console")["Id"]
            subprocess.run(["docker", "exec", "-i", console, "sh", "-c", f"cat > {to}"], stdin=content, check=True)

    def is_well(self) -> bool:
        """Whether what stays is healthy, or runs where it says nothing of its health, and what runs once ended well."""
        return all(self._is_well(each) for each in self.containers())

    def _is_well(self, container: Mapping[str, Any]) -> bool:
        state = container["State"]
        if service_of(container) in ONCE:
            return state["Status"] == "exited" and state["ExitCode"] == 0
        return state["Status"] == "running" and state.get("Health", {}).get("Status", "healthy") == "healthy"

    def containers(self) -> list[dict[str, Any]]:
        """What docker tells of every container, those that have ended too."""
        ids = docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={self.name}").split()
        return json.loads(docker("inspect", *ids)) if ids else []

    def container(self, service: str) -> dict[str, Any]:
        return next(each for each in self.containers() if service_of(each) == service)

    def hailong(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """What an operator's command prints. By docker itself: Compose alone takes a second to start."""
        command = ["docker", "exec", "-i", self.container("console")["Id"], "hailong", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0 or not check, f"hailong {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def load(self, plan: Mapping[str, Any]) -> str:
        """Bring a plan in, open its survey, and give its name."""
        name = str(plan["survey"])
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump(plan, file)
            file.flush()
            self.bring(Path(file.name), f"/work/{name}.yml")
        self.hailong("survey", "load", f"/work/{name}.yml")
        self.hailong("survey", "open", name)
        return name

    def root(self) -> str:
        """The certificate of the authority that the edge made for itself."""
        return docker("exec", self.container("edge")["Id"], "cat", "/data/caddy/pki/authorities/local/root.crt")

    @contextmanager
    def edge(self, root: str | None = None, host: str | None = None) -> Iterator[Edge]:
        """A client that trusts the edge's own authority, or `root`."""
        made = Edge(f"https://localhost:{self.https}", root or self.root(), host)
        try:
            yield made
        finally:
            made.close()


def service_of(container: Mapping[str, Any]) -> str:
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


@contextmanager
def deployment(folder: Path, settings: Mapping[str, str]) -> Iterator[Deployment]:
    """A deployment from a fresh clone, with everything healthy; nothing of it is left afterwards."""
    clone(folder)
    made = Deployment(folder, f"hailong-{uuid4().hex[:8]}", free_port(), free_port(), settings)
    made.make_secrets()
    try:
        made.compose("build", within=1_800)
        made.up()
        yield made
    finally:
        made.remove()
