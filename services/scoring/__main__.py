"""Wiring of the scoring worker's process: `python -m services.scoring`."""

from __future__ import annotations

from datetime import UTC, datetime

from services.scoring.running import RunningIndices
from services.scoring.scoring import Scoring, Sweeper
from shared import log, settings, tracing, worker
from shared.broker import Emitter, Watchdog, consume, create_celery, quarantine_unreadable
from shared.events import SCORING, BatchesAccepted, SweepDue
from shared.store.connection import StoreUnavailable, connect
from shared.store.indices import Indices
from shared.store.surveys import Surveys
from shared.store.tallies import Tallies
from shared.store.watch import Heartbeats, Quarantine


def now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


def main() -> None:
    """Consume until told to stop."""
    config = settings.from_environment()
    log.configure(SCORING, config.log_level)
    tracing.configure(SCORING, config)
    db = connect(config.mongodb_url, SCORING)
    worker.require_schema(db)
    app = create_celery(config.redis_url)
    tallies, quarantine, heartbeats = Tallies(db), Quarantine(db), Heartbeats(db)
    surveys, running = Surveys(db), RunningIndices(tallies, Indices(db))
    scoring = Scoring(surveys, tallies, running, quarantine)
    sweeper = Sweeper(surveys, tallies, running, Emitter(app), now, config.sweep_older)
    consume(app, BatchesAccepted, scoring.score, quarantine, (StoreUnavailable,))
    consume(app, SweepDue, sweeper.sweep, quarantine, (StoreUnavailable,))
    quarantine_unreadable(app, quarantine)
    beat = lambda node: heartbeats.beat(SCORING, node, now())  # noqa: E731
    Watchdog(app, beat, config.heartbeat_every, config.heartbeat_stale, (StoreUnavailable,)).start()
    worker.run(app, SCORING, SCORING, config.log_level)


if __name__ == "__main__":
    main()
