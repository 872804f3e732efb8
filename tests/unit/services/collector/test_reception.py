"""What is told of ballots that could not be taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from services.collector.reception import Arrival, Reception
from shared.domain.ballot import Submission
from shared.domain.survey import Channel
from shared.store.connection import StoreUnavailable

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


class Away:
    def get(self, *_: object) -> None:
        raise StoreUnavailable


def refused() -> float:
    return REGISTRY.get_sample_value("hailong_ballots_total", {"outcome": "StoreUnavailable", "channel": "kiosk"}) or 0.0


def test_a_ballot_that_the_store_did_not_take_counts_as_refused() -> None:
    nobody = cast(Any, None)
    arrival = Arrival(Submission(uuid4(), "desk", Channel.KIOSK, "vi", 1, {}), None)
    before = refused()
    with pytest.raises(StoreUnavailable):
        Reception(cast(Any, Away()), nobody, nobody, nobody, lambda: NOW).receive("demo", [arrival, arrival])
    assert refused() == before + 2
