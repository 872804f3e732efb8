"""The public site: surveys, results pages, documents, and the results as JSON. It only reads, and only what is published.

`create_site` takes its collaborators; `shared.store` has them. Nothing of a survey's figures is reachable before there is
an edition, and a draft is not known here at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from flask import Flask, Response, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from services.publisher.answers import A_MINUTE, ASK_FIRST, FOR_EVER, answer, body, is_known
from services.publisher.data import Imprint
from services.publisher.lookup import Lookup, Registers
from services.publisher.machines import Machines, robots
from services.publisher.pages import HTML, Measures, Pages, message
from services.publisher.published import RESULTS, NotPublished, Published, as_json, is_of_plan
from services.publisher.rendering.small import widget_style_hash
from shared import problem
from shared.domain.register import DamagedRegister, NotAReceipt
from shared.http import guard, policy
from shared.problem import Kind, Problem
from shared.static import static_version
from shared.store.connection import StoreUnavailable
from shared.store.editions import Edition, File, UnknownEdition
from shared.store.surveys import UnknownSurvey

PAGES = policy(style_src="'self'", img_src="'self'", font_src="'self'", form_action="'self'")

JSON = "application/json"

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
    published: Published,
    registers: Registers,
    lacking: Callable[[], Mapping[str, str]] = dict[str, str],
    *,
    measures: Measures | None = None,
    imprint: Imprint | None = None,
    form: str = "",
) -> Flask:
    """The site over its collaborators. `lacking` says what is not ready, by name; nothing when all is well. `form` is where
    people answer, without a slash at its end; empty where it is not known.
    """
    site = Flask(__name__, template_folder=None)
    lookup = Lookup(published, registers)
    guard(site, PAGES)
    site.after_request(_keep_static)
    pages = Pages(published, lookup, measures, imprint, form)
    _register_pages(site, pages)
    _register_widget(site, pages)
    _register_lookup(site, pages, lookup)
    _register_documents(site, published)
    _register_api(site, published)
    _register_machines(site, Machines(published), imprint or Imprint())
    _register_operations(site, lacking)
    _register_errors(site)
    return site


def _register_pages(site: Flask, pages: Pages) -> None:
    @site.get("/")
    def home() -> Response:
        return _html(pages.home(_language()))

    @site.get("/methodology")
    def methodology() -> Response:
        return _html(pages.methodology(_language()))

    @site.get("/surveys/<survey_id>")
    def survey(survey_id: str) -> Response:
        return answer(pages.survey(survey_id, _language()), ASK_FIRST)

    @site.get("/surveys/<survey_id>/history")
    def history(survey_id: str) -> Response:
        return _html(pages.history(survey_id, _language()))

    @site.get("/surveys/<survey_id>/editions")
    def editions(survey_id: str) -> Response:
        return _html(pages.editions(survey_id, _language()))

    @site.get("/surveys/<survey_id>/editions/<int:number>")
    def edition(survey_id: str, number: int) -> Response:
        # Not for ever: once there is a later edition, the page says so. As it was published it stands beside its documents.
        return answer(pages.edition(survey_id, number, _language()), A_MINUTE)


def _register_widget(site: Flask, pages: Pages) -> None:
    framed = policy(style_src=widget_style_hash(), frame_ancestors="*")

    @site.get("/surveys/<survey_id>/widget")
    def widget(survey_id: str) -> Response:
        response = _html(pages.widget(survey_id, _language()))
        response.headers["Content-Security-Policy"] = framed
        # Framed by other sites, which is what it is for.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


def _register_lookup(site: Flask, pages: Pages, lookup: Lookup) -> None:
    @site.get("/surveys/<survey_id>/register")
    def register(survey_id: str) -> Response | WerkzeugResponse:
        asked = request.args.get("receipt")
        if asked is None:
            return _html(pages.register(survey_id, _language()))
        try:
            receipt = lookup.find(survey_id, asked).receipt
        except NotAReceipt:
            return _not_a_receipt(pages, survey_id, asked)
        except NotPublished:
            return _html(pages.register(survey_id, _language()))
        address = url_for("receipt", survey_id=survey_id, text=receipt, lang=_language())
        return redirect(address, HTTPStatus.SEE_OTHER)

    @site.get("/surveys/<survey_id>/register/<text>")
    def receipt(survey_id: str, text: str) -> Response:
        try:
            found = lookup.find(survey_id, text)
        except NotAReceipt:
            return _not_a_receipt(pages, survey_id, text)
        except NotPublished:
            return _html(pages.register(survey_id, _language()))
        return _html(pages.receipt(found, _language()))

    @site.get("/api/v1/surveys/<survey_id>/register")
    def register_json(survey_id: str) -> Response:
        return _for_everyone(answer(body(_json(lookup.register(survey_id).to_json()), JSON), ASK_FIRST))

    @site.get("/api/v1/surveys/<survey_id>/register/<text>")
    def receipt_json(survey_id: str, text: str) -> Response:
        return _for_everyone(answer(body(_json(lookup.find(survey_id, text).to_json()), JSON), ASK_FIRST))

    @site.get("/verify/hailong_verify.py")
    def verifier() -> Response:
        response = site.send_static_file("hailong_verify.txt")
        response.mimetype = "text/x-python"
        response.headers["Cache-Control"] = ASK_FIRST
        return response


def _not_a_receipt(pages: Pages, survey_id: str, asked: str) -> Response:
    response = _html(pages.not_a_receipt(survey_id, asked, _language()))
    response.status_code = HTTPStatus.BAD_REQUEST
    return response


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _for_everyone(response: Response) -> Response:
    """What is published is for everyone, so that a body's own portal may show it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _register_documents(site: Flask, published: Published) -> None:
    @site.get("/surveys/<survey_id>/<name>")
    def latest_document(survey_id: str, name: str) -> Response:
        if is_of_plan(name):
            return _plan_document(published, survey_id, name)
        return _document(published, published.latest(survey_id), name, ASK_FIRST)

    @site.get("/surveys/<survey_id>/editions/<int:number>/<name>")
    def document(survey_id: str, number: int, name: str) -> Response:
        return _document(published, published.edition(survey_id, number), name, FOR_EVER)


