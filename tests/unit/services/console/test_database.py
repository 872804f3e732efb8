"""When the embedded server gives a transaction up whose process died inside it, and what one holds meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from secantus.storage import UserTransactionHandle
from secantus.transactions import Transaction, TxnState
from wiredtiger import WiredTigerError

from services.console.database import READING_LIFETIME, Store, Transactions


class Given:
    """Transactions at a time of one's own, with one of them under way since 0."""

    def __init__(self, *written: tuple[str, str]) -> None:
        self.now = 0.0
        self.registry = Transactions(lifetime_seconds=10.0, time_func=lambda: self.now)
        made, _ = self.registry.for_statement(b"session", None, 1, start=True)
        assert made is not None
        self.transaction: Transaction = made
        self.transaction.handle = SimpleNamespace(written=set(written))

    def goes_on(self, at: float) -> bool:
        self.now = at
        self.registry.prune_expired()
        return self.transaction.state is TxnState.IN_PROGRESS


@pytest.mark.parametrize(("at", "goes_on"), [(10.0, True), (10.1, False)])
def test_one_that_wrote_is_given_up_soon(at: float, goes_on: bool) -> None:
    assert Given(("hailong", "gates")).goes_on(at) is goes_on


@pytest.mark.parametrize(("at", "goes_on"), [(READING_LIFETIME, True), (READING_LIFETIME + 0.1, False)])
def test_one_that_only_reads_lives_long_enough_for_a_backup(at: float, goes_on: bool) -> None:
    assert Given().goes_on(at) is goes_on


def test_one_that_has_done_nothing_yet_is_given_up_soon() -> None:
    given = Given()
    given.transaction.handle = None
    assert not given.goes_on(10.1)


def test_nobody_waits_for_a_statement_under_way_and_it_is_not_given_up() -> None:
    given, inside, leave = Given(("hailong", "gates")), threading.Event(), threading.Event()

    def statement() -> None:
        with given.transaction.mutex:
            inside.set()
            leave.wait(60)

    under_way = threading.Thread(target=statement)
    under_way.start()
    inside.wait(60)
    assert given.goes_on(11.0)
    leave.set()
    under_way.join()
    assert given.goes_on(20.9), "its time begins when the statement ended"
    assert not given.goes_on(21.1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(str(tmp_path))
    made.insert("db", "ballots", [{"_id": number, "survey": "a"} for number in range(9)])
    made.create_index("db", "ballots", "survey_1", {"survey": 1})
    yield made
    made.close()


@pytest.mark.parametrize("wanted", [{"_id": {"$in": [1, 2]}}, {"survey": "a"}], ids=["by id", "by an index"])
def test_a_transaction_holds_no_page_between_its_statements(store: Store, wanted: dict[str, object]) -> None:
    handle = store.begin_user_transaction()
    with store.use_user_transaction(handle):
        store.find_matching("db", "ballots", wanted)
        assert any(map(_is_placed, handle.cursors.values())), "no cursor is on a row, and nothing is tried here"
    assert not any(map(_is_placed, handle.cursors.values()))
    store.insert("db", "ballots", [{"_id": 9, "survey": "a"}])
    assert _found(store, handle) == 9, "it does not see its moment any more"
    store.abort_user_transaction(handle)


def test_a_transaction_whose_statement_fails_holds_no_page_either(store: Store) -> None:
    handle = store.begin_user_transaction()
    with suppress(LookupError), store.use_user_transaction(handle):
        store.find_matching("db", "ballots", {"_id": {"$in": [1, 2]}})
        raise LookupError
    assert not any(map(_is_placed, handle.cursors.values()))
    store.abort_user_transaction(handle)


def _is_placed(cursor: Any) -> bool:
    try:
        cursor.get_key()
    except WiredTigerError:
        return False
    return True


def _found(store: Store, handle: UserTransactionHandle) -> int:
    with store.use_user_transaction(handle):
        return len(store.find_matching("db", "ballots", {}))
