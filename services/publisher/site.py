"""The public site: surveys, results pages, documents, and the results as JSON. It only reads, and only what is published.

`create_site` takes its collaborators; `shared.store` has them. Nothing of a survey's figures is reachable before there is
an edition, and a draft is not known here at all.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from hashlib import sha256
from http import HTTPStatus

from flask import Flask, Response, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from services.publisher.lookup import Lookup, Registers
from services.publisher.pages import Pages, message
from services.publisher.published import Editions, NotPublished, Published, Surveys, as_json
from shared import log, problem
from shared.domain.register import DamagedRegister, NotAReceipt
from shared.problem import Kind, Problem
from shared.static import static_version
from shared.store.connection import StoreUnavailable
from shared.store.editions import Edition, UnknownEdition
from shared.store.surveys import UnknownSurvey

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
ASK_FIRST = "no-cache"

UNKNOWN_SURVEY = Kind("unknown-survey", HTTPStatus.NOT_FOUND, "There is no such survey")
NOT_PUBLISHED = Kind("not-published", HTTPStatus.NOT_FOUND, "Nothing has been published yet")
UNKNOWN_EDITION = Kind("unknown-edition", HTTPStatus.NOT_FOUND, "There is no such edition or document")
INVALID_EDITION = Kind("invalid-edition", HTTPStatus.BAD_REQUEST, "The edition must be a whole number")
NOT_A_RECEIPT = Kind("not-a-receipt", HTTPStatus.BAD_REQUEST, "This is not a receipt")
DAMAGED_REGISTER = Kind("damaged-register", HTTPStatus.INTERNAL_SERVER_ERROR, "The register cannot be read")
STORE_AWAY = Kind("store-unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "Results cannot be read at the moment")
NOT_READY = Kind("not-ready", HTTPStatus.SERVICE_UNAVAILABLE, "The service is not ready")

_PROBLEMS: Mapping[type[Exception], Callable[[], Problem]] = {
    UnknownSurvey: lambda: Problem(UNKNOWN_SURVEY, "The list of surveys is at /."),
    NotPublished: lambda: Problem(NOT_PUBLISHED, "Results come out when the survey has ended and was sealed."),
    UnknownEdition: lambda: Problem(UNKNOWN_EDITION, "The survey's page names its editions and documents."),
    NotAReceipt: lambda: Problem(NOT_A_RECEIPT, "A receipt has 20 letters and digits, in any case, with or without dashes."),
    DamagedRegister: lambda: Problem(
        DAMAGED_REGISTER, "What is stored does not lead to the published root. A person must look."
    ),
    StoreUnavailable: lambda: Problem(STORE_AWAY, "Try again in a moment.", headers={"Retry-After": "5"}),
}


def create_site(
    surveys: Surveys, editions: Editions, registers: Registers, lacking: Callable[[], Mapping[str, str]] = dict[str, str]
) -> Flask:
    """The site over its collaborators. `lacking` says what is not ready, by name; nothing when all is well."""
    site = Flask(__name__, template_folder=None)
    published = Published(surveys, editions)
    lookup = Lookup(published, registers)
    site.before_request(_name_request)
    site.after_request(_headers)
    pages = Pages(published, lookup)
    _register_pages(site, pages)
    _register_lookup(site, pages, lookup)
    _register_documents(site, published)
    _register_api(site, published)
    _register_operations(site, lacking)
    _register_errors(site)
    return site


def _register_pages(site: Flask, pages: Pages) -> None:
    @site.get("/")
    def home() -> Response:
        return _answer(pages.home(_language()).encode(), "text/html", ASK_FIRST)

    @site.get("/surveys/<survey_id>")
    def survey(survey_id: str) -> Response:
        return _answer(pages.survey(survey_id, _language()).encode(), "text/html", ASK_FIRST)

    @site.get("/surveys/<survey_id>/editions/<int:number>")
    def edition(survey_id: str, number: int) -> Response:
        # Not for ever: once there is a later edition, the page says so.
        return _answer(pages.edition(survey_id, number, _language()).encode(), "text/html", A_MINUTE)


def _register_lookup(site: Flask, pages: Pages, lookup: Lookup) -> None:
    @site.get("/surveys/<survey_id>/register")
    def register(survey_id: str) -> Response | WerkzeugResponse:
        asked = request.args.get("receipt")
        if asked is None:
            return _answer(pages.register(survey_id, _language()).encode(), "text/html", ASK_FIRST)
        try:
            receipt = lookup.find(survey_id, asked).receipt
        except NotAReceipt:
            return _not_a_receipt(pages, survey_id, asked)
        except NotPublished:
            return _answer(pages.register(survey_id, _language()).encode(), "text/html", ASK_FIRST)
        address = url_for("receipt", survey_id=survey_id, text=receipt, lang=_language())
        return redirect(address, HTTPStatus.SEE_OTHER)

    @site.get("/surveys/<survey_id>/register/<text>")
    def receipt(survey_id: str, text: str) -> Response:
        try:
            found = lookup.find(survey_id, text)
        except NotAReceipt:
            return _not_a_receipt(pages, survey_id, text)
        except NotPublished:
            return _answer(pages.register(survey_id, _language()).encode(), "text/html", ASK_FIRST)
        return _answer(pages.receipt(found, _language()).encode(), "text/html", ASK_FIRST)

    @site.get("/api/v1/surveys/<survey_id>/register")
    def register_json(survey_id: str) -> Response:
        return _for_everyone(_answer(_json(lookup.register(survey_id).to_json()), "application/json", ASK_FIRST))

    @site.get("/api/v1/surveys/<survey_id>/register/<text>")
    def receipt_json(survey_id: str, text: str) -> Response:
        return _for_everyone(_answer(_json(lookup.find(survey_id, text).to_json()), "application/json", ASK_FIRST))

    @site.get("/verify/hailong_verify.py")
    def verifier() -> Response:
        response = site.send_static_file("hailong_verify.txt")
        response.mimetype = "text/x-python"
        response.headers["Cache-Control"] = ASK_FIRST
        return response


def _not_a_receipt(pages: Pages, survey_id: str, asked: str) -> Response:
    response = _answer(pages.not_a_receipt(survey_id, asked, _language()).encode(), "text/html", ASK_FIRST)
    response.status_code = HTTPStatus.BAD_REQUEST
    return response


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _for_everyone(response: Response) -> Response:
    """What is published is for everyone, so that a body's own portal may show it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _register_documents(site: Flask, published: Published) -> None:
    @site.get("/surveys/<survey_id>/<name>")
    def latest_document(survey_id: str, name: str) -> Response:
        return _document(published, published.latest(survey_id), name, ASK_FIRST)

    @site.get("/surveys/<survey_id>/editions/<int:number>/<name>")
    def document(survey_id: str, number: int, name: str) -> Response:
        return _document(published, published.edition(survey_id, number), name, FOR_EVER)


