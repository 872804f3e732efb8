"""Running a Celery worker of a service in this process."""

from __future__ import annotations

import os
import socket

from celery import Celery


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
