"""Wiring of the publishing worker's process: `python -m services.publisher`."""

from __future__ import annotations

from datetime import UTC, datetime

from services.publisher.announcing import Announcing, ways
from services.publisher.closing import Closing, Stores
from services.publisher.data import Imprint
from services.publisher.noticing import Noticing
from services.publisher.publishing import Publishing, Shelves
from services.publisher.retaining import Retaining
from shared import log, settings, tracing, worker
from shared.broker import Emitter, Watchdog, consume, create_celery, quarantine_unreadable
from shared.events import PUBLISHING, AnnouncementsDue, NoticesDue, RetentionDue, SurveyDue, SurveysDue
from shared.store.announcements import Announcements
from shared.store.audit import Author
from shared.store.ballots import Ballots
from shared.store.comments import Comments
from shared.store.connection import StoreUnavailable, connect
from shared.store.editions import Editions, Files
from shared.store.invitations import Invitations
from shared.store.measures import Measures
from shared.store.plan_notices import PlanNotices
from shared.store.previous import Predecessors
from shared.store.retention import Retention
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
    tracing.configure(PUBLISHING, config)
    db = connect(config.mongodb_url, PUBLISHING)
    worker.require_schema(db)
    app = create_celery(config.redis_url)
    surveys, ballots, files = Surveys(db, Author("publisher", now)), Ballots(db), Files(db)
    quarantine, heartbeats = Quarantine(db), Heartbeats(db)
    imprint = Imprint(config.site_address, config.licence)
    announcements = Announcements(db)
    shelves = Shelves(
        surveys, ballots, Editions(db, files), files, Predecessors(db), Measures(db), Comments(db), announcements,
        PlanNotices(db, files), Invitations(db),
    )  # fmt: skip
    publishing = Publishing(shelves, now, imprint=imprint)
    closing = Closing(Stores(surveys, ballots, Tallies(db), files), publishing, Emitter(app), now)
    consume(app, SurveysDue, closing.look, quarantine, (StoreUnavailable,))
    consume(app, SurveyDue, closing.advance, quarantine, (StoreUnavailable,))
    announcing = Announcing(announcements, ways(config), now)
    consume(app, AnnouncementsDue, announcing.deliver, quarantine, (StoreUnavailable,))
    noticing = Noticing(surveys, PlanNotices(db, files), files, now, config.form_address or config.site_address)
    consume(app, NoticesDue, noticing.look, quarantine, (StoreUnavailable,))
    retaining = Retaining(surveys, Retention(db, Author("publisher", now)), now)
    consume(app, RetentionDue, retaining.look, quarantine, (StoreUnavailable,))
    quarantine_unreadable(app, quarantine)
    beat = lambda node: heartbeats.beat(PUBLISHING, node, now())  # noqa: E731
    Watchdog(app, beat, config.heartbeat_every, config.heartbeat_stale, (StoreUnavailable,)).start()
    worker.run(app, PUBLISHING, PUBLISHING, config.log_level, threads=2)


if __name__ == "__main__":
    main()
