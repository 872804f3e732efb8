"""A browser, and surveys of a test's own on the collector that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from shared.domain.ballot import Ballot
from tests import plans
from tests.browser.chromium import chromium
from tests.harness import Rig, Store, unique

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCT, LIBRARY = "sct-bentre-2022.yml", "library-hue-2026.yml"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def collector(system: Rig) -> str:
    """Where the form is."""
    return f"{system.url('collector')}/s/"


@pytest.fixture
def small(store: Store, collector: str) -> Callable[..., str]:
    """Opens the small plan with the changes given; gives the address of its form."""

    def opened(*strata: dict[str, Any], **changes: Any) -> str:
        return collector + store.opened(plans.small(unique("form"), *(strata or (plans.stratum("desk"),)), **changes)).survey.id

    return opened


@pytest.fixture
def real(store: Store, collector: str) -> Callable[[str], str]:
    """Opens a plan of `deploy/surveys` under a name of its own; gives the address of its form."""
    return lambda file: collector + store.opened(plans.real(file, unique("form"), closes=3_600)).survey.id


@pytest.fixture
def ballots(store: Store) -> Callable[[str], list[Ballot]]:
    """The ballots that came in at an address."""

    def of(address: str) -> list[Ballot]:
        survey = urlsplit(address).path.split("/")[2]
        return [stored.ballot for chunk in store.ballots.chunks(survey) for stored in chunk]

    return of
