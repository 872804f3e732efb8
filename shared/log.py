"""Logs: JSON lines on standard error, constant sentences with identifiers, and the id of the request in each.

Never a ballot's content, a token, or an address.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

request_ids: ContextVar[tuple[str, ...]] = ContextVar("request_ids", default=())
"""The ids of the requests that are being worked on: one, or those whose ballots were committed together. They travel with
messages to the workers."""


_CHATTY = ("celery.worker.strategy", "celery.app.trace", "celery.beat")
"""Loggers of libraries that would write lines for every message."""


class _RequestIds(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        current = request_ids.get()
        if len(current) == 1:
            record.request = current[0]
        elif current:
            record.requests = list(current)
        return True


class _Once(logging.Filter):
    """Leaves away Celery's `data` about a task that failed: it says again what the line says, the traceback too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("data", None)
        return True


def configure(service: str, level: str) -> None:
    """Send this process's logs to standard error as JSON lines named after `service`."""
    logging.basicConfig(handlers=[handler(service)], level=level, force=True)
    logging.captureWarnings(capture=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def handler(service: str) -> logging.Handler:
    """Writes JSON lines named after `service` to standard error."""
    made = logging.StreamHandler()
    made.addFilter(_RequestIds())
    made.addFilter(_Once())
    made.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service": service},
            json_ensure_ascii=False,
        )
    )
    return made


@contextmanager
def working_on(*requests: str) -> Iterator[None]:
    """Name the requests that everything logged inside belongs to: as `request` where it is one, else as `requests`."""
    token = request_ids.set(requests)
    try:
        yield
    finally:
        request_ids.reset(token)


def accepted_id(given: str | None) -> str | None:
    """A request id that a proxy gave, if it is fit to stand in a log: short, letters, digits, and dashes."""
    return given if given and len(given) <= 64 and given.replace("-", "").isalnum() and given.isascii() else None