def _register_api(site: Flask, published: Published) -> None:
    @site.get("/api/v1/surveys/<survey_id>/results")
    def results(survey_id: str) -> Response:
        asked = request.args.get("edition")
        if asked is None:
            edition, cache = published.latest(survey_id), ASK_FIRST
        else:
            edition, cache = published.edition(survey_id, _edition_number(asked)), FOR_EVER
        stored = RESULTS in edition.documents
        return _for_everyone(answer(body(published.document(edition, RESULTS) if stored else as_json(edition), JSON), cache))


def _register_machines(site: Flask, machines: Machines, imprint: Imprint) -> None:
    @site.get("/feed.atom")
    def feed() -> Response:
        return answer(body(machines.feed(_language(), _seen_as(imprint)), "application/atom+xml"), A_MINUTE)

    @site.get("/sitemap.xml")
    def sitemap() -> Response:
        return answer(body(machines.sitemap(_seen_as(imprint)), "application/xml"), A_MINUTE)

    @site.get("/robots.txt")
    def robots_txt() -> Response:
        return answer(body(robots(_seen_as(imprint)), "text/plain"), "public, max-age=3600")

    @site.get("/catalog.jsonld")
    def catalogue() -> Response:
        return _for_everyone(answer(body(machines.catalogue(_seen_as(imprint)), "application/ld+json"), A_MINUTE))


def _seen_as(imprint: Imprint) -> Imprint:
    """The imprint with the address that the site was asked at, where none is set."""
    return imprint if imprint.address else replace(imprint, address=request.host_url.rstrip("/"))


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


def _html(page: str) -> Response:
    return answer(body(page, HTML), ASK_FIRST)


def _document(published: Published, edition: Edition, name: str, cache: str) -> Response:
    """A document of the edition. Its hash is known beforehand: who has it gets 304 without its being read."""
    if name not in edition.documents:
        raise UnknownEdition(name)
    response = _file(edition.documents[name], lambda: published.document(edition, name), cache)
    file_name = f"{edition.survey}-{edition.number}-{name}"
    response.headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    if name.endswith((".json", ".jsonld", ".csv", ".xlsx", ".png")):
        _for_everyone(response)
    return response


def _plan_document(published: Published, survey_id: str, name: str) -> Response:
    """A document of the notice that the survey is held, which is out when the survey is open."""
    documents = published.plan_notice(survey_id)
    if name not in documents:
        raise UnknownEdition(name)
    response = _file(documents[name], lambda: published.plan_document(documents[name]), ASK_FIRST)
    response.headers["Content-Disposition"] = f'inline; filename="{survey_id}-{name}"'
    return response


def _file(file: File, read: Callable[[], bytes], cache: str) -> Response:
    """A stored file; 304 without its being read for who has it."""
    if not is_known(file.sha256):
        return answer(body(read(), file.media_type), cache)
    response = Response(status=HTTPStatus.NOT_MODIFIED)
    response.headers["ETag"], response.headers["Cache-Control"] = f'"{file.sha256}"', cache
    return response


def _edition_number(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit()):
        raise Problem(INVALID_EDITION, "Give the edition's number, for example edition=1, or leave it out.")
    if len(asked) > 9:
        raise UnknownEdition(asked)
    return int(asked)


def _language() -> str | None:
    return request.args.get("lang")


def _keep_static(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = _static_cache()
    return response


def _static_cache() -> str:
    """For ever when the address carries the content's version; an hour for what style sheets name without one."""
    name = (request.view_args or {}).get("filename", "")
    versioned = request.args.get("v") == static_version("services.publisher", name)
    return FOR_EVER if versioned else "public, max-age=3600"
