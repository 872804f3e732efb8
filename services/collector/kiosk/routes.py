"""The kiosk over HTTP: the page, what it asks, its manifest, and its service worker. Ballots come in by the API."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from services.collector import problems
from services.collector.catalogue import Catalogue
from services.collector.kiosk import shell
from services.collector.kiosk.content import content
from services.collector.kiosk.precache import worker
from services.collector.web import pages
from services.collector.web.routes import ALLOWED
from shared.domain.survey import State, Survey
from shared.http import policy
from shared.problem import Problem
from shared.store.connection import StoreUnavailable
from shared.store.surveys import UnknownSurvey

CONTENT_SECURITY_POLICY = policy(**ALLOWED, worker_src="'self'", manifest_src="'self'")


def kiosk_blueprint(catalogue: Catalogue) -> Blueprint:
    """The pages under /kiosk. Names with a dot are ours: a survey's id has none."""
    blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")
    kiosk = _Kiosk(catalogue)
    blueprint.add_url_rule("/worker.js", "worker", _worker)
    blueprint.add_url_rule("/opening.html", "opening", _opening)
    blueprint.add_url_rule("/<survey_id>", "page", kiosk.page)
    blueprint.add_url_rule("/<survey_id>/content", "content", kiosk.content)
    blueprint.add_url_rule("/<survey_id>/manifest.webmanifest", "manifest", kiosk.manifest)
    blueprint.register_error_handler(UnknownSurvey, lambda _: _missing())
    blueprint.register_error_handler(NotFound, lambda _: _missing())
    blueprint.register_error_handler(StoreUnavailable, lambda _: _away())
    blueprint.after_request(_headers)
    return blueprint


class _Kiosk:
    """The kiosk of a survey over its collaborators."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def page(self, survey_id: str) -> Response:
        return Response(shell.kiosk_page(self._known(survey_id)), mimetype="text/html")

    def content(self, survey_id: str) -> Response:
        """What is asked; 304 where the device has it already."""
        try:
            told = content(self._known(survey_id))
        except UnknownSurvey as error:
            raise Problem(problems.UNKNOWN_SURVEY, f"No survey is called {survey_id[:100]!r}.") from error
        except StoreUnavailable as error:
            raise problems.store_away() from error
        response = Response(json.dumps(told, ensure_ascii=False), mimetype="application/json")
        response.set_etag(told["version"])
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response

    def manifest(self, survey_id: str) -> Response:
        told = shell.manifest(self._known(survey_id))
        return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")

    def _known(self, survey_id: str) -> Survey:
        record = self._catalogue.get(survey_id)
        if record.state is State.DRAFT:
            raise UnknownSurvey(survey_id)
        return record.survey


def _worker() -> Response:
    return Response(worker(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def _opening() -> Response:
    return Response(shell.opening_page(), mimetype="text/html")


def _missing() -> Response:
    return Response(pages.message("missing", request.args.get("lang")), HTTPStatus.NOT_FOUND, mimetype="text/html")


def _away() -> Response:
    page = pages.message("away", request.args.get("lang"), home=request.full_path)
    return Response(page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"}, mimetype="text/html")


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