def _register_api(site: Flask, published: Published) -> None:
    @site.get("/api/v1/surveys/<survey_id>/results")
    def results(survey_id: str) -> Response:
        asked = request.args.get("edition")
        if asked is None:
            response = _answer(as_json(published.latest(survey_id)), "application/json", ASK_FIRST)
        else:
            edition = published.edition(survey_id, _edition_number(asked))
            response = _answer(as_json(edition), "application/json", FOR_EVER)
        return _for_everyone(response)


def _register_operations(site: Flask, lacking: Callable[[], Mapping[str, str]]) -> None:
    @site.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @site.get("/readyz")
    def readyz() -> dict[str, str]:
        missing = lacking()
        if missing:
            raise Problem(NOT_READY, "; ".join(f"{k}: {v}" for k, v in missing.items()), errors=missing)
        return {"status": "ready"}


def _register_errors(site: Flask) -> None:
    site.register_error_handler(Problem, _told)
    site.register_error_handler(HTTPException, lambda error: _told(problem.of_http(error)))
    for kind, make in _PROBLEMS.items():
        site.register_error_handler(kind, lambda _, make=make: _told(make()))


def _told(found: Problem) -> Response:
    """The problem as JSON where a machine asked, as a page where a person did."""
    if request.path.startswith(("/api/", "/healthz", "/readyz")):
        return problem.answer(found)
    missing = found.kind.status == HTTPStatus.NOT_FOUND
    words = ("site.missing_title", "site.missing") if missing else ("site.wrong_title", "site.wrong")
    response = Response(message(*words, _language()), status=found.kind.status, mimetype="text/html")
    response.headers.update(found.headers)
    return response


def _answer(content: bytes, media_type: str, cache: str) -> Response:
    """`content` with a strong ETag; 304 without it to those who have it."""
    response = Response(content, mimetype=media_type)
    response.set_etag(sha256(content).hexdigest())
    response.headers["Cache-Control"] = cache
    response.make_conditional(request)
    return response


def _document(published: Published, edition: Edition, name: str, cache: str) -> Response:
    """A document of the edition. Its hash is known beforehand: who has it gets 304 without its being read."""
    if name not in edition.documents:
        raise UnknownEdition(name)
    file = edition.documents[name]
    known = file.sha256 in request.if_none_match
    content = b"" if known else published.document(edition, name)
    response = Response(content, content_type=file.media_type)
    response.set_etag(file.sha256)
    response.headers["Cache-Control"] = cache
    file_name = f"{edition.survey}-{edition.number}-{name}"
    response.headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    response.make_conditional(request)
    return response


def _edition_number(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit()):
        raise Problem(INVALID_EDITION, "Give the edition's number, for example edition=1, or leave it out.")
    if len(asked) > 9:
        raise UnknownEdition(asked)
    return int(asked)


def _language() -> str | None:
    return request.args.get("lang")


def _name_request() -> None:
    g.request_id = log.accepted_id(request.headers.get("X-Request-Id")) or uuid.uuid4().hex
    log.request_ids.set((g.request_id,))


def _headers(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint == "static" and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = _static_cache()
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _static_cache() -> str:
    """For ever when the address carries the content's version; an hour for what style sheets name without one."""
    name = (request.view_args or {}).get("filename", "")
    versioned = request.args.get("v") == static_version("services.publisher", name)
    return FOR_EVER if versioned else "public, max-age=3600"
