"""Clients of every kind: new ballots, the same again, other content under an id, invitations, kiosks that synchronise."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import urllib3

from tests import plans
from tests.faults.history import SUCCESS, UNKNOWN, Invocation, Place, Sent, Told
from tests.harness import JSON

CLIENTS = 12
INVITATIONS = 8
"""Invitations that each client holds."""

FACTORS = {"F1": ("C1", "C2"), "F2": ("C3",)}
STRATA = {
    "desk": Place(),
    "online": Place(),
    "few": Place(limit=40),
    "kept": Place(limit=40, keeps=True),
    "invited": Place(invited=True),
}
SIMPLE = ("desk", "online")


def plan_of(survey: str, closes: float, grace: float, *strata: str, **more: object) -> dict[str, Any]:
    """A plan with these strata of `STRATA`."""
    return plans.small(survey, *(_stratum(s) for s in strata), closes=closes, grace=grace, **more)


def _stratum(id_: str) -> dict[str, Any]:
    place = STRATA[id_]
    more: dict[str, Any] = {"admission": "invited"} if place.invited else {}
    if place.limit is not None:
        more |= {"quota": place.limit, "when_full": "keep" if place.keeps else "refuse"}
    return plans.stratum(id_, **more)


@dataclass
class Recorder:
    """Collects invocations from all threads."""

    invocations: list[Invocation] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, sent: Sequence[Sent], begun: float, told: Sequence[Told]) -> None:
        ended = time.time()
        with self.lock:
            for each, answer in zip(sent, told, strict=True):
                self.invocations.append(Invocation(each, begun, ended, answer))
                if answer.status in SUCCESS:
                    self.acknowledged.add(each.id)


class Sender:
    """Sends ballots to a collector and records what came back."""

    def __init__(self, url: str, recorder: Recorder) -> None:
        self._url = url
        self._recorder = recorder
        timeout = urllib3.Timeout(connect=2.0, read=5.0)
        self._pool = urllib3.PoolManager(maxsize=4 * CLIENTS, timeout=timeout, retries=False)

    def put(self, sent: Sent) -> Told:
        begun = time.time()
        status, body = self._send("PUT", f"/api/v1/surveys/{sent.survey}/ballots/{sent.id}", _body(sent))
        told = _told(status, body)
        self._recorder.add([sent], begun, [told])
        return told

    def post(self, ballots: Sequence[Sent]) -> list[Told]:
        begun = time.time()
        content = {"ballots": [{"id": each.id, **_body(each)} for each in ballots]}
        status, body = self._send("POST", f"/api/v1/surveys/{ballots[0].survey}/ballots", content)
        outcomes = body.get("outcomes", [])
        told = [_told(o["status"], o | o.get("problem", {})) for o in outcomes] or [_told(status, body)] * len(ballots)
        self._recorder.add(ballots, begun, told)
        return told

    def close(self) -> None:
        self._pool.clear()

    def _send(self, method: str, path: str, content: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            answer = self._pool.request(method, self._url + path, body=json.dumps(content).encode(), headers=JSON)
            return answer.status, json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            return 0, {}


def _body(sent: Sent) -> dict[str, Any]:
    body = {
        "stratum": sent.stratum,
        "channel": sent.channel,
        "language": "vi",
        "questionnaire": 1,
        "answers": dict(sent.answers),
    }
    return body if sent.invitation is None else body | {"invitation": sent.invitation}


def _told(status: int, body: Mapping[str, Any]) -> Told:
    if status in SUCCESS:
        return Told(status, receipt=body["receipt"], counted=body["counted"])
    return Told(status, problem=None if status == 0 else str(body.get("type")))


@dataclass
class Client:
    """One client: what it does next is a matter of its own chance."""

    chance: random.Random
    sender: Sender
    surveys: Sequence[str]
    tokens: list[str]
    second_until: float
    mine: list[Sent] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def act(self) -> None:
        """One step."""
        step = self.chance.choices(
            (self._new, self._again, self._other_content, self._twin, self._kiosk, self._misuse), (70, 9, 6, 5, 6, 4)
        )[0]
        step()

    def _new(self) -> None:
        self._insist(self._draw())

    def _again(self) -> None:
        if self.mine:
            self.sender.put(self.chance.choice(self.mine))

    def _other_content(self) -> None:
        if self.mine:
            sent = self.chance.choice(self.mine)
            answers = {question: 1 + answer % 5 for question, answer in sent.answers.items()}
            self.sender.put(replace(sent, answers=answers))

    def _twin(self) -> None:
        sent = self._draw()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.sender.put, (sent, sent)))
        self._insist(sent)

    def _kiosk(self) -> None:
        survey = self._survey()
        batch = [self._draw(survey, channel="kiosk", strata=SIMPLE) for _ in range(self.chance.randint(5, 25))]
        for _ in range(3):
            told = self.sender.post(batch)
            if all(each.status not in UNKNOWN for each in told):
                break
            time.sleep(0.3)

    def _misuse(self) -> None:
        token = self.chance.choice([*self.used, "0000-0000", None])
        survey = self.surveys[0]
        self.sender.put(replace(self._draw(survey, strata=("desk",)), stratum="invited", invitation=token))

    def _insist(self, sent: Sent) -> None:
        """As most clients do: the same again while the answer is unknown. Some give up."""
        self.mine.append(sent)
        while self.sender.put(sent).status in UNKNOWN and self.chance.random() < 0.8:
            time.sleep(self.chance.uniform(0.1, 0.5))

    def _survey(self) -> str:
        second = self.chance.random() < (0.4 if time.time() < self.second_until else 0.03)
        return self.surveys[1] if second else self.surveys[0]

    def _draw(self, survey: str | None = None, channel: str = "web", strata: Sequence[str] | None = None) -> Sent:
        survey = survey or self._survey()
        strata = strata or (tuple(STRATA) if survey == self.surveys[0] else SIMPLE)
        stratum = self.chance.choice(strata)
        token = None
        if stratum == "invited":
            stratum, token = ("invited", self.tokens.pop()) if self.tokens else ("desk", None)
            self.used += [token] if token else []
        least = 1 if survey == self.surveys[0] else 0
        answers = {c: self.chance.randint(least, 5) for c in ("C1", "C2", "C3", "Q")}
        id_ = str(UUID(int=self.chance.getrandbits(128), version=4))
        return Sent(survey, id_, stratum, channel, answers, token)


def tokens_of(prefix: str) -> Iterator[list[str]]:
    """The invitations of each client."""
    for client in range(CLIENTS):
        yield [f"{prefix}-{client}-{number}" for number in range(INVITATIONS)]
