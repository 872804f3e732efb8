"""What tests of the running system share: one set of real servers and processes for the whole session."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import harness
from tests.harness import Client, Rig, Store

UNIT = Path(__file__).parent / "unit"


def pytest_configure() -> None:
    """Take a stop signal as Ctrl-C: fixtures end then, and with them every process that they started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After shuffling, let what waits for servers and browsers come first, so that no slow module is left for the end."""
    items.sort(key=lambda item: UNIT in item.path.parents)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over thousands of tests and all that they import: nothing of it is ever freed."""
    gc.freeze()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Everything running: servers, collector, scoring, publisher, beat, site. Tests keep apart by survey ids."""
    with harness.rig(tmp_path_factory.mktemp("system")) as rig:
        yield rig


@pytest.fixture(scope="session")
def api(system: Rig) -> Iterator[Client]:
    """A client of the collector."""
    with harness.client(system.url("collector")) as client:
        yield client


@pytest.fixture(scope="session")
def site(system: Rig) -> Iterator[Client]:
    """A client of the public site."""
    with harness.client(system.url("site")) as client:
        yield client


@pytest.fixture(scope="session")
def store(system: Rig) -> Iterator[Store]:
    """The database behind the system."""
    with harness.database(system.home) as db:
        yield Store(db)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a home of one's own."""
    return tmp_path / "home"
