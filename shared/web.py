"""The two web services under gunicorn: their log lines in the form of all others, and their end without waiting for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gevent
from gunicorn.glogging import Logger
from gunicorn.workers.ggevent import GeventWorker

from shared import log


class JsonLogger(Logger):  # type: ignore[misc]
    """`--logger-class shared.web.JsonLogger`. There is no access log: it would hold addresses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [log.handler("web")]


class Worker(GeventWorker):  # type: ignore[misc]
    """`--worker-class shared.web.Worker`. Told to stop, it finishes its requests and closes connections that have none."""

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

    def notify(self) -> None:
        """Called every second, and after the signal to stop until all connections are closed."""
        super().notify()
        if not self.alive:
            for connection, timeout in list(self._idle.items()):
                connection.kill(timeout, block=False)
