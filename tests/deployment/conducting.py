"""A survey in a deployment: ballots through its edge while things break, and the figures that an operator sees."""

from __future__ import annotations

import hashlib
import random
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.deployment.deployed import Deployment, Edge
from tests.harness import drawn, eventually, in_threads

CLIENTS = 3
PATIENCE = 240.0
"""Seconds for which a client repeats a ballot that nobody answers: containers need a while to come back."""


@dataclass
class Respondents:
    """People who answer the small plan through the edge until they are told to stop, and keep what they were promised."""

    edge: Edge
    survey: str
    seed: int
    receipts: dict[UUID, str] = field(default_factory=dict)
    bodies: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    failed: bool = False

    def answer(self, stop: threading.Event) -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(self._answer, stop, random.Random(self.seed + number)) for number in range(CLIENTS)]:
                done.result()

    def _answer(self, stop: threading.Event, chance: random.Random) -> None:
        while not stop.is_set():
            self.one(drawn(chance))
            stop.wait(0.05)

    def one(self, body: dict[str, Any]) -> None:
        """Hand one ballot in, as often as it takes."""
        ballot_id = uuid4()
        self.bodies[ballot_id] = body
        answer = self.edge.insist(self.survey, ballot_id, body, within=PATIENCE)
        self.failed |= answer.status not in (200, 201)
        assert not self.failed, (answer.status, answer.content)
        self.receipts[ballot_id] = answer.json["receipt"]

    def more(self, number: int) -> None:
        """Wait until that many more were promised to count."""
        wanted = len(self.receipts) + number
        eventually(f"{number} more ballots are accepted", lambda: self.failed or len(self.receipts) >= wanted, PATIENCE)

    def repeated(self) -> list[UUID]:
        """The ballots that are not what they were when they are handed in again."""
        answers = in_threads(CLIENTS, self._again, list(self.receipts.items()))
        return [ballot_id for ballot_id, same in answers if not same]

    def _again(self, promised: tuple[UUID, str]) -> tuple[UUID, bool]:
        answer = self.edge.insist(self.survey, promised[0], self.bodies[promised[0]], within=PATIENCE)
        return promised[0], (answer.status, answer.json["receipt"]) == (200, promised[1])


def scored(deployed: Deployment, survey: str) -> int:
    """The ballots that were accepted, once the equation holds and none waits."""

    def settled() -> int | None:
        said = deployed.hailong("status", survey, check=False)
        found = re.search(r"accepted (\d+) = scored (\d+) \+ waiting 0;.*: holds", said)
        return int(found[1]) if found else None

    return eventually(f"{survey} is scored", settled, PATIENCE, every=1)


def published(deployed: Deployment, survey: str) -> None:
    eventually(f"{survey} is published", lambda: "state     published" in deployed.hailong("status", survey), PATIENCE, every=2)


def digests(edge: Edge, survey: str) -> dict[str, str]:
    """The SHA-256 of what the public gets of a survey."""
    addresses = {
        "results": f"/api/v1/surveys/{survey}/results",
        "page": f"/surveys/{survey}",
        "notice": f"/surveys/{survey}/notice.pdf",
        "data": f"/surveys/{survey}/results.csv",
    }
    answers = {name: edge.get(path) for name, path in addresses.items()}
    assert {answer.status for answer in answers.values()} == {200}
    return {name: hashlib.sha256(answer.content).hexdigest() for name, answer in answers.items()}


def found_in_register(edge: Edge, survey: str, receipt: str) -> bool:
    answer = edge.get(f"/api/v1/surveys/{survey}/register/{receipt}")
    return answer.status == 200 and bool(answer.json["included"])
