"""Too much from one sender is told to come later; with Redis away, everybody votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests import harness, plans
from tests.harness import Client, Rig, Store, ballot, unique


@contextmanager
def limited(system: Rig, **environment: str) -> Iterator[Client]:
    """A second collector behind one proxy, that takes five requests a minute from an address."""
    changed = {"HAILONG_PROXIES": "1", "HAILONG_LIMIT_ADDRESS": "5", **environment}
    system.processes["collector-2"] = system.spawn("collector-2", system._command("collector-2"), **changed)
    try:
        harness.eventually("the collector is ready", lambda: system._is_ready("collector-2"), within=60)
        with harness.client(system.url("collector-2")) as client:
            yield client
    finally:
        system.stop("collector-2")


@pytest.fixture
def survey(store: Store) -> str:
    return store.opened(plans.small(unique("limits"))).survey.id


def seen_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def test_an_address_that_sends_too_much_is_told_to_come_later_and_nobody_else_is(
    system: Rig, store: Store, survey: str
) -> None:
    with limited(system) as client:
        answers = [client.put(survey, uuid4(), ballot(), seen_from("203.0.113.7")) for _ in range(14)]
        # The twelve requests may lie on both sides of a minute's end.
        refused = [answer for answer in answers if answer.status == 429]
        assert 4 <= len(refused) <= 9
        assert {answer.problem for answer in refused} == {"too-many-requests"}
        assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
        assert client.put(survey, uuid4(), ballot(), seen_from("203.0.113.8")).status == 201
        page = client.request("POST", f"/s/{survey}/desk?lang=en", b"go=send&a.asked=yes&at=9", form("203.0.113.7"))
        assert page.status in (201, 429)
        keys = [key.decode() for key in system.redis().scan_iter("hailong/limit/*")]
    assert keys
    assert not [key for key in keys if "203.0.113" in key or "cb00710" in key]
    assert store.scored(survey).counted == Counter(a.status for a in answers)[201] + 1 + (page.status == 201)


def form(address: str) -> dict[str, str]:
    return {"Content-Type": "application/x-www-form-urlencoded", **seen_from(address)}


def test_with_redis_away_everybody_votes(system: Rig, survey: str) -> None:
    with limited(system, HAILONG_REDIS_URL="redis://127.0.0.1:1/0") as client:
        answers = [client.put(survey, uuid4(), ballot(), seen_from("203.0.113.7")) for _ in range(12)]
    assert {answer.status for answer in answers} == {201}
