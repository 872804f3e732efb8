"""A whole survey in a minute or two: loaded, opened, answered over HTTP, closed, published, announced, and then corrected.

Everything in it is made up by the program, and says so wherever it is shown.
"""

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

from services.console.demo import afterwards
from services.console.demo.addresses import Address, addresses
from services.console.demo.receiver import Mailbox, receiving
from services.console.demo.remarks import with_remarks
from services.console.errors import ConsoleError
from services.console.home import Home, Ports
from services.console.simulation import SimulatedBallot, simulate
from shared import plan
from shared.domain.announcement import Way
from shared.domain.survey import State, Survey
from shared.plan.summary import load_summary
from shared.store.announcements import Announcements
from shared.store.audit import Author
from shared.store.connection import Db, connect
from shared.store.editions import Editions, Files
from shared.store.plan_notices import PlanNotices
from shared.store.summaries import Summaries
from shared.store.surveys import Record, Surveys, UnknownSurvey

PLAN = Path(__file__).parents[3] / "deploy" / "surveys" / "sct-bentre-2022.yml"
OPEN_FOR = timedelta(minutes=10)
"""How long ballots would be taken; the survey is closed when all are in."""

GRACE = timedelta(seconds=2)
NOTICE_WITHIN, PUBLISHED_WITHIN, TOLD_WITHIN = 30.0, 120.0, 30.0
CLIENTS = 8
AUTHOR = Author("hailong demo", lambda: datetime.now(UTC))

Tell = Callable[[str], None]


class DemoError(ConsoleError):
    """The demonstration did not come to its end; the message says where it stopped."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a demonstration plays, and whom it tells how far it is."""

    db: Db
    ports: Ports
    tell: Tell

    @property
    def surveys(self) -> Surveys:
        return Surveys(self.db, AUTHOR)


def play(home: Home, ports: Ports, path: Path, seed: int, tell: Tell) -> list[Address]:
    """Play the survey of the plan at `path`, and say where everything is. Raises DemoError, PlanError."""
    stage = Stage(connect(home.endpoints().mongodb_url, "console"), ports, tell)
    try:
        with receiving() as mailbox:
            return _played(stage, path, seed, mailbox)
    finally:
        stage.db.client.close()


def _played(stage: Stage, path: Path, seed: int, mailbox: Mailbox) -> list[Address]:
    data, _ = plan.load(path)
    survey_id = _free_id(stage.surveys)
    before = _bring_in_previous(data, path, stage)
    opened = _open(stage.surveys, afterwards.with_mistake({**_retimed(data, survey_id, datetime.now(UTC)), **before}))
    stage.tell(f"survey {survey_id} is open ({path.name}, with its period moved to now; everything in it is simulated)")
    receiver = _subscribe(stage, survey_id, mailbox)
    receipt = _answer(opened.survey, stage, seed)
    _await_notice(stage, survey_id)
    stage.surveys.move(stage.surveys.get(survey_id), State.CLOSING, closed_at=datetime.now(UTC))
    stage.tell(f"all ballots are in: survey {survey_id} is closed before its time")
    _published(stage, survey_id, 1)
    _correct(stage, survey_id, data["method"]["confidence"])
    _tell_announcements(stage, survey_id, mailbox)
    Announcements(stage.db, AUTHOR).remove(receiver)
    record = stage.surveys.get(survey_id)
    latest = Editions(stage.db, Files(stage.db)).get(survey_id, record.editions)
    return list(addresses(record.survey, stage.ports, tuple(latest.documents), record.editions, receipt))


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


def _bring_in_previous(data: dict[str, Any], path: Path, stage: Stage) -> dict[str, str]:
    """Bring in the simulated figures of the survey before where the plan names one and they lie beside it.

    What they are called, as a part of the plan; empty where there are none.
    """
    file = path.with_name(f"{data.get('previous')}-simulated.yml")
    if "previous" not in data or not file.exists():
        return {}
    summary = load_summary(file)
    Summaries(stage.db, AUTHOR).bring_in(summary)
    stage.tell(f"brought in {summary['survey']}, simulated as well, to compare with ({file.name})")
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


def _subscribe(stage: Stage, survey_id: str, mailbox: Mailbox) -> str:
    """Have the mailbox told of the survey's editions; the receiver's id."""
    store = Announcements(stage.db, AUTHOR)
    receiver, secret = store.add(Way.WEBHOOK, mailbox.address, survey_id, private=True)
    mailbox.secret = secret or ""
    stage.tell(f"a receiver of signed announcements listens at {mailbox.address}, on this machine alone")
    return receiver.id


