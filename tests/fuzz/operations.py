"""Requests made up from an OpenAPI document by Schemathesis, sent to a running collector, and each answer held against the
document: its status, its media type, its body's schema, no failure of the server, and nothing accepted that breaks the schema.

Half of the requests fit the document, half break it. Most are led to surveys, strata and devices that exist, so that they get
past the first refusal.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import NonInteractiveExampleWarning, Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from shared.http import ALWAYS
from tests.harness import ballot, bearer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
HEADERS = (*ALWAYS, "X-Request-Id", "Content-Security-Policy")
SHOWN = 1_500
"""Characters that are told of a fault."""


@dataclass(frozen=True)
class World:
    """What exists behind the API: surveys in several states, the strata of the open ones, places and devices' keys."""

    url: str
    surveys: tuple[str, ...]
    strata: tuple[str, ...]
    places: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass
class Tally:
    """What was asked and answered: requests by operation, answers by operation and status, and what was wrong, once each."""

    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.requests += other.requests
        self.answers += other.answers
        self.faults = other.faults | self.faults

    @property
    def failures(self) -> int:
        """Answers by which the server said that it failed."""
        return sum(number for (_, status), number in self.answers.items() if status >= 500)

    def lines(self) -> Iterator[str]:
        """A line for each operation: how many requests, and what was answered how often."""
        for name, number in sorted(self.requests.items()):
            said = sorted((status, times) for (of, status), times in self.answers.items() if of == name)
            yield f"{number:7}  {name:62} " + "  ".join(f"{status}: {times}" for status, times in said)
        yield f"{self.requests.total():7}  requests, {self.failures} answers 5xx, {len(self.faults)} different faults"


def fuzz(world: World, each: int, number: int) -> Tally:
    """Up to `each` requests of every operation in each manner, by the chance of seed `number`."""
    document = schemathesis.openapi.from_url(f"{world.url}/openapi.json")
    tally = Tally()
    with requests.Session() as session:
        for found in document.get_all_operations():
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(world, operation, mode, (each, number), session, tally)
    return tally


def _ask(
    world: World, operation: Any, mode: GenerationMode, chance: tuple[int, int], session: requests.Session, tally: Tally
) -> None:
    each, number = chance

    @seed(f"{number} {operation.label} {mode.value}")
    @settings(max_examples=each, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def send(case: Any, data: st.DataObject) -> None:
        _lead(case, data.draw(st.randoms(use_true_random=False)), world, whole=mode is GenerationMode.POSITIVE)
        response = case.call(base_url=world.url, session=session, timeout=60)
        tally.requests[operation.label] += 1
        tally.answers[operation.label, response.status_code] += 1
        for title, told in _faults(case, response):
            tally.faults.setdefault(f"{operation.label}: {title} ({response.status_code})", told[:SHOWN])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        try:
            send()
        except Unsatisfiable:
            return  # an operation without parameters or body has nothing that could be broken


def _faults(case: Any, response: Any) -> Iterator[tuple[str, str]]:
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield str(failure).splitlines()[0], f"{case.as_curl_command()}\n{failure}"
    lacking = sorted(
        name for name in (*ALWAYS, "X-Request-Id", "Content-Security-Policy") if name.lower() not in response.headers
    )
    if lacking:
        yield f"the answer lacks {', '.join(lacking)}", case.as_curl_command()


def _lead(case: Any, chance: random.Random, world: World, *, whole: bool) -> None:
    """Put names of what exists into most requests, and into `whole` ones what a ballot of theirs holds."""
    known = {"survey_id": chance.choice(world.surveys), "place": chance.choice(world.places), "ballot_id": _ballot_id(chance)}
    led = {name: known[name] for name in case.path_parameters if name in known and chance.random() < 0.85}
    case.path_parameters = {**case.path_parameters, **led}
    if chance.random() < (0.8 if "/device" in case.operation.path else 0.3):
        case.headers = {**(case.headers or {}), **bearer(chance.choice(world.keys))}
    if whole and isinstance(case.body, dict):
        # 5.0 is a whole number to JSON Schema, and to nobody who fills in a ballot.
        numbers = {name: int(v) for name, v in case.body.items() if isinstance(v, float) and v.is_integer()}
        case.body = _fitting({**case.body, **numbers}, chance, world)


def _ballot_id(chance: random.Random) -> str:
    """A UUIDv4; one in five of a handful that others were sent under."""
    number = chance.randrange(5) if chance.random() < 0.2 else chance.getrandbits(48)
    return f"00000000-0000-4000-8000-{number:012x}"


def _fitting(body: Mapping[str, Any], chance: random.Random, world: World) -> dict[str, Any]:
    """`body` with its fields as the surveys have them: none, some, most, or all, and then nothing else."""
    if isinstance(body.get("ballots"), list):
        ballots = [_some({**ballot(), "id": _ballot_id(chance)}, each, chance, world) for each in body["ballots"]]
        return {**body, "ballots": ballots}
    known = ballot() if "answers" in body else {"stratum": "desk"} if "stratum" in body else body
    return _some(known, body, chance, world)


def _some(known: Mapping[str, Any], body: Mapping[str, Any], chance: random.Random, world: World) -> dict[str, Any]:
    share = chance.choice((0.0, 0.5, 0.9, 1.0))
    taken = {name: value for name, value in known.items() if chance.random() < share}
    if "stratum" in taken:
        taken["stratum"] = chance.choice(world.strata)
    return taken if share == 1.0 else {**body, **taken}
