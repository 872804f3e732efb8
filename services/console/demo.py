"""A whole survey in a minute: loaded, opened, answered over HTTP, closed, sealed, computed, and published."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import urllib3

from services.console.home import Home, Ports
from services.console.simulation import SimulatedBallot, simulate
from shared import plan
from shared.domain.survey import State, Survey
from shared.plan.summary import load_summary
from shared.store.audit import Author
from shared.store.connection import Db, connect
from shared.store.summaries import Summaries
from shared.store.surveys import Record, Surveys, UnknownSurvey

PLAN = Path(__file__).parents[2] / "deploy" / "surveys" / "sct-bentre-2022.yml"
OPEN_FOR = timedelta(seconds=20)
GRACE = timedelta(seconds=2)
PUBLISHED_WITHIN = 90.0
CLIENTS = 8
AUTHOR = Author("hailong demo", lambda: datetime.now(UTC))


class DemoError(RuntimeError):
    """The demonstration did not come to its end; the message says where it stopped."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the published results are."""

    page: str
    results: str
    notice: str
    api: str


def play(home: Home, ports: Ports, path: Path, seed: int, tell: Callable[[str], None]) -> Addresses:
    """Play the survey of the plan at `path`. Raises DemoError, PlanError."""
    data, _ = plan.load(path)
    surveys = Surveys(connect(home.endpoints().mongodb_url, "console"), AUTHOR)
    survey_id = _free_id(surveys)
    before = _bring_in_previous(data, path, connect(home.endpoints().mongodb_url, "console"), tell)
    record = _open(surveys, {**_retimed(data, survey_id, datetime.now(UTC)), **before})
    survey = record.survey
    tell(f"survey {survey_id} is open until {survey.period.closes_at:%H:%M:%S} ({path.name}, period moved to now)")
    _answer(survey, ports, seed, tell)
    return _published(surveys, survey, ports, tell)


def _retimed(data: dict[str, Any], survey_id: str, now: datetime) -> dict[str, Any]:
    """The plan as a rehearsal: from now on, for a moment, and said to be simulated."""
    zone = ZoneInfo(data["period"]["timezone"])
    opens = now.astimezone(zone).replace(microsecond=0)
    period = {
        "timezone": data["period"]["timezone"],
        "opens_at": opens.isoformat(),
        "closes_at": (opens + OPEN_FOR).isoformat(),
        "late_until": (opens + OPEN_FOR + GRACE).isoformat(),
    }
    kept = {name: value for name, value in data.items() if name not in ("release_at", "previous")}
    return {**kept, "survey": survey_id, "simulated": True, "period": period, "release": "automatic"}


def _bring_in_previous(data: dict[str, Any], path: Path, db: Db, tell: Callable[[str], None]) -> dict[str, str]:
    """Bring in the simulated figures of the survey before where the plan names one and they lie beside it.

    What they are called, as a part of the plan; empty where there are none.
    """
    file = path.with_name(f"{data.get('previous')}-simulated.yml")
    if "previous" not in data or not file.exists():
        return {}
    summary = load_summary(file)
    Summaries(db, AUTHOR).bring_in(summary)
    tell(f"brought in {summary['survey']}, simulated as well, to compare with ({file.name})")
    return {"previous": summary["survey"]}


def _free_id(surveys: Surveys) -> str:
    """`demo`, or `demo-2` and so on where it was played before in this home: what was published stays."""
    taken = {record.survey.id for record in surveys.all()}
    number = 1
    while (candidate := "demo" if number == 1 else f"demo-{number}") in taken:
        number += 1
    return candidate


def _open(surveys: Surveys, data: dict[str, Any]) -> Record:
    return surveys.move(surveys.load(data), State.OPEN)


def _answer(survey: Survey, ports: Ports, seed: int, tell: Callable[[str], None]) -> None:
    """Post every ballot, several clients at once, and tell how far it is."""
    pool = urllib3.PoolManager(maxsize=CLIENTS, timeout=15.0, retries=urllib3.Retry(3, status_forcelist=[503]))
    ballots = list(simulate(survey, seed))
    tell(f"posting {len(ballots)} simulated ballots (seed {seed}) to http://127.0.0.1:{ports.collector}")
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = clients.map(lambda ballot: _post(pool, ports, survey.id, ballot), ballots)
        for number, status in enumerate(done, start=1):
            if status not in (200, 201):
                raise DemoError(f"ballot {number} was answered with {status}")
            if number % 20 == 0 or number == len(ballots):
                tell(f"  {number} of {len(ballots)} ballots accepted")


def _post(pool: urllib3.PoolManager, ports: Ports, survey_id: str, ballot: SimulatedBallot) -> int:
    url = f"http://127.0.0.1:{ports.collector}/api/v1/surveys/{survey_id}/ballots/{ballot.id}"
    return pool.request("PUT", url, body=json.dumps(ballot.body), headers={"Content-Type": "application/json"}).status


def _published(surveys: Surveys, survey: Survey, ports: Ports, tell: Callable[[str], None]) -> Addresses:
    """Wait for the edition, telling each state that the survey reaches."""
    deadline = time.monotonic() + OPEN_FOR.total_seconds() + PUBLISHED_WITHIN
    told = State.OPEN
    tell(f"waiting for the end of the period at {survey.period.closes_at:%H:%M:%S}")
    while time.monotonic() < deadline:
        try:
            record = surveys.get(survey.id)
        except UnknownSurvey as error:
            raise DemoError(f"survey {survey.id} is gone") from error
        if record.problem:
            raise DemoError(f"{survey.id} cannot be published: {record.problem}")
        if record.state is not told:
            told = record.state
            tell(f"survey {survey.id} is {told.value}")
        if told is State.PUBLISHED:
            site = f"http://127.0.0.1:{ports.publisher}"
            return Addresses(
                page=f"{site}/surveys/{survey.id}",
                results=f"{site}/api/v1/surveys/{survey.id}/results",
                notice=f"{site}/surveys/{survey.id}/notice.pdf",
                api=f"http://127.0.0.1:{ports.collector}/docs",
            )
        time.sleep(0.5)
    raise DemoError(f"{survey.id} was not published in time; see the logs")
