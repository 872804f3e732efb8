"""Wiring of the publishing worker's process: `python -m services.publisher`."""

from __future__ import annotations

from datetime import UTC, datetime

from services.publisher.closing import Closing, Stores
from services.publisher.data import Imprint
from services.publisher.publishing import Publishing
from shared import log, settings, worker
from shared.broker import Emitter, Watchdog, consume, create_celery, quarantine_unreadable
from shared.events import PUBLISHING, SurveyDue, SurveysDue
from shared.store.audit import Author
from shared.store.ballots import Ballots
from shared.store.connection import StoreUnavailable, connect
from shared.store.editions import Editions, Files
from shared.store.previous import Predecessors
from shared.store.surveys import Surveys
from shared.store.tallies import Tallies
from shared.store.watch import Heartbeats, Quarantine


def now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


def main() -> None:
    """Consume until told to stop."""
    config = settings.from_environment()
    log.configure(PUBLISHING, config.log_level)
    db = connect(config.mongodb_url, PUBLISHING)
    app = create_celery(config.redis_url)
    surveys, ballots, files = Surveys(db, Author("publisher", now)), Ballots(db), Files(db)
    quarantine, heartbeats = Quarantine(db), Heartbeats(db)
    imprint = Imprint(config.site_address, config.licence)
    publishing = Publishing(surveys, ballots, Editions(db, files), files, Predecessors(db), now, imprint=imprint)
    closing = Closing(Stores(surveys, ballots, Tallies(db), files), publishing, Emitter(app), now)
    consume(app, SurveysDue, closing.look, quarantine, (StoreUnavailable,))
    consume(app, SurveyDue, closing.advance, quarantine, (StoreUnavailable,))
    quarantine_unreadable(app, quarantine)
    beat = lambda node: heartbeats.beat(PUBLISHING, node, now())  # noqa: E731
    Watchdog(app, beat, config.heartbeat_every, config.heartbeat_stale).start()
    worker.run(app, PUBLISHING, PUBLISHING, config.log_level, threads=1)


if __name__ == "__main__":
    main()
