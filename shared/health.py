"""Whether a worker on this host works: `python -P -m shared.health scoring`, asked by its container every half minute.

It imports little, because it is asked often: the command line would cost seven times as much.
"""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime, timedelta

from shared import settings
from shared.store.connection import StoreUnavailable, connect
from shared.store.watch import Heartbeats


def complaint(age: timedelta | None, service: str, stale: float) -> str | None:
    """What is wrong with a service whose last sign of life on this host is `age` old; None where nothing is."""
    if age is None:
        return f"{service} on this host has not given a sign of life yet"
    if age > timedelta(seconds=stale):
        return f"{service} on this host gave its last sign of life {age.total_seconds():.0f} s ago"
    return None


def main() -> None:
    """End with 0 where the service works, else with 1 and a sentence."""
    (service,) = sys.argv[1:]
    config = settings.from_environment()
    try:
        ages = Heartbeats(connect(config.mongodb_url, "health")).ages(datetime.now(UTC), host=socket.gethostname())
    except StoreUnavailable:
        sys.exit("the store does not answer")
    sys.exit(complaint(ages.get(service), service, config.heartbeat_stale))


if __name__ == "__main__":
    main()
