"""When the embedded server gives a transaction up whose process died inside it."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from secantus.transactions import Transaction, TxnState

from services.console.database import READING_LIFETIME, Transactions


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
    assert not given.goes_on(11.0)
