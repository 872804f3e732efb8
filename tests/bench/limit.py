"""The limit to compare with: what Flask answers with an empty 201, on gunicorn with two sync workers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import urllib3
from flask import Flask, Response


def create() -> Flask:
    """An application that does nothing."""
    app = Flask(__name__)

    @app.route("/<path:path>", methods=["GET", "PUT"])
    def empty(path: str) -> Response:
        del path
        return Response(status=201)

    return app


@contextmanager
def running(port: int) -> Iterator[None]:
    """The application is served on `port` inside."""
    command = [sys.executable, "-m", "gunicorn", "tests.bench.limit:create()", "--bind", f"127.0.0.1:{port}"]
    with serving([*command, "--workers", "2", "--log-level", "error", "--no-control-socket"], port):
        yield


@contextmanager
def serving(command: Sequence[str], port: int, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """What `command` starts answers on `port` inside."""
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(100):
            try:
                urllib3.request("GET", f"http://127.0.0.1:{port}/x", timeout=1.0, retries=False)
                break
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()
