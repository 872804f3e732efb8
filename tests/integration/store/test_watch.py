"""When workers were last seen, as operators are told it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.store.watch import Heartbeats
from tests.harness import unique

if TYPE_CHECKING:
    from tests.harness import Store

NOW = datetime(2026, 8, 1, 9, tzinfo=UTC)


def test_the_freshest_worker_of_a_service_counts(store: Store) -> None:
    service, heartbeats = unique("service"), Heartbeats(store.db)
    for host, ago in (("a", 40), ("b", 7)):
        heartbeats.beat(service, f"{service}-1@{host}", NOW - timedelta(seconds=ago))
    assert heartbeats.ages(NOW)[service] == timedelta(seconds=7)
    assert heartbeats.ages(NOW, host="a")[service] == timedelta(seconds=40)
    assert service not in heartbeats.ages(NOW, host="c")


def test_a_worker_that_was_seen_after_the_clock_was_read_is_not_of_a_negative_age(store: Store) -> None:
    service, heartbeats = unique("service"), Heartbeats(store.db)
    heartbeats.beat(service, f"{service}-1@a", NOW + timedelta(seconds=0.4))
    assert heartbeats.ages(NOW)[service] == timedelta()
