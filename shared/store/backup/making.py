"""Making a backup: everything as of one moment into one file, with an entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from shared.domain.audit import Act
from shared.store import schema
from shared.store.audit import Audit, Author
from shared.store.backup import archive
from shared.store.backup.archive import About, Manifest, Writer
from shared.store.backup.keys import Keys
from shared.store.backup.snapshot import collections, pieces, snapshot
from shared.store.connection import PATIENCE, Db, answering

Progress = Callable[[str, int, int], None]
"""Told of the collection, how many documents were done, and of how many about."""


def make(db: Db, path: Path, keys: Keys | None, author: Author, progress: Progress) -> Manifest:
    """Write a backup of `db` to the new file `path`, encrypted where there are keys.

    All that was acknowledged before the call is in it. Raises FileExistsError, SnapshotLost, WrongSchema, StoreUnavailable,
    OSError; then there is no file.
    """
    if path.exists():
        raise FileExistsError(path)
    schema.require(db)
    now = author.clock().astimezone(UTC)
    about = About(version("hailong"), schema.revision(db) or 0, now.isoformat(timespec="seconds"), db.name)

    def fill(writer: Writer) -> None:
        names = collections(db)
        with answering(PATIENCE):
            expected = sum(db[name].estimated_document_count() for name in names)
        done = 0
        with snapshot(db, now) as session:
            for name in names:
                for piece in pieces(db, name, session, now):
                    writer.put(piece)
                    done += piece.documents
                    progress(name, done, max(done, expected))

    manifest = archive.write(path, about, keys, fill)
    Audit(db).record(Act("backup", None, after=_told(manifest)), author)
    return manifest


def _told(manifest: Manifest) -> dict[str, object]:
    return {"backup": manifest.identity, "documents": manifest.total, "made_at": manifest.about.made_at}
