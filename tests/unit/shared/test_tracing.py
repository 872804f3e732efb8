"""Traces tell the way of a request through the processes, and nothing of who sent it or what."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.collector.intake import Entry, Intake
from shared import log, tracing
from shared.broker import consume, create_celery
from shared.domain.acceptance import Accepted, Candidate
from shared.domain.ballot import Ballot
from shared.domain.survey import Channel, Stratum
from shared.events import BatchesAccepted, Event, to_wire
from shared.http import guard
from shared.settings import SettingsError, from_environment
from shared.store.acceptance import Commit, Moment
from tests.harness import eventually

BALLOT = UUID("11111111-2222-4333-8444-555555555555")
SECRET = "rất không hài lòng"  # noqa: S105 - what somebody might have written


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    made = InMemorySpanExporter()
    tracing.start("test", SimpleSpanProcessor(made))
    yield made
    tracing.stop()


def named(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = [span for span in exporter.get_finished_spans() if span.name == name]
    return found


def application() -> Flask:
    app = Flask(__name__)
    guard(app)

    @app.get("/healthz")
    def healthz() -> str:
        return "alive"

    @app.put("/surveys/<survey>/ballots/<ballot>")
    def put(survey: str, ballot: str) -> str:
        if survey == "broken":
            raise RuntimeError(f"{ballot} says {SECRET}")
        return "taken"

    return app


class Store:
    def accept(self, candidates: Sequence[Candidate], moment: Moment) -> Commit:
        del moment
        return Commit([Accepted(each.ballot, each.digest, new=True) for each in candidates], [uuid4()])


class Nobody:
    def __init__(self) -> None:
        self.requests: tuple[str, ...] = ()

    def emit(self, event: Event) -> bool:
        del event
        self.requests = log.request_ids.get()
        return True


def accept(emitter: Nobody) -> None:
    ballot = Ballot(BALLOT, "s", "g", "desk", Channel.WEB, "vi", 1, {"C1": 5}, SECRET)
    entry = Entry(Candidate(ballot, b"d", Stratum("desk", {}), invitation=b"token-of-somebody"), "Asia/Ho_Chi_Minh")
    Intake(Store(), emitter, lambda: datetime(2026, 4, 1, tzinfo=UTC), 5.0).accept([entry])


def test_off_nothing_is_imported_and_a_span_is_nothing() -> None:
    modules = "services.collector.wsgi, services.publisher.wsgi, services.scoring.__main__, services.publisher.__main__"
    script = f"import sys, {modules}\nfrom shared import tracing\nwith tracing.span('x'): pass\n"
    # redis-py imports a part of OpenTelemetry where it is installed: for figures, and it tells nobody.
    script += "print([name for name in sys.modules if name.startswith(('shared.spans', 'opentelemetry.exporter'))])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
    assert tracing.span("one") is tracing.span("other")


def test_a_request_its_commit_and_the_work_on_its_batch_are_one_trace(exporter: InMemorySpanExporter) -> None:
    application().test_client().put(f"/surveys/s/ballots/{BALLOT}", headers={"X-Request-Id": "abc123"})
    emitter = Nobody()
    with log.working_on("abc123"):
        accept(emitter)
    eventually("the batch is announced", lambda: emitter.requests)
    app = create_celery("memory://")
    consume(app, BatchesAccepted, lambda _: None, None, ())  # type: ignore[arg-type]
    headers = {"hailong_requests": list(emitter.requests)}
    app.tasks[BatchesAccepted.name].apply(args=[to_wire(BatchesAccepted((uuid4(),)))], headers={"headers": headers} | headers)
    request, commit, scored = (
        named(exporter, name) for name in ("PUT /surveys/<survey>/ballots/<ballot>", "commit", "batches.accepted")
    )
    assert request.context is not None
    assert commit.parent is not None
    assert scored.parent is not None
    assert request.parent is None
    assert commit.parent.span_id == scored.parent.span_id == request.context.span_id
    assert commit.parent.trace_id == scored.parent.trace_id == request.context.trace_id
    assert dict(commit.attributes or {}) == {"hailong.ballots": 1}


def test_what_was_committed_together_is_linked_to_every_request(exporter: InMemorySpanExporter) -> None:
    client = application().test_client()
    for each in ("one", "two", "three"):
        client.put(f"/surveys/s/ballots/{BALLOT}", headers={"X-Request-Id": each})
    traces = [span.context.trace_id for span in exporter.get_finished_spans() if span.context]
    with log.working_on("one", "two", "three"), tracing.span("commit", ballots=3), tracing.span("inside"):
        pass
    commit, inside = named(exporter, "commit"), named(exporter, "inside")
    assert commit.context is not None
    assert inside.parent is not None
    assert commit.context.trace_id == traces[0]
    assert [link.context.trace_id for link in commit.links] == traces[1:]
    assert inside.parent.span_id == commit.context.span_id


def test_no_span_holds_an_answer_an_id_an_invitation_or_an_address(exporter: InMemorySpanExporter) -> None:
    app = application()
    app.testing = False
    app.test_client().put(f"/surveys/broken/ballots/{BALLOT}", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    app.test_client().get(f"/nowhere/{BALLOT}?invitation=token-of-somebody")
    accept(Nobody())
    with pytest.raises(ValueError, match="hài lòng"), tracing.span("score", survey="s", batches=1):
        raise ValueError(f"{BALLOT} says {SECRET}")
    spans = exporter.get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    assert {span.name for span in spans} >= {"commit", "score", "PUT /surveys/<survey>/ballots/<ballot>", "GET unknown"}
    for hidden in (str(BALLOT), BALLOT.hex, SECRET, json.dumps(SECRET)[1:-1], "somebody", "203.0.113.7", "C1", "Traceback"):
        assert hidden not in told
    assert dict(named(exporter, "score").attributes or {})["error.type"] == "ValueError"
    assert dict(named(exporter, "PUT /surveys/<survey>/ballots/<ballot>").attributes or {})["http.response.status_code"] == 500


def test_asking_whether_a_process_is_well_is_no_span(exporter: InMemorySpanExporter) -> None:
    assert application().test_client().get("/healthz").status_code == 200
    assert not exporter.get_finished_spans()


def test_where_spans_go_is_checked_and_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"HAILONG_MONGODB_URL": "mongodb://db/hailong", "HAILONG_REDIS_URL": "redis://broker/0"}
    with pytest.raises(SettingsError, match="HAILONG_OTLP_ENDPOINT must begin with http:// or https://"):
        from_environment(needed | {"HAILONG_OTLP_ENDPOINT": "collector:4317"})
    config = from_environment(needed | {"HAILONG_OTLP_ENDPOINT": "http://collector:4318"})
    monkeypatch.setitem(sys.modules, "shared.spans", None)
    monkeypatch.delattr("shared.spans", raising=False)
    with pytest.raises(SettingsError, match=r"OpenTelemetry is not installed: hailong\[tracing\]"):
        tracing.configure("collector", config)
