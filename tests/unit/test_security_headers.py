"""Every answer of both web services carries the headers that keep browsers careful: pages, data, errors, redirects, files."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from services.collector.app import Parts, Readiness, create_app
from services.publisher.published import Published
from services.publisher.site import create_site
from shared.http import ALWAYS, NOTHING, policy
from shared.store.connection import StoreUnavailable
from tests.unit.services.publisher.memory import OPEN, OUT, InBlocks, InMemory, Stored

NAMED = {"survey_id": OUT, "number": "1", "name": "notice.pdf", "text": "x", "filename": "site.css"}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


class Away:
    """A collaborator that does not answer, whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        raise StoreUnavailable("away")


class Broken:
    """A collaborator with a fault in it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("a fault")


def collector(behind: Any) -> Flask:
    parts = Parts(reception=behind, catalogue=behind, borrowing=behind, devices=behind, gatekeeper=behind)
    return create_app(parts, lambda: Readiness({"store": "does not answer"}))


def site(memory: Any, registers: Any) -> Flask:
    return create_site(Published(memory, Stored(InMemory())), registers)


WHOLE = site(InMemory(), InBlocks())
APPLICATIONS = {
    "collector, store away": collector(Away()),
    "collector, broken": collector(Broken()),
    "site": WHOLE,
    "site, store away": site(Away(), Away()),
    "site, broken": site(Broken(), Broken()),
}
each_application = pytest.mark.parametrize("name", APPLICATIONS)


def address(rule: Rule) -> str:
    ids = {"uuid": "0b0a8f0e-3c0c-4d5e-9f1e-2a4b5c6d7e8f", "any": "swagger-ui.css"}
    return re.sub(r"<(?:(\w+)[^:>]*:)?(\w+)>", lambda m: ids.get(m[1] or "", NAMED.get(m[2], "x")), str(rule))


@cache
def answers(name: str) -> dict[str, TestResponse]:
    """What every address of an application answers to every method, and what one does that is not there."""
    app = APPLICATIONS[name]
    paths = {address(rule) for rule in app.url_map.iter_rules()} | {"/nothing", "/static/nothing"}
    return {f"{method} {path}": asked(app, method, path) for path in sorted(paths) for method in METHODS}


def asked(app: Flask, method: str, path: str) -> TestResponse:
    response = app.test_client().open(path, method=method, json={} if method in ("POST", "PUT") else None)
    response.close()
    return response


def lacking(response: TestResponse) -> set[str]:
    """The names of headers that an answer should have, and has not."""
    said = response.headers
    missing = {name for name, value in ALWAYS.items() if said.getlist(name) != [value]}
    once = ("X-Request-Id", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Cache-Control")
    return missing | {name for name in once if len(said.getlist(name)) != 1}


@each_application
def test_every_answer_carries_the_headers(name: str) -> None:
    assert {asked: found for asked, response in answers(name).items() if (found := lacking(response))} == {}


@each_application
def test_no_answer_lets_a_browser_run_what_stands_in_a_page(name: str) -> None:
    policies = {asked: response.headers["Content-Security-Policy"] for asked, response in answers(name).items()}
    assert all(said.startswith("default-src 'none'; base-uri 'none'; ") for said in policies.values())
    assert [asked for asked, said in policies.items() if "unsafe" in said or "http" in said] == []
    framed = {asked for asked, said in policies.items() if "frame-ancestors 'none'" not in said}
    assert framed <= {f"{method} /surveys/{OUT}/widget" for method in ("GET", "HEAD")}


def test_the_answers_looked_at_are_of_every_sort() -> None:
    statuses = {name: {response.status_code for response in answers(name).values()} for name in APPLICATIONS}
    assert statuses["collector, store away"] >= {200, 404, 405, 422, 503}
    assert 500 in statuses["collector, broken"] & statuses["site, broken"]
    assert statuses["site"] >= {200, 400, 404, 405}
    assert 503 in statuses["site, store away"]


@pytest.fixture
def client() -> FlaskClient:
    return WHOLE.test_client()


def test_a_redirect_and_an_answer_without_content_carry_the_headers(client: FlaskClient) -> None:
    receipt = client.get(f"/surveys/{OUT}/register?receipt={'0' * 20}")
    again = client.get(f"/surveys/{OUT}", headers={"If-None-Match": client.get(f"/surveys/{OUT}").headers["ETag"]})
    assert (receipt.status_code, again.status_code) == (303, 304)
    assert (lacking(receipt), lacking(again)) == (set(), set())


def test_data_runs_nothing_and_only_what_is_published_may_be_taken_by_other_pages(client: FlaskClient) -> None:
    everyone = client.get(f"/api/v1/surveys/{OUT}/results").headers
    assert everyone["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get(f"/surveys/{OPEN}").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert APPLICATIONS["collector, broken"].test_client().get("/openapi.json").headers["Content-Security-Policy"] == NOTHING


def test_the_service_worker_may_ask_its_own_server_and_nobody_else() -> None:
    said = APPLICATIONS["collector, broken"].test_client().get("/kiosk/worker.js").headers["Content-Security-Policy"]
    assert "connect-src 'self'" in said
    assert "script-src 'self'" in said


def test_a_policy_allows_what_is_named_and_nothing_else() -> None:
    assert policy(style_src="'self'", frame_ancestors="*") == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *; style-src 'self'"
    )


@pytest.mark.parametrize("given", ["", "a b", "a\u0301", "x" * 65, "a;b", '"}'])
def test_a_request_id_that_is_not_fit_for_a_log_is_replaced(client: FlaskClient, given: str) -> None:
    named = client.get("/healthz", headers={"X-Request-Id": given.encode().decode("latin-1")}).headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", named)


def test_a_request_id_that_a_proxy_gave_is_kept(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "edge-7"}).headers["X-Request-Id"] == "edge-7"
