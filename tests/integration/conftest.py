"""What the integration tests share beside the running system."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests import harness
from tests.harness import Client, Rig


@pytest.fixture(scope="module")
def collectors(system: Rig, api: Client) -> Iterator[tuple[Client, Client]]:
    """Two collector processes over one database."""
    with ExitStack() as stack:
        system.start("collector-2")
        stack.callback(system.stop, "collector-2")
        yield api, stack.enter_context(harness.client(system.url("collector-2")))
