"""Restoring a backup into an empty system. Until its last step nothing of it is seen by a service, and it can be begun
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bson import decode_all
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from shared.domain.audit import Act
from shared.store import schema
from shared.store.audit import Author, append
from shared.store.backup import archive
from shared.store.backup.archive import About, BackupBroken, Manifest, Piece
from shared.store.backup.keys import Keys
from shared.store.backup.making import Progress
from shared.store.backup.snapshot import LEFT_OUT, collections
from shared.store.connection import Db, answering, transact

LAST = ("surveys", "batches")
"""What services look for work in: it comes with the last step, all at once."""

KEEPING = ("backup", "migrate")
"""Acts that a system tells of which never held anything: its nightly backup, and a new release of the software."""

PART = 1_000
"""Documents of one insertion."""

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_DEADLINE = 300.0


class NotEmpty(ValueError):
    """The system holds something, and a restore would mix with it. The message says what."""


def restore(db: Db, path: Path, keys: Keys | None, author: Author, progress: Progress) -> Manifest:
    """Put the backup of `path` into the empty database `db`; the file is read and checked to its end before that.

    What an interrupted restore left is cleared first, and so is an audit log that tells of nothing but KEEPING: the
    backup brings its own. Raises BackupBroken, KeyNeeded, NotEmpty, WrongSchema,
    StoreUnavailable, OSError.
    """
    manifest = archive.read(path, keys, lambda _, piece: progress(f"checked {piece.collection}", 0, 0))
    schema.can_take(manifest.about.schema)
    _begin(db, manifest)
    last: dict[str, list[RawBSONDocument]] = {name: [] for name in LAST}
    done = 0

    def take(_: About, piece: Piece) -> None:
        nonlocal done
        documents = decode_all(piece.content, _RAW)
        if piece.collection in last:
            last[piece.collection] += documents
        else:
            _insert(db, piece.collection, documents)
        done += piece.documents
        progress(piece.collection, done, manifest.total)

    if archive.read(path, keys, take) != manifest:
        raise BackupBroken(f"{path} was changed while it was restored; restore again from a file that nobody writes to")
    _finish(db, manifest, last, author)
    return manifest


def _begin(db: Db, manifest: Manifest) -> None:
    """Mark the store as being restored. Raises NotEmpty where it holds anything that an interrupted restore did not leave."""
    with answering(_DEADLINE):
        unfinished = db.schema.find_one({"_id": schema.RESTORING}) is not None
        held = {name for name in collections(db) if db[name].find_one({}, {"_id": 1}) is not None}
        if held & set(LAST) if unfinished else held and not _is_untouched(db, held):
            raise NotEmpty(
                f"a backup is restored into an empty system only, and {db.name} holds {', '.join(sorted(held))}: name another "
                "home with --home, or another database"
            )
        db.schema.replace_one(
            {"_id": schema.RESTORING}, {"backup": manifest.identity, "made_at": manifest.about.made_at}, upsert=True
        )
        for name in held:
            db.drop_collection(name)
        schema.lay_out(db)


def _is_untouched(db: Db, held: set[str]) -> bool:
    """Whether what the store holds is only the log of a system in which nobody has done anything yet."""
    return held <= {"audit", "audit_head"} and db.audit.find_one({"act": {"$nin": KEEPING}}, {"_id": 1}) is None


def _insert(db: Db, name: str, documents: Sequence[RawBSONDocument]) -> None:
    if name in LEFT_OUT:
        raise BackupBroken(f"{name} does not belong into a backup")
    collection = db.get_collection(name, codec_options=_RAW)
    refused = 0
    for start in range(0, len(documents), PART):
        with answering(_DEADLINE):
            try:
                collection.insert_many(documents[start : start + PART], ordered=False)
            except BulkWriteError as error:
                refused += len(error.details["writeErrors"])
    if refused:
        # Said here, not where it was caught: the driver's error holds whole documents, and must not reach a log.
        raise BackupBroken(f"the store refused {refused} documents of {name}: the backup holds some twice")


def _finish(db: Db, manifest: Manifest, last: dict[str, list[RawBSONDocument]], author: Author) -> None:
    """Let the services see it, and write into the audit log that it was restored."""
    told = {"backup": manifest.identity, "documents": manifest.total, "made_at": manifest.about.made_at}

    def work(session: ClientSession) -> None:
        for name, documents in last.items():
            if documents:
                db.get_collection(name, codec_options=_RAW).insert_many(documents, session=session)
        append(db, Act("restore", None, after=told), author, session)
        db.schema.delete_one({"_id": schema.RESTORING}, session=session)
        schema.note(db, manifest.about.schema, "restore", author.clock(), session)

    transact(db, work, _DEADLINE)
