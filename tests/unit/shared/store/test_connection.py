"""A store that is away is told in one short sentence, whatever the driver lists beside it."""

from __future__ import annotations

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from shared.store.connection import StoreUnavailable, answering

WHAT_HAPPENED = "mongodb:27017: [Errno -3] Temporary failure in name resolution"


@pytest.mark.parametrize(
    "listing",
    [
        "",
        " (configured timeouts: socketTimeoutMS: 3000.0ms), Timeout: 4.9s, Topology Description: <TopologyDescription id: 6b>",
        ", Timeout: 4.9s, Topology Description: <TopologyDescription id: 6b>",
    ],
    ids=["none", "timeouts", "topology"],
)
def test_a_store_that_is_away_is_told_without_the_drivers_listing(listing: str) -> None:
    with pytest.raises(StoreUnavailable) as raised, answering():
        raise ServerSelectionTimeoutError(WHAT_HAPPENED + listing)
    assert str(raised.value) == WHAT_HAPPENED
