"""A day of arrivals, replayed against what a ballot was measured to cost.

Ballots come as a Poisson process whose rate changes by the hour. Each is read by one of the collectors' processes (one core
each, first come, first served), waits there for the commit that gathers, and is then scored. Commits of all processes share
the cores of one database server. Time is in seconds, CPU in seconds of one core of the machine that was measured.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]

COMMIT_LIMIT = 500
"""Ballots of one commit at most, as in services/collector/intake.py."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a commit of n ballots takes: `fixed` + n · `each` seconds."""

    fixed: float
    each: float

    def of(self, ballots: float) -> float:
        return self.fixed + self.each * ballots


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU of collector, database and scoring worker by commit, and the time of a commit when nobody else commits."""

    collector: Cost
    database: Cost
    scoring: Cost
    commit: Cost


@dataclass(frozen=True, slots=True)
class Deployment:
    """How many processes there are, and on how many cores the database's primary runs."""

    collectors: int
    database_cores: int
    workers: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What a simulation came to. Busy is a share of what there is; answered and, from then on, scored in seconds by ballot."""

    ballots: int
    collectors_busy: float
    database_busy: float
    workers_busy: float
    ballots_per_commit: float
    answered: Times
    lag: Times

    def answered_within(self, share: float) -> float:
        return float(np.quantile(self.answered, share)) if self.ballots else 0.0

    def scored_within(self, share: float) -> float:
        return float(np.quantile(self.lag, share)) if self.ballots else 0.0


def costs(measured: Mapping[str, Any]) -> Costs:
    """The two parts of every cost, by least squares over the numbers of connections that were measured; none is negative."""
    per_commit = [level["ballots_per_commit"] for level in measured["levels"]]

    def fit(per_ballot: Sequence[float]) -> Cost:
        totals = [cost * number / 1_000 for cost, number in zip(per_ballot, per_commit, strict=True)]
        return _line(per_commit, totals)

    cpu = [level["cpu_ms"] for level in measured["levels"]]
    commits = [level["commit_ms"] / number for level, number in zip(measured["levels"], per_commit, strict=True)]
    names = ("collector", "mongodb", "scoring")
    return Costs(*(fit([each[name] for each in cpu]) for name in names), commit=fit(commits))


def _line(ballots: Sequence[float], totals: Sequence[float]) -> Cost:
    """The line through what commits of so many ballots took, in shares of each so that small ones count as much as large."""
    weights = 1 / np.asarray(totals)
    matrix = np.column_stack([np.ones(len(ballots)), ballots]) * weights[:, None]
    fixed, each = np.linalg.lstsq(matrix, np.ones(len(ballots)), rcond=None)[0]
    if fixed < 0:
        return Cost(0.0, float(np.dot(weights * ballots, np.ones(len(ballots))) / np.dot(weights * ballots, weights * ballots)))
    if each < 0:
        return Cost(float(weights.sum() / np.dot(weights, weights)), 0.0)
    return Cost(float(fixed), float(each))


def arrivals(rates: Sequence[float], step: float, chance: np.random.Generator) -> Times:
    """Moments of a Poisson process whose rate a second is constant in each interval of `step` seconds.

    Given how many come in an interval, each comes at any moment of it alike (Kingman, Poisson Processes, 1993, section 2.1).
    """
    numbers = chance.poisson(np.asarray(rates) * step)
    parts = [start * step + step * np.sort(chance.random(number)) for start, number in enumerate(numbers)]
    return np.concatenate(parts) if parts else np.empty(0)


def waits(coming: Times, service: Times, servers: int) -> Times:
    """How long each waits for one of the servers, first come, first served (Kiefer and Wolfowitz 1955)."""
    free = [0.0] * servers
    waited = np.empty(len(coming))
    for number, (moment, lasting) in enumerate(zip(coming.tolist(), service.tolist(), strict=True)):
        begins = max(moment, free[0])
        waited[number] = begins - moment
        heapq.heapreplace(free, begins + lasting)
    return waited


def erlang_c(servers: int, load: float) -> float:
    """The probability that one who comes waits, in M/M/c with `load` = arrival rate · mean service < servers (Erlang 1917)."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def processes_for(rate: float, service: float, wait: float) -> int:
    """The fewest servers at which the mean wait in M/M/c is at most `wait` seconds; exponential service is the worse case."""
    load = rate * service
    servers = max(1, math.floor(load) + 1)
    while erlang_c(servers, load) * service / (servers - load) > wait:
        servers += 1
    return servers


@dataclass(frozen=True, slots=True)
class _Commits:
    """When the commit of each ballot ended; and the ends of all commits, in their order, with the numbers of ballots."""

    done: Times
    ends: Times
    sizes: Times


def replay(coming: Times, costs: Costs, deployment: Deployment, limit: int = COMMIT_LIMIT) -> Replay:
    """The arrivals against the costs. The edge hands them to the collectors' processes in turn."""
    read = np.empty(len(coming))
    for number in range(deployment.collectors):
        mine = coming[number :: deployment.collectors]
        reading = np.full(len(mine), costs.collector.each)
        read[number :: deployment.collectors] = mine + waits(mine, reading, 1) + reading
    commits = _commit(read, costs, deployment, limit)
    scoring = costs.scoring.fixed + costs.scoring.each * commits.sizes
    lag = waits(commits.ends, scoring, deployment.workers) + scoring
    span = float(commits.ends[-1] - coming[0]) if len(coming) else 1.0

    def busy(cost: Cost, servers: int) -> float:
        return (cost.fixed * len(commits.sizes) + cost.each * len(coming)) / (span * servers)

    return Replay(
        ballots=len(coming),
        collectors_busy=busy(costs.collector, deployment.collectors),
        database_busy=busy(costs.database, deployment.database_cores),
        workers_busy=busy(costs.scoring, deployment.workers),
        ballots_per_commit=len(coming) / max(len(commits.sizes), 1),
        answered=commits.done - coming,
        lag=np.repeat(lag, commits.sizes.astype(int)),
    )


def _commit(read: Times, costs: Costs, deployment: Deployment, limit: int) -> _Commits:
    """Group commit: a process that has no commit under way takes all that it has read, and one of the database's cores for as
    long as the database works on it."""
    queues = [read[number :: deployment.collectors] for number in range(deployment.collectors)]
    positions = [0] * len(queues)
    cores = [0.0] * deployment.database_cores
    done = np.empty(len(read))
    made: list[tuple[float, int]] = []
    turns = [(float(queue[0]), number) for number, queue in enumerate(queues) if len(queue)]
    heapq.heapify(turns)
    while turns:
        moment, number = heapq.heappop(turns)
        queue, first = queues[number], positions[number]
        last = min(int(np.searchsorted(queue, moment, side="right")), first + limit)
        begin = max(moment, cores[0])
        at_work = costs.database.of(last - first)
        end = begin + max(at_work, costs.commit.of(last - first))
        heapq.heapreplace(cores, begin + at_work)
        done[number + first * len(queues) : number + last * len(queues) : len(queues)] = end
        made.append((end, last - first))
        positions[number] = last
        if last < len(queue):
            heapq.heappush(turns, (max(end, float(queue[last])), number))
    made.sort()
    return _Commits(done, np.array([end for end, _ in made]), np.array([float(size) for _, size in made]))
