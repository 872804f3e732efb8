"""What is recorded of a run under faults: what clients sent and were told and when, what people saw, what was left in the end.

Times are seconds of the one clock of the machine that everything runs on. Nothing here and in the checker uses the code that it
judges: a ballot is what was sent, not what the services made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SUCCESS = (200, 201)
UNKNOWN = (0, 503)
"""No answer, or "not now": the ballot may be in the store or not."""


@dataclass(frozen=True)
class Sent:
    """A ballot as a client sent it."""

    survey: str
    id: str
    stratum: str
    channel: str
    answers: Mapping[str, Any]
    invitation: str | None = None

    @property
    def content(self) -> tuple[Any, ...]:
        """What a receipt commits to; the invitation is no part of it."""
        return (self.survey, self.stratum, self.channel, json.dumps(self.answers, sort_keys=True))


@dataclass(frozen=True)
class Told:
    """What the client was told: status 0 is no answer."""

    status: int
    problem: str | None = None
    receipt: str | None = None
    counted: bool | None = None


@dataclass(frozen=True)
class Invocation:
    """One sending of one ballot, from before the first byte to after the last one of the answer."""

    sent: Sent
    begun: float
    ended: float
    told: Told


@dataclass(frozen=True)
class Look:
    """Running figures of a group as somebody saw them who looked between `begun` and `ended`."""

    survey: str
    begun: float
    ended: float
    counted: Mapping[str, int]
    overall: float | None
    factors: Mapping[str, float | None]


@dataclass(frozen=True)
class Place:
    """A stratum by the plan. `limit` is None where there is none; over it ballots are refused, or kept as surplus."""

    limit: int | None = None
    keeps: bool = False
    invited: bool = False


@dataclass(frozen=True)
class Rules:
    """What the plan says of a survey, and when it was closed.

    From `closes` on a web ballot may be refused, from `late_until` on every other; one that was begun after `shut_web` or
    `shut_all` must have been. `ends` is the state that the survey comes to.
    """

    strata: Mapping[str, Place]
    factors: Mapping[str, Sequence[str]]
    closes: float
    late_until: float
    shut_web: float
    shut_all: float
    ends: str = "published"
    satisfied: Sequence[int] = (4, 5)

    @property
    def criteria(self) -> list[str]:
        return [criterion for criteria in self.factors.values() for criterion in criteria]


@dataclass(frozen=True)
class Stored:
    """A ballot as it is in the store in the end."""

    id: str
    survey: str
    stratum: str
    channel: str
    answers: Mapping[str, Any]
    counted: bool
    receipt: str

    @property
    def content(self) -> tuple[Any, ...]:
        return (self.survey, self.stratum, self.channel, json.dumps(self.answers, sort_keys=True))


@dataclass(frozen=True)
class Left:
    """What is left of a survey in the end. `cells` are the documents of its tallies, not merged; `free` places by stratum."""

    state: str
    problem: str | None
    ballots: Sequence[Stored]
    cells: Sequence[Mapping[str, Any]]
    accepted: int
    waiting: int
    free: Mapping[str, int] = field(default_factory=dict)
    register: Sequence[str] | None = None
    root: str | None = None
    sealed: Mapping[str, Any] | None = None
    editions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class History:
    """A whole run. `invitations` are those issued: token -> (survey, stratum)."""

    rules: Mapping[str, Rules]
    invocations: Sequence[Invocation]
    looks: Sequence[Look]
    left: Mapping[str, Left]
    invitations: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), default=str))


def read(path: Path) -> History:
    """The history that `History.write` wrote."""
    data = json.loads(path.read_text())
    rules = {
        id_: Rules(**{**r, "strata": {s: Place(**place) for s, place in r["strata"].items()}})
        for id_, r in data["rules"].items()
    }
    invocations = [Invocation(Sent(**i["sent"]), i["begun"], i["ended"], Told(**i["told"])) for i in data["invocations"]]
    left = {id_: Left(**{**kept, "ballots": [Stored(**b) for b in kept["ballots"]]}) for id_, kept in data["left"].items()}
    return History(rules, invocations, [Look(**look) for look in data["looks"]], left, data["invitations"])
