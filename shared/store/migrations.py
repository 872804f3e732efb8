"""Migrations: what takes the data of one schema revision to the next. Each can be repeated, and so can be resumed where it
ended.

A migration changes documents in place by conditions that only those fulfil which it has not changed yet. Its revision is
written down when it is done, with its entry in the audit log. Published editions, ballots and the audit log are never
rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from shared.domain.audit import Act
from shared.store import schema
from shared.store.audit import Author, append
from shared.store.connection import Db, answering, transact
from shared.store.surveys import Surveys

_DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Migration:
    """From revision `revision` - 1 to `revision`. `what` completes the sentence "this release …s"."""

    revision: int
    what: str
    work: Callable[[Db], None]


def _next_steps(db: Db) -> None:
    """Surveys say when their next step is due, so that looking for due ones takes one look into an index."""
    Surveys(db).schedule()


MIGRATIONS: Sequence[Migration] = (Migration(1, "write down when each survey's next step is due", _next_steps),)


def pending(db: Db, migrations: Sequence[Migration] = MIGRATIONS) -> list[Migration]:
    """What the data still need, in order. Raises WrongSchema where they are of a later release, StoreUnavailable."""
    found = schema.revision(db)
    if found is None:
        return []
    schema.can_take(found, migrations[-1].revision)
    return [each for each in migrations if each.revision > found]


def migrate(
    db: Db, author: Author, tell: Callable[[Migration], None], migrations: Sequence[Migration] = MIGRATIONS
) -> list[Migration]:
    """Do what is pending, one after the other, and return it; a store without data is laid out.

    Interrupted, it resumes at the migration that was not done. Raises WrongSchema, StoreUnavailable, and what a migration
    raises.
    """
    with answering(60.0):
        restoring = db.schema.find_one({"_id": schema.RESTORING})
    if restoring is not None:
        schema.require(db)
    todo = pending(db, migrations)
    with answering(600.0):
        schema.lay_out(db)
    for each in todo:
        tell(each)
        each.work(db)
        _note(db, each, author)
    if schema.revision(db) is None:
        schema.ensure(db)
    return todo


def _note(db: Db, done: Migration, author: Author) -> None:
    """Write the revision down, unless someone else did the same migration and wrote it first."""

    def work(session: ClientSession) -> None:
        layout = db.schema.find_one({"_id": schema.LAYOUT}, session=session) or {"revision": 0}
        if layout["revision"] >= done.revision:
            return
        change = {"revision": layout["revision"]}, {"revision": done.revision, "migration": done.what}
        append(db, Act("migrate", None, *change), author, session)
        schema.note(db, done.revision, done.what, author.clock(), session)

    transact(db, work, _DEADLINE)
