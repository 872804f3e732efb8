"""Running a Celery worker of a service in this process."""

from __future__ import annotations

import socket

from celery import Celery


def run(app: Celery, service: str, queue: str, log_level: str, threads: int = 2) -> None:
    """Consume `queue` until told to stop, with tasks in `threads` threads. The first stop signal lets tasks end."""
    app.worker_main(
        [
            "worker",
            f"--hostname={service}@{socket.gethostname()}",
            f"--queues={queue}",
            "--pool=threads",
            f"--concurrency={threads}",
            f"--loglevel={log_level}",
            "--without-gossip",
            "--without-mingle",
        ]
    )
