"""The clock of the system: emits, again and again, that it is time to sweep and to look for surveys that are due.

Two of these at once do no harm: what they emit may happen twice. `python -m services.publisher.beat`.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import UTC, datetime

from celery.apps.beat import Beat
from celery.signals import after_task_publish

from shared import log, settings, tracing
from shared.broker import create_celery, schedule
from shared.events import BEAT, AnnouncementsDue, Event, NoticesDue, RetentionDue, SurveysDue, SweepDue
from shared.store.connection import StoreUnavailable, connect
from shared.store.watch import Heartbeats

RETENTION_EVERY = 600.0
"""Seconds between looks for what is no longer to be kept."""


def tell(heartbeats: Heartbeats, node: str, now: datetime) -> None:
    """Record that the clock goes. What it emits does not wait for the store to answer well."""
    with suppress(StoreUnavailable):
        heartbeats.beat(BEAT, node, now)


def main() -> None:
    """Emit until told to stop."""
    config = settings.from_environment()
    log.configure("beat", config.log_level)
    tracing.configure("beat", config)
    app = create_celery(config.redis_url)
    heartbeats, node = Heartbeats(connect(config.mongodb_url, BEAT)), f"{BEAT}-{os.getpid()}@{socket.gethostname()}"
    after_task_publish.connect(lambda **_: tell(heartbeats, node, datetime.now(UTC)), sender=SweepDue.name, weak=False)
    due: dict[Event, float] = {SurveysDue(): config.due_every, AnnouncementsDue(): config.due_every}
    due |= {SweepDue(): config.sweep_every, NoticesDue(): config.notices_every, RetentionDue(): RETENTION_EVERY}
    schedule(app, due)
    Beat(app=app, loglevel=config.log_level, scheduler="celery.beat:Scheduler", max_interval=1, quiet=True).run()


if __name__ == "__main__":
    main()
