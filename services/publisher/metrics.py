"""What Prometheus is told of the whole system: every survey's equation and state, what waits for a person, heartbeats.

It is for operators: the edge does not let it through to the public. Nothing of an answer is in it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.domain.equation import Equation
from shared.domain.survey import State
from shared.store import migrations, schema
from shared.store.ballots import Ballots
from shared.store.connection import Db
from shared.store.places import Held, Places, Turns
from shared.store.surveys import Record, Surveys
from shared.store.tallies import Tallies, Waiting
from shared.store.watch import Heartbeats, Quarantine

FRESH = 30.0
"""Seconds for which figures are told again before they are read anew."""

DEADLINE = 5.0
"""Seconds within which the places of a survey are read."""

TERMS = ("accepted", "stored", "waiting", "scored", "counted", "surplus")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one survey stands. `places` has the strata with a limit."""

    record: Record
    equation: Equation
    waiting: Waiting
    places: Mapping[str, Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """How everything stands at one moment."""

    surveys: tuple[Standing, ...]
    stuck: Counter[str]
    quarantine: Counter[str]
    heartbeats: dict[str, timedelta]
    revision: int
    pending: int


def look(db: Db, now: datetime) -> Picture:
    """Read how everything stands. Raises StoreUnavailable."""
    surveys = Surveys(db).in_states(State.OPEN, State.CLOSING, State.SEALED, State.PUBLISHED)
    ballots, tallies, places = Ballots(db), Tallies(db), Places(db, DEADLINE, Turns())

    def standing(record: Record) -> Standing:
        survey_id = record.survey.id
        return Standing(record, ballots.equation(survey_id), tallies.waiting(survey_id), places.all(survey_id, now))

    quarantine: Counter[str] = Counter()
    for (kind, _), number in Quarantine(db).reasons().items():
        quarantine[kind] += number
    return Picture(
        surveys=tuple(standing(record) for record in surveys),
        stuck=Counter(each.survey for each in tallies.all_stuck()),
        quarantine=quarantine,
        heartbeats=Heartbeats(db).ages(now),
        revision=schema.revision(db) or 0,
        pending=len(migrations.pending(db)),
    )


def families(picture: Picture, now: datetime) -> Iterator[Metric]:
    """The picture as Prometheus reads it."""
    yield from _surveys(picture.surveys, now)
    stuck = {standing.record.survey.id: picture.stuck[standing.record.survey.id] for standing in picture.surveys}
    yield _gauge("hailong_batches_stuck", "Batches that could not be scored and wait for a person", "survey", stuck)
    kinds = {kind: picture.quarantine[kind] for kind in ("message", "ballot")}
    yield _gauge("hailong_quarantine", "What was set aside and waits for a person", "kind", kinds)
    ages = {service: age.total_seconds() for service, age in picture.heartbeats.items()}
    yield _gauge("hailong_heartbeat_age_seconds", "Time since a worker of the service proved that it consumes", "service", ages)
    yield GaugeMetricFamily("hailong_schema_revision", "Schema revision of the data", value=picture.revision)
    yield GaugeMetricFamily("hailong_migrations_pending", "Migrations that the data still need", value=picture.pending)


def _surveys(surveys: Iterable[Standing], now: datetime) -> Iterator[Metric]:
    terms = GaugeMetricFamily("hailong_survey_ballots", "Terms of the equation", labels=["survey", "term"])
    states = GaugeMetricFamily("hailong_survey_state", "1 for the state that the survey is in", labels=["survey", "state"])
    left = GaugeMetricFamily("hailong_places_left", "Places that are neither taken nor reserved", labels=["survey", "stratum"])
    holds, problem, editions, oldest = {}, {}, {}, {}
    for standing in surveys:
        survey_id, record = standing.record.survey.id, standing.record
        for term in TERMS:
            terms.add_metric([survey_id, term], getattr(standing.equation, term))
        for state in State:
            states.add_metric([survey_id, state.value], record.state is state)
        for stratum, held in standing.places.items():
            left.add_metric([survey_id, stratum], held.free - held.reserved)
        holds[survey_id] = float(standing.equation.holds)
        problem[survey_id] = float(record.problem is not None)
        editions[survey_id] = float(record.editions)
        since = standing.waiting.oldest
        oldest[survey_id] = 0.0 if since is None else max((now - since).total_seconds(), 0.0)
    yield from (terms, states, left)
    yield _gauge("hailong_survey_equation_holds", "Whether every acknowledged ballot is accounted for", "survey", holds)
    yield _gauge("hailong_survey_problem", "Whether the survey cannot move on", "survey", problem)
    yield _gauge("hailong_survey_editions", "Editions published", "survey", editions)
    yield _gauge("hailong_survey_oldest_waiting_seconds", "Age of the oldest batch that waits to be scored", "survey", oldest)


def _gauge(name: str, told: str, label: str, values: dict[str, float] | dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class Exposition(Collector):
    """The text that Prometheus scrapes, read anew at most every `fresh` seconds, however many ask."""

    def __init__(self, read: Callable[[], Iterable[Metric]], fresh: float = FRESH) -> None:
        self._read = read
        self._fresh = fresh
        self._lock = Lock()
        self._until = 0.0
        self._families: list[Metric] = []
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """Raises what reading raises: figures that are old are not told as if they were new."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._families = list(self._read())
                self._until = time.monotonic() + self._fresh
            return bytes(generate_latest(self._registry))

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(db: Db) -> Exposition:
    """The exposition of what is in `db`."""

    def read() -> Iterable[Metric]:
        now = datetime.now(UTC)
        return families(look(db, now), now)

    return Exposition(read)
