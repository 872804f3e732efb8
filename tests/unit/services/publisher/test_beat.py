"""The clock's signs of life."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from services.publisher.beat import tell
from shared.store.connection import StoreUnavailable
from shared.store.watch import Heartbeats

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


class Away:
    def beat(self, *_: object) -> None:
        raise StoreUnavailable


def test_a_store_that_is_away_does_not_stop_the_clock() -> None:
    tell(cast(Heartbeats, Away()), "beat-1@host", NOW)
