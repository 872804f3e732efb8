"""The collector's Flask application: routes, errors as problems, request ids, health."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from services.collector import problems
from services.collector.borrowing import Borrowing
from services.collector.catalogue import Catalogue
from services.collector.devices import Doorkeeper, devices_blueprint
from services.collector.forms import ProblemForm
from services.collector.kiosk.routes import kiosk_blueprint
from services.collector.limits import Gatekeeper
from services.collector.places import places_blueprint
from services.collector.reception import Reception
from services.collector.views import ballots_blueprint, limit_body, surveys_blueprint
from services.collector.web.routes import Desk, web_blueprint
from shared import log, problem
from shared.problem import Problem
from shared.store.devices import Devices

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is not ready, by name: empty when the service can do its work."""

    lacking: dict[str, str]


class _Collector(Flask):
    """Every view is a plain function: nothing has to be asked for each of the layers around it."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class _ProblemApi(Api):  # type: ignore[misc]
    ERROR_SCHEMA = ProblemForm

    def handle_http_exception(self, error: HTTPException) -> Response:
        return problem.answer(_of_http(error))


def _of_http(error: HTTPException) -> Problem:
    if isinstance(error, RequestEntityTooLarge):
        return Problem(problems.TOO_LARGE, "Send less at once: one ballot in a PUT, up to 500 in a POST.")
    if isinstance(error, BadRequest):
        return Problem(problems.MALFORMED, "Send the ballot as one JSON object.")
    return problem.of_http(error)


def now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application works with."""

    reception: Reception
    catalogue: Catalogue
    borrowing: Borrowing
    devices: Devices
    gatekeeper: Gatekeeper


def create_app(
    parts: Parts,
    readiness: Callable[[], Readiness],
    clock: Callable[[], datetime] = now,
) -> Flask:
    """The application over its collaborators."""
    reception, catalogue, doorkeeper = parts.reception, parts.catalogue, Doorkeeper(parts.devices, parts.gatekeeper)
    app = _Collector(__name__)
    app.config.update(
        API_TITLE="Hailong collector",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.before_request(_name_request)
    app.before_request(_limit_body)
    app.after_request(_headers)
    app.register_error_handler(Problem, problem.answer)
    api = _ProblemApi(app)
    api.register_blueprint(surveys_blueprint(catalogue))
    api.register_blueprint(ballots_blueprint(reception, doorkeeper))
    api.register_blueprint(places_blueprint(parts.borrowing, doorkeeper))
    api.register_blueprint(devices_blueprint(doorkeeper, parts.devices, clock))
    app.register_blueprint(web_blueprint(Desk(reception, catalogue, parts.borrowing, parts.gatekeeper), clock))
    app.register_blueprint(kiosk_blueprint(catalogue))
    app.register_blueprint(get_swaggerui_blueprint("/docs/ui", "/openapi.json"))
    _register_operations(app, readiness)
    return app


def _register_operations(app: Flask, readiness: Callable[[], Readiness]) -> None:
    @app.get("/docs")
    def docs() -> str:
        return render_template("docs.html")

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        lacking = readiness().lacking
        if lacking:
            raise Problem(problems.NOT_READY, "; ".join(f"{k}: {v}" for k, v in lacking.items()), errors=lacking)
        return {"status": "ready"}

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _name_request() -> None:
    g.request_id = log.accepted_id(request.headers.get("X-Request-Id")) or uuid.uuid4().hex
    log.request_ids.set((g.request_id,))


def _limit_body() -> None:
    """The API's rule for bodies. The form has one of its own."""
    if request.blueprint != "web":
        limit_body()


def _headers(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
