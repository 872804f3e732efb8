"""Running a Celery worker of a service in this process."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time

from celery import Celery

from shared.store import schema
from shared.store.connection import Db, StoreUnavailable

logger = logging.getLogger(__name__)

CONFIGURATION = os.EX_CONFIG
"""The exit status of a process that cannot work before a person acts."""


def require_schema(db: Db) -> None:
    """Return when the store answers and its data are of this release's revision; end the process when they are of another."""
    while True:
        try:
            return schema.require(db)
        except StoreUnavailable:
            time.sleep(1.0)
        except schema.WrongSchema as error:
            logger.critical("the data do not fit this release", extra={"reason": str(error)})
            sys.exit(CONFIGURATION)


def run(app: Celery, service: str, queue: str, log_level: str, threads: int = 2) -> None:
    """Consume `queue` until told to stop, with tasks in `threads` threads. The first stop signal lets tasks end.

    The worker's name holds the process's number: two of one name on one host would answer each other's heartbeats. Quiet,
    because Celery's banner is no JSON line.
    """
    app.worker_main(
        [
            "--quiet",
            "worker",
            f"--hostname={service}-{os.getpid()}@{socket.gethostname()}",
            f"--queues={queue}",
            "--pool=threads",
            f"--concurrency={threads}",
            f"--loglevel={log_level}",
            "--without-gossip",
            "--without-mingle",
        ]
    )
