"""`make scaling`: how far one server goes, and what is needed past it.

Measures what a ballot costs (or reads what was measured before), replays the hour in which most people come at several sizes,
prints a table, and draws docs/images/scaling.svg.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from tests.bench import scaling_costs
from tests.bench.scaling_simulation import Costs, Deployment, Replay, arrivals, costs, processes_for, replay

MEASURED = Path("tests/bench/scaling.json")
CHART = Path("docs/images/scaling.svg")
SEED = 1

DAY = np.array([0, 0, 0, 0, 0, 1, 2, 7, 16, 17, 12, 5, 3, 7, 12, 9, 4, 1, 1, 1, 1, 1, 0, 0]) / 100
"""Assumed shares of a working day's ballots by hour: counters open from 7:30 to 11:30 and from 13:00 to 17:00, most come in
the morning, some answer at home in the evening."""

WORKING_DAYS = 250
PEAK_DAY = 2.5
"""Assumed: the busiest day of a year brings so many times the ballots of a mean working day."""

BUSY = 0.65
"""What a process may be busy in the busiest hour, so that a burst or the loss of a neighbour finds room."""

WAIT, ANSWERED, SCORED = 0.05, 1.0, 5.0
"""Seconds: a ballot's mean wait for a process, by Erlang's formula; and within which 99 of 100 are answered, and scored."""

MOST = 200
"""Processes of a kind after which no more are tried."""

MINUTES = 20
"""Of the worst hour that are replayed."""

DATABASE_CORES = (2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Size:
    """How many ballots a year, and at how many a second they come at the worst."""

    name: str
    yearly: float
    rates: tuple[float, ...]
    step: float

    @property
    def peak(self) -> float:
        return max(self.rates)


def of_year(name: str, yearly: float, days: float = WORKING_DAYS, peak: float = PEAK_DAY) -> Size:
    """A size whose ballots come all year; what is replayed is of the busiest hour of the busiest day."""
    hour = yearly / days * peak * float(DAY.max()) / 3_600
    return Size(name, yearly, tuple([hour] * MINUTES), 60.0)


def of_reminder(name: str, asked: float, answering: float, minutes: float, yearly: float) -> Size:
    """A message to `asked` people at one moment: a share of them answers, most at once, ever fewer after `minutes`."""
    each = asked * answering * (1 - math.exp(-1 / minutes))
    return Size(name, yearly, tuple(each * math.exp(-minute / minutes) / 60 for minute in range(MINUTES)), 60.0)


SIZES = (
    of_year("86 ballots in ten days", 86, days=10),
    of_year("a district: 50,000 a year", 50_000),
    of_year("a province: 1.5 million a year", 1_500_000),
    of_year("all public services: 50 million a year", 50_000_000),
    of_reminder("and a reminder to 1 million people at once", 1e6, 0.1, 20, 50e6),
    of_reminder("and a reminder to 10 million people at once", 10e6, 0.1, 20, 50e6),
    of_year("every adult, 75 million in five days", 75_000_000, days=5, peak=1.5),
)


@dataclass(frozen=True, slots=True)
class Need:
    """What a size needs, and what happens then."""

    size: Size
    deployment: Deployment
    found: Replay


def need(size: Size, cost: Costs) -> Need:
    """A small deployment on which nothing is too busy, and 99 of 100 are answered and scored in time in the worst minutes.

    It begins with what Erlang's formula says, and grows where the replay says that it is not enough.
    """
    coming = arrivals(size.rates, size.step, np.random.default_rng(SEED))
    collectors, workers = (processes_for(size.peak, part.each, WAIT) for part in (cost.collector, cost.scoring))
    made = Deployment(collectors, DATABASE_CORES[0], workers)
    found = replay(coming, cost, made)
    while (more := _more(made, found)) != made:
        made = more
        found = replay(coming, cost, made)
    return Need(size, made, found)


def _more(made: Deployment, found: Replay) -> Deployment:
    """The deployment with more of what was too slow or too busy; the same where nothing was, or where there is no more."""
    slow = found.answered_within(0.99) > ANSWERED
    database = found.database_busy > BUSY
    collectors = found.collectors_busy > BUSY or (slow and not database)
    workers = found.workers_busy > BUSY or found.scored_within(0.99) > SCORED
    larger = [cores for cores in DATABASE_CORES if cores > made.database_cores]
    return Deployment(
        made.collectors + (max(1, made.collectors // 4) if collectors and made.collectors < MOST else 0),
        larger[0] if database and larger else made.database_cores,
        made.workers + (max(1, made.workers // 4) if workers and made.workers < MOST else 0),
    )


def _parts(cost: Costs) -> Iterator[tuple[str, Any]]:
    yield from (("collector", cost.collector), ("database", cost.database), ("scoring", cost.scoring))


def table(needs: list[Need], measured: dict[str, Any]) -> str:
    """What is needed at each size, as Markdown."""
    head = (
        "| ballots | a second at the peak | collectors | cores of the primary | scoring workers | busy: collectors · database"
        " · scoring | in a commit | answered, p99 | scored, p99 | stored a year |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_row(each, measured["bytes"]["document"]) for each in needs)])


def _row(each: Need, document: int) -> str:
    found, made = each.found, each.deployment
    told = (
        each.size.name,
        f"{each.size.peak:,.0f}" if each.size.peak >= 10 else f"{each.size.peak:.2g}",
        made.collectors,
        made.database_cores,
        made.workers,
        " · ".join(f"{share:.0%}" for share in (found.collectors_busy, found.database_busy, found.workers_busy)),
        f"{found.ballots_per_commit:.1f}",
        f"{1_000 * found.answered_within(0.99):.0f} ms",
        f"{1_000 * found.scored_within(0.99):.0f} ms",
        _bytes(each.size.yearly * document),
    )
    return f"| {' | '.join(map(str, told))} |"


def _bytes(number: float) -> str:
    unit, scale = next((unit, scale) for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)) if number >= scale)
    return f"{number / scale:.3g} {unit}"


def chart(cost: Costs, path: Path) -> None:
    """Cores that each kind of process keeps busy, by the number of ballots a second."""
    rows = [
        {"ballots a second": rate, "cores": rate * part.of(group) / group, "process": name}
        for rate in np.geomspace(0.1, 3_000, 40).tolist()
        for group in (_group(rate, cost),)
        for name, part in _parts(cost)
    ]
    lines = alt.Chart(pl.DataFrame(rows)).mark_line(strokeWidth=2)
    drawn = lines.encode(
        x=alt.X("ballots a second:Q", scale=alt.Scale(type="log"), axis=alt.Axis(values=[0.1, 1, 10, 100, 1000], format="~g")),
        y=alt.Y("cores:Q", scale=alt.Scale(type="log"), axis=alt.Axis(values=[0.001, 0.01, 0.1, 1, 10], format="~g")),
        color=alt.Color("process:N", scale=alt.Scale(range=["#1f5a8a", "#b3541e", "#4d7c4d"]), title=None),
    )
    drawn.properties(width=560, height=300).configure_axis(gridColor="#e4e4e4").save(path)


def _group(rate: float, cost: Costs) -> float:
    """Ballots of one commit where a process takes as many as keep it at BUSY: those that come while one commit is under way."""
    group = 1.0
    for _ in range(50):
        processes = max(1, math.ceil(rate * cost.collector.of(group) / group / BUSY))
        group = max(1.0, rate / processes * cost.commit.of(group))
    return group


def main() -> None:
    """Measure where asked to, replay, print, draw."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--measure", action="store_true", help="measure first (best when nothing else runs)")
    arguments.add_argument("--ballots", type=int, default=4_000, help="for each number of connections")
    options = arguments.parse_args()
    if options.measure:
        MEASURED.write_text(json.dumps(scaling_costs.measure(options.ballots), indent=2) + "\n")
    measured = json.loads(MEASURED.read_text())
    cost = costs(measured)
    print(json.dumps({name: [round(1_000 * part.fixed, 3), round(1_000 * part.each, 3)] for name, part in  # noqa: T201
                      (*_parts(cost), ("commit", cost.commit))}))  # fmt: skip
    print(table([need(size, cost) for size in SIZES], measured))  # noqa: T201
    chart(cost, CHART)


if __name__ == "__main__":
    main()
