"""Whatever is killed, what was acknowledged is stored and counted once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import urllib3

from shared.domain.equation import Equation
from tests import plans
from tests.harness import Background, Client, Rig, Store, drawn, eventually, unique

SECONDS = 60.0
"""In which everything has to be scored after the last ballot."""


def ids(number: int, seed: int) -> list[UUID]:
    chance = random.Random(seed)
    return [UUID(int=chance.getrandbits(128), version=4) for _ in range(number)]


def post_all(
    client: Client, survey: str, ballots: list[UUID], threads: int, faults: list[tuple[int, Callable[[], None]]]
) -> tuple[set[UUID], Counter[int]]:
    """Post every ballot until it is answered. When so many were answered, the fault that stands there is made.

    Gives the acknowledged ids, and how often each status came.
    """
    acknowledged: set[UUID] = set()
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def post(id_: UUID) -> None:
        body = drawn(random.Random(id_.int))
        deadline = time.monotonic() + 150
        status = 0
        while status not in (200, 201):
            assert time.monotonic() < deadline, f"no receipt within 150 s, last status {status}"
            try:
                status = client.put(survey, id_, body).status
            except urllib3.exceptions.HTTPError:
                status = 0
            with lock:
                statuses[status] += 1
            if status not in (200, 201):
                time.sleep(0.1)
        with lock:
            acknowledged.add(id_)

    with ThreadPoolExecutor(threads) as pool:
        posted = [pool.submit(post, id_) for id_ in ballots]
        for after, fault in faults:
            eventually(f"{after} ballots", lambda after=after: len(acknowledged) >= after, within=150, every=0.01)
            fault()
        for done in posted:
            done.result()
    return acknowledged, statuses


def assert_exact(store: Store, survey: str, acknowledged: set[UUID]) -> Equation:
    equation = store.scored(survey, within=SECONDS)
    assert equation.faults() == []
    assert store.ids(survey) == acknowledged
    assert equation.counted == len(acknowledged)
    assert store.recount_differs(survey) == []
    return equation


def supervised(system: Rig) -> Background:
    """A supervisor beside the test: what ends is started again, as a worker does whose connection went dead."""

    def keep(stop: threading.Event) -> None:
        while not stop.wait(0.5):
            system.ensure_running()

    return Background(keep)


def test_a_worker_killed_three_times_and_a_broker_emptied_lose_nothing(system: Rig, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("killed"))).survey.id

    def kill_worker() -> None:
        system.kill("scoring")
        system.start("scoring")

    def empty_broker() -> None:
        with system.redis() as broker:
            broker.flushall()

    faults = [(300, kill_worker), (600, empty_broker), (900, kill_worker), (1_400, kill_worker)]
    acknowledged, statuses = post_all(api, survey, ids(2_000, seed=1), 32, faults)
    assert len(acknowledged) == 2_000
    assert set(statuses) == {201}
    assert_exact(store, survey, acknowledged)


def test_without_a_broker_ballots_are_accepted_and_scored_when_it_is_back(system: Rig, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("broker"))).survey.id
    system.kill("redis")
    acknowledged, statuses = post_all(api, survey, ids(200, seed=2), 8, [])
    assert set(statuses) == {201}
    assert store.ballots.equation(survey).waiting == 200
    system.start("redis")
    with supervised(system):
        assert_exact(store, survey, acknowledged)


def test_a_database_killed_under_load_loses_nothing_that_was_acknowledged(system: Rig, api: Client, store: Store) -> None:
    survey = store.opened(plans.small(unique("database"))).survey.id

    def kill_database() -> None:
        system.kill("mongodb")
        time.sleep(7)  # longer than a request waits
        system.start("mongodb")

    acknowledged, statuses = post_all(api, survey, ids(800, seed=3), 16, [(200, kill_database)])
    assert len(acknowledged) == 800
    assert statuses[503] > 0
    assert set(statuses) <= {200, 201, 503}
    assert_exact(store, survey, acknowledged)


def test_a_collector_killed_under_load_leaves_every_ballot_settled_by_sending_it_again(
    system: Rig, api: Client, store: Store
) -> None:
    survey = store.opened(plans.small(unique("collector"))).survey.id

    def kill_collector() -> None:
        system.kill("collector")
        system.start("collector")

    faults = [(300, kill_collector)]
    acknowledged, statuses = post_all(api, survey, ids(800, seed=4), 16, faults)
    assert len(acknowledged) == 800
    assert statuses[0] > 0
    # 503 while the database still holds what the killed process had begun: its transactions end when their time is over.
    assert set(statuses) <= {0, 200, 201, 503}
    assert_exact(store, survey, acknowledged)
