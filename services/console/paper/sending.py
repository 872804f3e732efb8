"""Agreed ballots on their way in: by the ballot API, like every other, a few at a time, again until each has its outcome."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import urllib3

from services.console.paper.entry import Entered
from services.console.paper.serial import Serial
from shared.domain.ballot import Ballot

PART = 50
"""Ballots of one request: with the longest comments they stay well under what the collector takes."""

TRIES = 6
PAUSE = 2.0
"""Times that a request is sent while the collector or its store is away, and seconds before the second; then longer."""

_AGAIN = (429, 502, 503, 504)


class Interrupted(RuntimeError):
    """The collector stopped answering; the message says what to do. What went in before is in."""


class NotAdmitted(RuntimeError):
    """The collector does not know the device key, or not for this survey."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a ballot was not taken."""

    type: str
    detail: str


@dataclass(slots=True)
class Sent:
    """What became of the ballots: those newly counted, over the quota, there before, and refused."""

    accepted: list[Serial] = field(default_factory=list)
    surplus: list[Serial] = field(default_factory=list)
    repeated: list[Serial] = field(default_factory=list)
    refused: dict[Serial, Refused] = field(default_factory=dict)

    @property
    def settled(self) -> int:
        return len(self.accepted) + len(self.surplus) + len(self.repeated) + len(self.refused)


@dataclass(frozen=True)
class Collector:
    """Where ballots are handed in. `device_key` is sent where there is one; `pause` waits a number of seconds."""

    url: str
    device_key: str | None = field(default=None, repr=False)
    pause: Callable[[float], None] = time.sleep

    def send(self, survey_id: str, entered: Sequence[Entered], invitations: Mapping[Serial, str], sent: Sent) -> Iterator[Sent]:
        """Hand the ballots in, and tell after each part what became of them so far, in `sent`.

        `invitations` holds the codes of those that need one. Raises Interrupted, NotAdmitted; `sent` then holds what is known.
        """
        with urllib3.PoolManager(timeout=30.0, retries=False) as pool:
            for start in range(0, len(entered), PART):
                part = entered[start : start + PART]
                bodies = [_body(each.ballot, invitations.get(each.serial)) for each in part]
                outcomes = self._outcomes(pool, survey_id, bodies)
                for each, outcome in zip(part, outcomes, strict=True):
                    _note(each.serial, outcome, sent)
                yield sent

    def _outcomes(self, pool: urllib3.PoolManager, survey_id: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The final outcome of each ballot; those that may do better later are sent again."""
        settled: dict[int, dict[str, Any]] = {}
        waiting = list(range(len(bodies)))
        reason = "it did not answer"
        for attempt in range(TRIES):
            if attempt:
                self.pause(PAUSE * attempt)
            answer = self._post(pool, survey_id, [bodies[n] for n in waiting])
            if isinstance(answer, str):
                reason = answer
                continue
            settled |= {n: outcome for n, outcome in zip(waiting, answer, strict=True) if outcome["status"] not in _AGAIN}
            waiting = [n for n in waiting if n not in settled]
            if not waiting:
                return [settled[n] for n in range(len(bodies))]
            reason = "its store is away"
        raise Interrupted(
            f"the collector at {self.url} does not take ballots at the moment ({reason}). What went in is in; "
            "run the same command again later: nothing is entered twice"
        )

    def _post(self, pool: urllib3.PoolManager, survey_id: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]] | str:
        """The outcomes of one request, or why there are none yet."""
        headers = {"Content-Type": "application/json"}
        if self.device_key is not None:
            headers["Authorization"] = f"Bearer {self.device_key}"
        content = json.dumps({"ballots": bodies}).encode()
        try:
            answer = pool.request("POST", f"{self.url}/api/v1/surveys/{survey_id}/ballots", body=content, headers=headers)
            found = json.loads(answer.data)
        except urllib3.exceptions.HTTPError as error:
            return f"no connection ({type(error).__name__})"
        except ValueError:
            found = {}
        if answer.status in _AGAIN:
            return f"it answered {answer.status}"
        if answer.status in (401, 403):
            raise NotAdmitted(f"the collector does not admit this device: {_said(found, answer.status)}")
        outcomes = found.get("outcomes") if isinstance(found, dict) else None
        if answer.status != 200 or not isinstance(outcomes, list) or len(outcomes) != len(bodies):
            raise Interrupted(f"{self.url} does not answer as a collector does: {_said(found, answer.status)}")
        return outcomes


def _body(ballot: Ballot, invitation: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(ballot.id),
        "stratum": ballot.stratum,
        "channel": ballot.channel.value,
        "language": ballot.language,
        "questionnaire": ballot.questionnaire,
        "answers": {name: list(a) if isinstance(a, tuple) else a for name, a in ballot.answers.items()},
    }
    if ballot.comment is not None:
        body["comment"] = ballot.comment
    return body if invitation is None else body | {"invitation": invitation}


def _note(serial: Serial, outcome: Mapping[str, Any], sent: Sent) -> None:
    if outcome["status"] == 200:
        sent.repeated.append(serial)
    elif outcome["status"] == 201:
        (sent.accepted if outcome.get("counted", True) else sent.surplus).append(serial)
    else:
        problem = outcome.get("problem", {})
        errors = "; ".join(f"{name}: {', '.join(map(str, said))}" for name, said in problem.get("errors", {}).items())
        detail = f"{problem.get('detail', 'no reason given')} {errors}".strip()
        sent.refused[serial] = Refused(str(problem.get("type", outcome["status"])), detail)


def _said(found: object, status: int) -> str:
    detail = found.get("detail") if isinstance(found, dict) else None
    return f"{status} {detail or ''}".strip()[:300]
