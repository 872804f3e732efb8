"""A browser, and surveys of a test's own with devices enrolled for them on the collector that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.ballot import Ballot
from tests import plans
from tests.browser.chromium import chromium
from tests.harness import Rig, Store, enrolled, unique

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@dataclass(frozen=True)
class Post:
    """Where a device is to stand: a survey, the kiosk's address, and the key of the device."""

    store: Store
    survey: str
    address: str
    key: str

    @property
    def link(self) -> str:
        """The address that a clerk opens once."""
        return f"{self.address}#device={self.key}"

    @property
    def ballots(self) -> list[Ballot]:
        """What came in."""
        return [stored.ballot for chunk in self.store.ballots.chunks(self.survey) for stored in chunk]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def post(store: Store, system: Rig) -> Callable[..., Post]:
    """Opens the small plan with the changes given, and enrols a device called "Quầy 1" for all its strata."""

    def opened(*strata: dict[str, Any], **changes: Any) -> Post:
        data = plans.small(unique("kiosk"), *(strata or (plans.stratum("desk"),)), **changes)
        survey = store.opened(data).survey
        key = enrolled(store, survey.id, *survey.strata, name="Quầy 1")
        return Post(store, survey.id, f"{system.url('collector')}/kiosk/{survey.id}", key)

    return opened
