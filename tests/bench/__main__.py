"""`make bench`: how many ballots a second are accepted and scored, as a share of what the machine's web server can answer,
and how long the method takes over a million ballots.

Everything runs on this machine: load generator, collector, database, broker, workers. Prints what it measured and writes
`bench.json`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.console import supervisor
from services.console.home import Home
from services.console.simulation import simulate
from shared import plan
from shared.domain.survey import State, Survey
from shared.store.audit import Author
from shared.store.ballots import Ballots
from shared.store.connection import Db, connect
from shared.store.surveys import Record, Surveys
from tests.bench import limit, method, site
from tests.bench.load import Request, Run, drive, request

PLAN = Path("deploy/surveys/sct-bentre-2022.yml")
LIMIT_PORT = 8790


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured with one number of connections."""

    connections: int
    run: Run
    scored_after: float
    exact: bool


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10.0, help="about how long each measurement takes")
    arguments.add_argument("--port", type=int, default=8700)
    arguments.add_argument("--out", type=Path, default=Path("bench.json"))
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        home = Home(Path(folder))
        with supervisor.running(home, options.port, lambda line: print(f"  {line}")) as everything:  # noqa: T201
            db = connect(home.endpoints().mongodb_url, "bench")
            survey = _open(Surveys(db, Author("bench", lambda: datetime.now(UTC))))
            bodies = [ballot.body for ballot in simulate(survey, seed=1, sizes=dict.fromkeys(survey.strata, 40))]
            limit_rate = _limit(survey, bodies, options.seconds)
            bench = Bench(db, survey, bodies, everything.ports.collector, options.seconds, limit_rate)
            levels = [_measure(bench, connections) for connections in (1, 8, 32)]
            page = site.published(db, _load(Surveys(db, Author("bench", lambda: datetime.now(UTC))), "bench-page").survey)
            served = site.measure(everything.ports.publisher, page, LIMIT_PORT, home.settings(), options.seconds)
    print(  # noqa: T201
        f"results page: {served.pages:.0f} a second, {served.ratio:.3f} of {served.empty:.0f} empty answers of the same server"
    )
    pages = {"pages_per_s": round(served.pages, 1), "empty_per_s": round(served.empty, 1), "ratio": round(served.ratio, 4)}
    report = {**_report(limit_rate, levels), "site": pages, "method": method.measure()}
    told = report["method"]
    print(f"method: {told['ballots']} ballots in {told['seconds']} s, {told['peak_mb']} MB at most")  # noqa: T201
    options.out.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {options.out}")  # noqa: T201
    if not report["exact"]:
        sys.exit("what was acknowledged is not what is stored and counted")


def _open(surveys: Surveys) -> Survey:
    """The first survey, open."""
    return surveys.move(_load(surveys, "bench"), State.OPEN).survey


def _load(surveys: Surveys, survey_id: str) -> Record:
    """The first survey's plan under another id, with the period moved to now, and no limits: every ballot counts."""
    data, _ = plan.load(PLAN)
    now = datetime.now(UTC)
    strata = [
        {**group, "strata": [{**stratum, "when_full": "count"} for stratum in group["strata"]]} for group in data["groups"]
    ]
    period = {
        "timezone": "Asia/Ho_Chi_Minh",
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(hours=6)).isoformat(),
    }
    return surveys.load({**data, "survey": survey_id, "simulated": True, "groups": strata, "period": period})


def _requests(survey: Survey, bodies: list[dict[str, Any]], number: int) -> list[Request]:
    """`number` requests with unique ballots."""
    chance = random.SystemRandom()
    encoded = [json.dumps(body).encode() for body in bodies]
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(number)]
    path = f"/api/v1/surveys/{survey.id}/ballots"
    return [request(str(id_), "PUT", f"{path}/{id_}", encoded[i % len(encoded)]) for i, id_ in enumerate(ids)]


def _limit(survey: Survey, bodies: list[dict[str, Any]], seconds: float) -> float:
    with limit.running(LIMIT_PORT):
        drive(LIMIT_PORT, _requests(survey, bodies, 500), 32)
        run = drive(LIMIT_PORT, _requests(survey, bodies, int(4_000 * seconds)), 32)
    print(f"limit: Flask on gunicorn with two sync workers answers {run.rate:.0f} empty 201 a second")  # noqa: T201
    return run.rate


@dataclass(frozen=True, slots=True)
class Bench:
    """What the measurements are made on."""

    db: Db
    survey: Survey
    bodies: list[dict[str, Any]]
    port: int
    seconds: float
    limit_rate: float


def _measure(bench: Bench, connections: int) -> Level:
    db, survey, bodies, port = bench.db, bench.survey, bench.bodies, bench.port
    drive(port, _requests(survey, bodies, 50 * connections), connections)
    trial = drive(port, _requests(survey, bodies, 100 * connections), connections)
    before = Ballots(db).equation(survey.id).accepted
    requests = _requests(survey, bodies, int(trial.rate * bench.seconds))
    run = drive(port, requests, connections)
    scored_after = _wait_until_scored(db, survey)
    exact = _is_exact(db, survey, run, before)
    print(  # noqa: T201
        f"{connections:3} connections: {run.rate:6.0f} accepted a second, {run.rate / bench.limit_rate:.3f} of the limit, "
        f"p50 {run.percentile(0.5):.1f} ms, p99 {run.percentile(0.99):.1f} ms, "
        f"last one scored after {scored_after:.2f} s, {'exact' if exact else 'NOT EXACT'}"
    )
    return Level(connections, run, scored_after, exact)


def _wait_until_scored(db: Db, survey: Survey) -> float:
    """Seconds from now until no batch waits."""
    start = time.perf_counter()
    while db.batches.find_one({"survey": survey.id}) is not None:
        if time.perf_counter() - start > 120:
            break
        time.sleep(0.01)
    return time.perf_counter() - start


def _is_exact(db: Db, survey: Survey, run: Run, before: int) -> bool:
    """Whether every acknowledged ballot of the run is stored and counted, once, and nothing else is."""
    if {answer.status for answer in run.answers} != {201}:
        return False
    acknowledged = {UUID(answer.name) for answer in run.answers}
    stored = {ballot["_id"] for ballot in db.ballots.find({"survey": survey.id}, {"_id": 1})}
    equation = Ballots(db).equation(survey.id)
    return (
        acknowledged <= stored
        and len(run.answers) == len(acknowledged) == equation.accepted - before
        and len(stored) == equation.accepted
        and equation.waiting == 0
        and equation.holds
    )


def _report(limit_rate: float, levels: list[Level]) -> dict[str, Any]:
    return {
        "limit_per_s": round(limit_rate, 1),
        "levels": [
            {
                "connections": level.connections,
                "accepted_per_s": round(level.run.rate, 1),
                "ratio": round(level.run.rate / limit_rate, 4),
                "p50_ms": round(level.run.percentile(0.5), 2),
                "p99_ms": round(level.run.percentile(0.99), 2),
                "scored_after_s": round(level.scored_after, 3),
            }
            for level in levels
        ],
        "exact": all(level.exact for level in levels),
    }


if __name__ == "__main__":
    main()
