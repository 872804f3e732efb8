"""The two web services under gunicorn: `python -m shared.web services.collector.wsgi:create 127.0.0.1:8000`.

One process serves all connections of a service, as greenlets; its log lines have the form of all others, and it ends without
waiting for connections that ask nothing.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gevent
from gevent.hub import Waiter
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.ggevent import GeventWorker

from shared import log, settings

GARBAGE = 20_000
"""Objects made and not freed after which a web process looks for cycles among them."""


class JsonLogger(Logger):  # type: ignore[misc]
    """There is no access log: it would hold addresses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [log.handler("web")]


class WaitingRoom:
    """Where requests that have arrived wait until they are called: one in each round of the event loop.

    What else is ready in a round goes on as well: above all the commit under way, which many requests wait for, and which
    would otherwise stand behind every new request each time that the store has answered it.
    """

    def __init__(self) -> None:
        self._waiting: deque[Waiter[None]] = deque()
        self._round = gevent.get_hub().loop.timer(0.0)

    def wait(self) -> None:
        """Return when the calling greenlet is called. First come, first called."""
        waiter: Waiter[None] = Waiter()
        if not self._waiting:
            self._round.start(self._call)
        self._waiting.append(waiter)
        waiter.get()

    def _call(self) -> None:
        waiter = self._waiting.popleft()
        if self._waiting:
            self._round.start(self._call)
        waiter.switch(None)


class Worker(GeventWorker):  # type: ignore[misc]
    """Calls requests one by one. Told to stop, it finishes its requests and closes connections that have none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: dict[gevent.Greenlet, gevent.Timeout] = {}

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Wait for the next request on a connection, for as long as connections are kept."""
        connection = gevent.getcurrent()
        with gevent.Timeout(self.cfg.keepalive, False) as timeout:
            self._idle[connection] = timeout
            try:
                yield
            finally:
                del self._idle[connection]

    def run(self) -> None:
        self._waiting_room = WaitingRoom()
        super().run()

    def handle_request(self, *args: Any) -> Any:
        self._waiting_room.wait()
        return super().handle_request(*args)

    def notify(self) -> None:
        """Called every second, and after the signal to stop until all connections are closed."""
        super().notify()
        if not self.alive:
            for connection, timeout in list(self._idle.items()):
                connection.kill(timeout, block=False)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn for one of our applications. `application` names the function that makes it, as `module:function`."""

    def __init__(self, application: str, bind: str, log_level: str) -> None:
        self._application = application
        self._settings = {
            "bind": bind,
            "worker_class": "shared.web.Worker",
            "worker_connections": 1_000,
            "keepalive": 75,
            "graceful_timeout": 15,
            "logger_class": "shared.web.JsonLogger",
            "loglevel": log_level.lower(),
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # Imported in the worker only, which patches the standard library for greenlets before.
        application = util.import_app(f"{self._application}()")
        # What is loaded now stays. Looking through all of it for garbage after every 700 new objects costs each request.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE)
        return application


def main() -> None:
    """Serve until told to stop."""
    application, bind = sys.argv[1:]
    Server(application, bind, settings.from_environment().log_level).run()


if __name__ == "__main__":
    main()
