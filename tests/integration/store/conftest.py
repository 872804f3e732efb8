"""A database without workers, where a test alone decides what happens next."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from shared.store import schema
from shared.store.connection import connect
from tests.harness import Rig, Store, unique

SERVER = "HAILONG_TEST_SERVER"
"""The port of an embedded server that is there already; that of the session's system where none is named."""


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    port = os.environ.get(SERVER)
    if port is None:
        system: Rig = request.getfixturevalue("system")
        port = str(system.ports.mongodb)
    db = connect(f"mongodb://127.0.0.1:{port}/{unique('store')}?directConnection=true", "test")
    with db.client:
        schema.ensure(db)
        yield Store(db)
        db.client.drop_database(db.name)
