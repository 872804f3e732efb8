"""The simulation behind docs/scaling.md agrees with what is known in closed form."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.bench.scaling import ANSWERED, BUSY, MEASURED, SCORED, need, of_reminder
from tests.bench.scaling_simulation import (
    Cost,
    Costs,
    Deployment,
    arrivals,
    costs,
    erlang_c,
    processes_for,
    replay,
    waits,
)

NOTHING = Cost(0.0, 0.0)


def chance() -> np.random.Generator:
    return np.random.default_rng(20_261_123)


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_one_server_of_constant_service_waits_as_pollaczek_and_khinchine_say(busy: float) -> None:
    coming = arrivals([busy] * 40, 5_000.0, chance())
    waited = waits(coming, np.ones(len(coming)), 1)
    assert waited.mean() == pytest.approx(busy / (2 * (1 - busy)), rel=0.06)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 2.1), (8, 6.4)])
def test_several_servers_of_exponential_service_wait_as_erlang_says(servers: int, load: float) -> None:
    random = chance()
    coming = arrivals([load] * 40, 200_000.0 / (40 * load), random)
    waited = waits(coming, random.exponential(1.0, len(coming)), servers)
    probability = erlang_c(servers, load)
    assert (waited > 0).mean() == pytest.approx(probability, abs=0.02)
    assert waited.mean() == pytest.approx(probability / (servers - load), rel=0.12)


def test_erlangs_probability_is_that_of_the_textbook() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    # M/M/2 at load a: a^2 / (2 + a)
    assert erlang_c(2, 1.2) == pytest.approx(1.2**2 / 3.2)


def test_the_fewest_processes_that_keep_a_wait_are_one_too_many_less() -> None:
    found = processes_for(rate=400.0, service=0.01, wait=0.005)
    load = 4.0
    assert erlang_c(found, load) * 0.01 / (found - load) <= 0.005
    assert found == 5 or erlang_c(found - 1, load) * 0.01 / (found - 1 - load) > 0.005


def test_arrivals_follow_the_rate_of_each_hour() -> None:
    coming = arrivals([2.0, 0.0, 6.0], 3_600.0, chance())
    numbers, _ = np.histogram(coming, bins=[0, 3_600, 7_200, 10_800])
    assert numbers[1] == 0
    for found, expected in ((numbers[0], 7_200), (numbers[2], 21_600)):
        assert abs(found - expected) < 5 * expected**0.5
    assert (np.diff(coming) >= 0).all()


def test_commits_of_one_ballot_each_are_a_server_of_constant_service() -> None:
    coming = arrivals([0.6] * 40, 2_000.0, chance())
    found = replay(coming, Costs(NOTHING, NOTHING, NOTHING, Cost(1.0, 0.0)), Deployment(1, 1, 1), limit=1)
    assert found.answered.mean() == pytest.approx(1 + 0.6 / 0.8, rel=0.05)
    assert found.ballots_per_commit == 1


def test_ballots_that_wait_for_a_commit_are_committed_together() -> None:
    coming = np.array([0.0, 0.1, 0.2, 5.0])
    found = replay(coming, Costs(NOTHING, Cost(0.5, 0.0), Cost(0.5, 0.25), Cost(1.0, 0.5)), Deployment(1, 1, 1))
    assert found.answered == pytest.approx([1.5, 3.4, 3.3, 1.5])  # 0 alone until 1.5; 0.1 and 0.2 together until 3.5
    assert found.lag == pytest.approx([0.75, 1.0, 1.0, 0.75])
    assert found.ballots_per_commit == pytest.approx(4 / 3)
    assert found.database_busy == pytest.approx(1.5 / 6.5)


def test_a_group_commit_takes_more_than_commits_one_by_one_could() -> None:
    coming = arrivals([50.0], 60.0, chance())
    found = replay(coming, Costs(NOTHING, NOTHING, NOTHING, Cost(0.05, 0.001)), Deployment(1, 1, 1))
    assert found.answered_within(0.99) < 0.2
    assert found.ballots_per_commit > 2


def test_no_ballot_is_lost_among_several_processes_and_cores() -> None:
    coming = arrivals([200.0], 30.0, chance())
    found = replay(coming, Costs(Cost(0.001, 0.002), NOTHING, NOTHING, Cost(0.004, 0.001)), Deployment(3, 2, 2))
    assert len(found.answered) == len(found.lag) == found.ballots == len(coming)
    assert (found.answered >= 0.002 + 0.005 - 1e-9).all()


def test_costs_are_taken_apart_into_what_a_commit_and_what_a_ballot_costs() -> None:
    levels = [
        {
            "ballots_per_commit": number,
            "commit_ms": 4 + 0.5 * number,
            "cpu_ms": {"collector": 3 / number + 1, "mongodb": 5 / number + 0.2, "scoring": 2 / number + 0.1},
        }
        for number in (1.0, 4.0, 16.0)
    ]
    found = costs({"levels": levels})
    for cost, expected in (
        (found.collector, (3e-3, 1e-3)),
        (found.database, (5e-3, 2e-4)),
        (found.scoring, (2e-3, 1e-4)),
        (found.commit, (4e-3, 5e-4)),
    ):
        assert (cost.fixed, cost.each) == pytest.approx(expected)


def test_a_cost_is_never_negative() -> None:
    levels = [
        {"ballots_per_commit": n, "commit_ms": t, "cpu_ms": {"collector": t, "mongodb": t, "scoring": t}}
        for n, t in ((1.0, 1.0), (4.0, 2.0), (16.0, 30.0))
    ]
    found = costs({"levels": levels})
    assert min(found.commit.fixed, found.commit.each, found.collector.fixed, found.collector.each) >= 0


def test_commits_of_all_processes_wait_for_the_cores_of_one_database() -> None:
    coming = arrivals([0.6] * 40, 2_000.0, chance())
    one, many = (
        replay(coming, Costs(NOTHING, Cost(1.0, 0.0), NOTHING, Cost(1.0, 0.0)), Deployment(100, cores, 1), limit=1)
        for cores in (1, 100)
    )
    assert one.answered.mean() == pytest.approx(1 + 0.6 / 0.8, rel=0.06)
    assert many.answered.mean() == pytest.approx(1, rel=0.02)
    assert one.database_busy == pytest.approx(0.6, rel=0.03)


def test_what_a_size_needs_is_neither_busier_nor_slower_than_was_asked() -> None:
    measured = json.loads(MEASURED.read_text("utf-8"))
    found = need(of_reminder("a province is asked at once", 200_000, 0.1, 20, 1e6), costs(measured))
    assert max(found.found.collectors_busy, found.found.database_busy, found.found.workers_busy) <= BUSY
    assert found.found.answered_within(0.99) <= ANSWERED
    assert found.found.scored_within(0.99) <= SCORED


@pytest.mark.parametrize(("name", "row"), [("collector", "collector"), ("mongodb", "database"), ("scoring", "scoring")])
def test_the_guide_tells_what_was_measured(name: str, row: str) -> None:
    levels = json.loads(MEASURED.read_text("utf-8"))["levels"]
    told = " | ".join(f"{level['cpu_ms'][name]:.1f}" for level in levels)
    assert f"| {row}, ms of CPU a ballot | {told} |" in Path("docs/scaling.md").read_text("utf-8")
