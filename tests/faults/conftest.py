"""Faults are made in the system that all tests share; every test leaves it running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Rig


@pytest.fixture(autouse=True)
def mended(system: Rig) -> Iterator[None]:
    system.ensure_running()
    yield
    system.ensure_running()