def _answer(survey: Survey, stage: Stage, seed: int) -> str:
    """Post every ballot, several clients at once, and tell how far it is; one of the receipts."""
    pool = urllib3.PoolManager(maxsize=CLIENTS, timeout=15.0, retries=urllib3.Retry(3, status_forcelist=[503]))
    ballots = list(with_remarks(simulate(survey, seed), survey, seed))
    stage.tell(f"posting {len(ballots)} simulated ballots (seed {seed}) to http://127.0.0.1:{stage.ports.collector}")
    receipt = ""
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = clients.map(lambda ballot: _post(pool, stage.ports, survey.id, ballot), ballots)
        for number, (status, answer) in enumerate(done, start=1):
            if status not in (200, 201):
                raise DemoError(f"ballot {number} was answered with {status}")
            receipt = answer["receipt"]
            if number % 20 == 0 or number == len(ballots):
                stage.tell(f"  {number} of {len(ballots)} ballots accepted")
    return receipt


def _post(pool: urllib3.PoolManager, ports: Ports, survey_id: str, ballot: SimulatedBallot) -> tuple[int, Any]:
    url = f"http://127.0.0.1:{ports.collector}/api/v1/surveys/{survey_id}/ballots/{ballot.id}"
    response = pool.request("PUT", url, body=json.dumps(ballot.body), headers={"Content-Type": "application/json"})
    return response.status, response.json()


def _await_notice(stage: Stage, survey_id: str) -> None:
    """Wait for the notice that the survey is held. It is not worth more than a while: all else goes on without it."""
    notices = PlanNotices(stage.db, Files(stage.db))
    if _until(lambda: notices.get(survey_id) is not None, NOTICE_WITHIN):
        stage.tell(f"the notice that it is held is out: http://127.0.0.1:{stage.ports.publisher}/surveys/{survey_id}/plan.pdf")
    else:
        stage.tell(f"the notice that it is held was not made within {NOTICE_WITHIN:.0f} s; see the publisher's log")


def _until(found: Callable[[], bool], within: float) -> bool:
    """Whether `found` came true within so many seconds."""
    deadline = time.monotonic() + within
    while not found():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def _published(stage: Stage, survey_id: str, edition: int) -> None:
    """Wait for the edition, telling each state that the survey reaches. Raises DemoError."""
    deadline = time.monotonic() + PUBLISHED_WITHIN
    told = State.CLOSING
    while time.monotonic() < deadline:
        try:
            record = stage.surveys.get(survey_id)
        except UnknownSurvey as error:
            raise DemoError(f"survey {survey_id} is gone") from error
        if record.problem:
            raise DemoError(f"{survey_id} cannot be published: {record.problem}")
        if record.state is not told and edition == 1:
            told = record.state
            stage.tell(f"survey {survey_id} is {told.value}")
        if record.editions >= edition:
            return
        time.sleep(0.3)
    raise DemoError(f"edition {edition} of {survey_id} was not published in time; see the logs")


def _correct(stage: Stage, survey_id: str, confidence: float) -> None:
    """Enter measures, clear comments, and correct the first edition by one that holds them and has the right confidence."""
    record = stage.surveys.get(survey_id)
    stage.tell("what follows from it (made up, as everything here):")
    afterwards.plan_measures(stage.db, AUTHOR, record.survey, stage.tell)
    afterwards.clear_comments(stage.db, AUTHOR, record.survey, stage.tell)
    asked = afterwards.correction(stage.surveys.plan_of(survey_id), record.survey, confidence)
    stage.surveys.correct(record, asked)
    stage.tell(f"a correction is asked for: {asked.reason[record.survey.language]}")
    _published(stage, survey_id, 2)
    results = Editions(stage.db, Files(stage.db)).get(survey_id, 2).results
    stage.tell(f"edition 2 is published, and says what changed: {len(results['correction']['figures'])} figures")


def _tell_announcements(stage: Stage, survey_id: str, mailbox: Mailbox) -> None:
    """Tell what the receiver got; it is told of each edition within seconds."""
    _until(lambda: len(mailbox.messages) >= 2, TOLD_WITHIN)
    for message in mailbox.messages:
        stage.tell(f"announced, signed: {message['type']}, edition {message['data']['edition']} of {survey_id}")
    if len(mailbox.messages) < 2 or mailbox.refused:
        stage.tell(f"LOOK: 2 announcements were to come, {len(mailbox.messages)} did; hailong announcements list --log")
