"""The connection to MongoDB, its transactions, and the one error that says "try again later".

Nothing connects on import: `connect` makes a client that dials when it is first used.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pymongo
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Db = Database[Document]
T = TypeVar("T")

MAJORITY = WriteConcern("majority", j=True)
SNAPSHOT = ReadConcern("snapshot")

PATIENCE = 3_600.0
"""Seconds for what reads all ballots of a survey: the embedded server answers when it has them all in memory."""


_BREATH = 0.005
"""Seconds before `insist` tries again."""


class StoreUnavailable(RuntimeError):
    """The store did not answer in time, or could not commit. The same call may work later."""


class _Met(Exception):
    """The transaction met a write of another one that is under way."""


class StoreConflict(RuntimeError):
    """Someone else changed the document first (compare-and-set lost)."""


_SETTINGS = re.compile(r" \(configured timeouts: |, Timeout: |, Topology Description: ")
"""Where the driver's messages go from what happened to a listing of settings and servers."""

_AWAY = (ConnectionFailure, ExecutionTimeout, NetworkTimeout, WTimeoutError)


def connect(url: str, application: str) -> Db:
    """The database that `url` names. Dials on first use; UUIDs are stored in the standard form, times come back aware."""
    client: MongoClient[Document] = MongoClient(
        url,
        appname=f"hailong-{application}",
        connect=False,
        uuidRepresentation="standard",
        tz_aware=True,
        serverSelectionTimeoutMS=3_000,
        connectTimeoutMS=3_000,
        socketTimeoutMS=20_000,
        retryWrites=True,
        w="majority",
        journal=True,
    )
    options: CodecOptions[Document] = CodecOptions(tz_aware=True, uuid_representation=UuidRepresentation.STANDARD)
    return client.get_default_database().with_options(codec_options=options)


@contextmanager
def answering(deadline: float | None = None) -> Iterator[None]:
    """Turn "the store is away" into StoreUnavailable, and bound everything inside to `deadline` seconds."""
    try:
        with pymongo.timeout(deadline):
            yield
    except _AWAY as error:
        raise _unavailable(error) from error
    except OperationFailure as error:
        if error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError"):
            raise _unavailable(error) from error
        raise
    except PyMongoError as error:
        if error.timeout or error.has_error_label("UnknownTransactionCommitResult"):
            raise _unavailable(error) from error
        raise


def _unavailable(error: PyMongoError) -> StoreUnavailable:
    """What the driver says happened, without its listing of settings and servers: operators read it in a log or a terminal."""
    return StoreUnavailable(_SETTINGS.split(str(error), maxsplit=1)[0])


def transact(db: Db, work: Callable[[ClientSession], T], deadline: float) -> T:
    """Run `work` in one snapshot transaction with a majority commit, again from the start on a write conflict.

    Raises StoreUnavailable when it could not be committed within `deadline` seconds. Whether it was committed is then
    unknown, so `work` must be safe to repeat.
    """
    with answering(deadline), db.client.start_session() as session:
        return session.with_transaction(work, read_concern=SNAPSHOT, write_concern=MAJORITY)


def insist(db: Db, work: Callable[[ClientSession], T], deadline: float, within: float) -> T:
    """`transact` for what has to get in between writers that hardly rest: begun again at once, not after ever longer pauses.

    Raises StoreUnavailable when others were in the way for `within` seconds, or the store did not commit within `deadline`.
    """

    def once(session: ClientSession) -> T:
        try:
            return work(session)
        except PyMongoError as error:
            if error.has_error_label("TransientTransactionError") and not error.timeout:
                raise _Met from error
            raise

    ends = time.monotonic() + within
    while True:
        try:
            return transact(db, once, deadline)
        except _Met as met:
            if time.monotonic() >= ends:
                raise StoreUnavailable("others wrote to the same documents all the time") from met
            time.sleep(_BREATH)


def ping(db: Db, deadline: float = 2.0) -> None:
    """Raise StoreUnavailable unless the store answers."""
    with answering(deadline):
        db.command("ping")
