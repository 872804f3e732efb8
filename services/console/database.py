"""The embedded server that speaks MongoDB's protocol: `python -m services.console.database PORT FOLDER`.

SecantusDB's own command leaves some things as they are that matter here, so it is started through its class.
"""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import secantus.server
from secantus import SecantusDBServer
from secantus.storage import Storage, UserTransactionHandle, _retry_write_conflicts
from secantus.transactions import Transaction, TransactionRegistry, TxnState

from services.console.liveness import Liveness
from shared.store.connection import Db, StoreUnavailable, connect, transact

TRANSACTION_LIFETIME = 10.0
"""Seconds after which a transaction is given up whose process died inside it. Until then nobody passes the gate it holds."""

READING_LIFETIME = 600.0
"""The same for one that wrote nothing: nobody waits for it, and whoever makes a backup may be long between two questions."""

OPLOG_ENTRIES = 2_000
"""The server slows down as its oplog grows, and nothing here reads it."""

GARBAGE = 20_000
"""Objects made and not freed after which the server looks for cycles among them: each look costs those who wait."""

SWITCH = 0.0005
"""Seconds that a thread keeps the interpreter while others wait for it. The storage gives it away some dozens of times in a
transaction, and waits so long for it each time that another thread computes."""

ASKED_EVERY, ANSWERED_WITHIN, SILENT, BUSY = 5.0, 5.0, 6, 90
"""Seconds between two questions whether the server answers, for which each waits, and how many in a row nobody answers until
it is ended: of one that does nothing, and of one that works, for whose longest reading a quarter of an hour is plenty."""


F = TypeVar("F", bound=Callable[..., Any])

begun_again: Callable[[F], F] = _retry_write_conflicts
"""Runs a method of the storage again, after a moment without its locks, when it met somebody else's write."""


class Store(Storage):  # type: ignore[misc]
    """The server's storage, but that nobody who waits holds what others need.

    SecantusDB makes and drops collections and indexes row by row, holding a lock that every request needs. A row that
    somebody else is writing is then tried again without end, and when that one needs the lock too, both wait for ever: at a
    first start, say, when a worker's heartbeat makes the collection that is being laid out. A transaction gives up instead,
    the lock is free, and it begins again.

    And between two statements of a transaction it leaves cursors where they were. WiredTiger cannot put away a page with a
    cursor on it; where new ballots go the page grows, and once it is too large, everyone who reads from it waits for that.
    """

    @contextmanager
    def use_user_transaction(self, handle: UserTransactionHandle) -> Iterator[None]:
        with super().use_user_transaction(handle):
            try:
                yield
            finally:
                for cursor in handle.cursors.values():
                    cursor.reset()

    @begun_again
    def create_collection(self, db: str, coll: str, options: Mapping[str, Any] | None = None) -> bool:
        with self._coll_lock(db, coll), self._batch_transaction():
            return bool(super().create_collection(db, coll, options))

    @begun_again
    def create_index(self, db: str, coll: str, *given: Any, **options: Any) -> bool:
        with self._coll_lock(db, coll), self._batch_transaction():
            return bool(super().create_index(db, coll, *given, **options))

    @begun_again
    def drop_collection(self, db: str, coll: str) -> bool:
        with self._coll_lock(db, coll), self._batch_transaction():
            return bool(super().drop_collection(db, coll))

    @begun_again
    def drop_database(self, db: str) -> None:
        with self._batch_transaction():
            super().drop_database(db)

    @begun_again
    def prune_ttl(self, db: str, coll: str, **options: Any) -> int:
        with self._coll_lock(db, coll), self._batch_transaction():
            return int(super().prune_ttl(db, coll, **options))


class Transactions(TransactionRegistry):  # type: ignore[misc]
    """The server's transactions, but that one which only reads lives longer, and time begins when a statement has ended.

    SecantusDB waits for that statement before it gives up its transaction, and all other transactions wait with it.
    """

    def _prune_locked(self) -> int:
        now, given_up = self._time(), 0
        for each in self._txns.values():
            if not each.mutex.acquire(blocking=False):
                each.last_use = now
                continue
            try:
                if each.state is TxnState.IN_PROGRESS and now - each.last_use > self._may_rest(each):
                    self._rollback_quietly(each)
                    each.state = TxnState.ABORTED
                    given_up += 1
            finally:
                each.mutex.release()
        return given_up

    def _may_rest(self, transaction: Transaction) -> float:
        """Seconds that it may be left alone."""
        reads = transaction.handle is not None and not transaction.handle.written
        return READING_LIFETIME if reads else float(self._lifetime)


def main() -> None:
    """Serve until told to stop."""
    port, folder = int(sys.argv[1]), sys.argv[2]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    secantus.server.Storage = Store
    server = SecantusDBServer(
        host="127.0.0.1",
        port=port,
        storage_path=folder,
        oplog_max_entries=OPLOG_ENTRIES,
        enable_test_commands=False,
        # What was acknowledged survives a power cut.
        sync_on_commit=True,
    )
    server.transactions = Transactions(
        commit_func=server._commit_txn_handle,
        rollback_func=server._rollback_txn_handle,
        lifetime_seconds=TRANSACTION_LIFETIME,
        time_func=time.monotonic,
    )

    def stop(*_: object) -> None:
        server.stop()
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    sys.setswitchinterval(SWITCH)
    server.start()
    db = connect(f"mongodb://127.0.0.1:{port}/hailong?directConnection=true", "liveness")
    alive = Liveness(lambda: answers(db), SILENT, BUSY)
    threading.Thread(target=alive.watch, args=(ASKED_EVERY,), name="liveness", daemon=True).start()
    server.wait()


def answers(db: Db) -> bool:
    """Whether a transaction is begun and ended in time. Raises what the server says where it cannot."""
    try:
        transact(db, lambda session: db.schema.find_one({}, {"_id": 1}, session=session), ANSWERED_WITHIN)
    except StoreUnavailable:
        return False
    return True


if __name__ == "__main__":
    main()
