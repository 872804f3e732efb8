"""The collector's Flask application: routes, errors as problems, request ids, health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Flask, Response, make_response, render_template, request, send_from_directory
from flask_smorest import Api
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from services.collector import problems
from services.collector.answering import DEVICE_KEY
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
from shared import problem
from shared.http import guard, policy
from shared.problem import Problem
from shared.store.devices import Devices

DOCS_POLICY = policy(script_src="'self'", style_src="'self'", img_src="'self' data:", connect_src="'self'")
SWAGGER = Path(flask_swagger_ui.__file__).parent / "dist"
"""The browser of the API's description, of which two files are needed."""


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
    # Every answer is documented by its status: one for "any other" would let an operation answer what nobody was told of.
    DEFAULT_ERROR_RESPONSE_NAME = None

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
    guard(app)
    app.before_request(_limit_body)
    app.register_error_handler(Problem, problem.answer)
    api = _ProblemApi(app)
    api.spec.components.security_scheme(
        DEVICE_KEY, {"type": "http", "scheme": "bearer", "description": "An enrolled device's key"}
    )
    api.register_blueprint(surveys_blueprint(catalogue))
    api.register_blueprint(ballots_blueprint(reception, doorkeeper))
    api.register_blueprint(places_blueprint(parts.borrowing, doorkeeper))
    api.register_blueprint(devices_blueprint(doorkeeper, parts.devices, clock))
    app.register_blueprint(web_blueprint(Desk(reception, catalogue, parts.borrowing, parts.gatekeeper), clock))
    app.register_blueprint(kiosk_blueprint(catalogue))
    _register_operations(app, readiness)
    return app


def _register_operations(app: Flask, readiness: Callable[[], Readiness]) -> None:
    @app.get("/docs")
    def docs() -> Response:
        response = make_response(render_template("docs.html"))
        response.headers["Content-Security-Policy"] = DOCS_POLICY
        return response

    @app.get("/docs/ui/<any('swagger-ui.css', 'swagger-ui-bundle.js'):name>")
    def docs_file(name: str) -> Response:
        return send_from_directory(SWAGGER, name)

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


def _limit_body() -> None:
    """The API's rule for bodies. The form has one of its own."""
    if request.blueprint != "web":
        limit_body()
