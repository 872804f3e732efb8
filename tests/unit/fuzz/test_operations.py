"""Made-up requests find an API that does not answer as it says."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, Response, jsonify
from werkzeug.serving import make_server

from shared.http import guard
from tests.fuzz.operations import Tally, World, fuzz

ANSWER = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}}}}
TAKES = {"content": {"application/json": {"schema": {"type": "object", "required": ["n"], "additionalProperties": False}}}}
PATHS = ("sound", "failing", "undocumented", "shapeless", "typed")


def lying() -> Flask:
    """An API of five answers, of which one is as described, and a sixth that takes anything."""
    app = Flask(__name__)
    guard(app)
    told = {f"/{path}": {"get": {"responses": ANSWER}} for path in PATHS}
    takes = {"/greedy": {"put": {"requestBody": {"required": True, **TAKES}, "responses": ANSWER}}}
    document = {"openapi": "3.1.0", "info": {"title": "lies", "version": "1"}, "paths": told | takes}
    app.add_url_rule("/openapi.json", "document", lambda: jsonify(document))
    app.add_url_rule("/sound", "sound", lambda: {"a": 1})
    app.add_url_rule("/failing", "failing", lambda: ({"a": 1}, 500))
    app.add_url_rule("/undocumented", "undocumented", lambda: ({"a": 1}, 418))
    app.add_url_rule("/shapeless", "shapeless", lambda: jsonify([]))
    app.add_url_rule("/typed", "typed", lambda: Response("a", mimetype="text/plain"))
    app.add_url_rule("/greedy", "greedy", lambda: {"a": 1}, methods=["PUT"])
    return app


@pytest.fixture(scope="module")
def found() -> Iterator[Tally]:
    server = make_server("127.0.0.1", 0, lying(), threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield fuzz(World(f"http://127.0.0.1:{server.server_port}", ("s",), ("desk",), ("p",), ("k",)), 5, number=1)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.mark.parametrize("path", ["GET /failing", "GET /undocumented", "GET /shapeless", "GET /typed", "PUT /greedy"])
def test_an_answer_that_is_not_as_described_is_told_with_the_request(found: Tally, path: str) -> None:
    told = [text for name, text in found.faults.items() if name.startswith(path)]
    assert told
    assert all(text.startswith("curl -X ") for text in told)


def test_an_answer_that_is_as_described_is_no_fault(found: Tally) -> None:
    assert [name for name in found.faults if name.startswith("GET /sound")] == []
    assert found.requests["GET /sound"] >= 1


def test_answers_by_which_the_server_failed_are_counted(found: Tally) -> None:
    assert found.failures == found.requests["GET /failing"] > 0
    assert any("answers 5xx" in line for line in found.lines())
