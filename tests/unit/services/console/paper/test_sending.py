"""Ballots are sent until each has its outcome; what may work later is sent again, what will not is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.console.paper.entry import Entered, read_entries
from services.console.paper.reading import read_table
from services.console.paper.sending import TRIES, Collector, Interrupted, NotAdmitted, Sent
from tests.unit.services.console.paper import made

Script = list[tuple[int, Any]]


@contextmanager
def collector(script: Script) -> Iterator[tuple[Collector, list[Any]]]:
    """A server that gives the answers of `script` one after the other, the last one again and again; and what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers.get("Authorization"), json.loads(content)["ballots"]))
            status, body = script.pop(0) if len(script) > 1 else script[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Collector(f"http://127.0.0.1:{server.server_port}", "KEY", pause=lambda _: None), asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def entered(tmp_path: Path) -> list[Entered]:
    table = read_table(made.saved(made.as_csv([made.row(n) for n in (1, 2, 3)]), tmp_path))
    return list(read_entries(table, made.survey(), {"KQMT": made.pile()}).entered.values())


def outcomes(*statuses: int, **more: Any) -> dict[str, Any]:
    problem = {"problem": {"type": "stratum-full", "detail": "All places are taken."}}
    return {"outcomes": [{"status": s, **more} if s < 300 else {"status": s, **problem} for s in statuses]}


def test_what_may_work_later_is_sent_again_and_nothing_else_is(entered: list[Entered]) -> None:
    script: Script = [(503, {}), (200, outcomes(201, 503, 409)), (200, outcomes(200))]
    sent = Sent()
    with collector(script) as (sender, asked):
        list(sender.send("paper", entered, {entered[0].serial: "CODE"}, sent))
    first, second, third = (each.serial for each in entered)
    assert (sent.accepted, sent.repeated, [*sent.refused]) == ([first], [second], [third])
    assert sent.refused[third].type == "stratum-full"
    assert [[ballot["id"] for ballot in ballots] for _, _, ballots in asked] == [
        [str(each.ballot.id) for each in entered],
        [str(each.ballot.id) for each in entered],
        [str(entered[1].ballot.id)],
    ]
    assert {(path, key) for path, key, _ in asked} == {("/api/v1/surveys/paper/ballots", "Bearer KEY")}
    assert [ballot.get("invitation") for ballot in asked[0][2]] == ["CODE", None, None]


def test_a_ballot_over_the_quota_is_told_apart(entered: list[Entered]) -> None:
    sent = Sent()
    with collector([(200, outcomes(201, 201, 201, counted=False))]) as (sender, _):
        list(sender.send("paper", entered, {}, sent))
    assert (len(sent.accepted), len(sent.surplus)) == (0, 3)


def test_a_collector_that_stays_away_is_left_alone_after_some_tries(entered: list[Entered]) -> None:
    with collector([(503, {})]) as (sender, asked), pytest.raises(Interrupted, match="run the same command again"):
        list(sender.send("paper", entered, {}, Sent()))
    assert len(asked) == TRIES


def test_a_key_that_is_not_known_and_an_address_of_something_else_are_told(entered: list[Entered]) -> None:
    with collector([(401, {"detail": "No such device."})]) as (sender, _), pytest.raises(NotAdmitted, match="No such device"):
        list(sender.send("paper", entered, {}, Sent()))
    with collector([(200, ["hello"])]) as (sender, _), pytest.raises(Interrupted, match="does not answer as a collector"):
        list(sender.send("paper", entered, {}, Sent()))
    dead = Collector("http://127.0.0.1:9", pause=lambda _: None)
    with pytest.raises(Interrupted, match="no connection"):
        list(dead.send("paper", entered, {}, Sent()))
