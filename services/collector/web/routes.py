"""The addresses of the form: read what was posted, call, answer with a page. Nothing is kept between two requests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from uuid import uuid4

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from services.collector import problems
from services.collector.borrowing import Asking, Borrowing, new_token
from services.collector.catalogue import Catalogue
from services.collector.limits import Gatekeeper, TooMany
from services.collector.reception import Reception, Result
from services.collector.web import pages
from services.collector.web.draft import Draft, arrival, mistakes, read
from services.collector.web.pages import Asked
from shared.domain.acceptance import (
    Accepted,
    DeviceUnknown,
    InvitationRequired,
    InvitationSpent,
    InvitationUnknown,
    Refusal,
    StratumFull,
    SurveyNotOpen,
)
from shared.domain.ballot import InvalidBallot, receipt
from shared.domain.survey import Admission, Admitted, Channel, State, admits
from shared.domain.token import token_digest
from shared.http import policy
from shared.static import static_version
from shared.store.connection import StoreUnavailable
from shared.store.places import PlacesReserved, PlaceUnknown
from shared.store.surveys import Record, UnknownSurvey

FORM_LIMIT = 128 * 1024
FOR_EVER = "public, max-age=31536000, immutable"
ALLOWED = dict.fromkeys(("script_src", "style_src", "img_src", "font_src", "connect_src", "form_action"), "'self'")
CONTENT_SECURITY_POLICY = policy(**ALLOWED)

_INVITATION = {
    InvitationRequired: "error.invitation_required",
    InvitationUnknown: "error.invitation_unknown",
    InvitationSpent: "error.invitation_spent",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the form works with."""

    reception: Reception
    catalogue: Catalogue
    borrowing: Borrowing
    gatekeeper: Gatekeeper


def web_blueprint(desk: Desk, clock: Callable[[], datetime]) -> Blueprint:
    """The pages at /s/<survey> and /s/<survey>/<stratum>."""
    blueprint = Blueprint("web", __name__, url_prefix="/s")
    form = _Form(desk, clock)
    blueprint.add_url_rule("/<survey_id>", "survey", form.show, methods=["GET"], defaults={"stratum_id": None})
    blueprint.add_url_rule("/<survey_id>/<stratum_id>", "stratum", form.show, methods=["GET"])
    blueprint.add_url_rule("/<survey_id>", "post_survey", form.post, methods=["POST"], defaults={"stratum_id": None})
    blueprint.add_url_rule("/<survey_id>/<stratum_id>", "post_stratum", form.post, methods=["POST"])
    blueprint.register_error_handler(UnknownSurvey, lambda _: _missing())
    blueprint.register_error_handler(NotFound, lambda _: _missing())
    blueprint.register_error_handler(StoreUnavailable, lambda _: _away())
    blueprint.register_error_handler(HTTPException, _wrong)
    blueprint.after_request(_headers)
    blueprint.after_app_request(_keep_static)
    return blueprint


class _Form:
    """The form over its collaborators."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._reception = desk.reception
        self._catalogue = desk.catalogue
        self._borrowing = desk.borrowing
        self._gatekeeper = desk.gatekeeper
        self._clock = clock

    def show(self, survey_id: str, stratum_id: str | None) -> Response:
        """The notice, or the strata to choose from."""
        record = self._known(survey_id)
        shut = self._shut(record)
        if shut is not None:
            return shut
        survey, reader = record.survey, pages.reader_of(record.survey, request.args.get("lang"))
        if stratum_id is None and len(survey.strata) > 1:
            return _page(pages.strata_page(survey, reader, request.path))
        asked = _asked(record, stratum_id)
        place = new_token() if asked.stratum.reserves else ""
        return self._closed_to(record, asked) or _page(pages.form_page(asked, Draft(uuid4(), place=place), 0))

    def post(self, survey_id: str, stratum_id: str | None) -> Response:
        """Another page of the form, or the ballot's receipt."""
        request.max_content_length = FORM_LIMIT
        record = self._known(survey_id)
        asked = _asked(record, stratum_id)
        draft = read(request.form, asked.steps)
        if request.form.get("go") == "send" and "lang" not in request.form:
            return self._send(record, asked, draft)
        return self._shut(record) or self._advance(record, asked, draft)

    def _advance(self, record: Record, asked: Asked, draft: Draft) -> Response:
        """The page that a button leads to. Where places are reserved, there is one from the first question on."""
        begins = request.form.get("at", "0") == "0"
        if not asked.stratum.reserves or "lang" in request.form or not (begins or draft.place):
            return _turn(asked, draft)
        try:
            place = self._place(asked, draft)
        except TooMany as error:
            return _later(pages.form_page(asked, draft, 0, {"trap": "error.too_many_sent"}), error.seconds)
        except Refusal as refusal:
            if begins:
                return self._refused(record, asked, draft, refusal)
            return _turn(asked, draft, news="place.lost")
        except StoreUnavailable:
            return _turn(asked, draft)
        return _turn(asked, replace(draft, place=place))

    def _place(self, asked: Asked, draft: Draft) -> str:
        """The place that the draft has, for another term, or a new one. Raises the Refusal, StoreUnavailable."""
        if draft.place:
            with suppress(PlaceUnknown):
                self._borrowing.extend(asked.survey.id, draft.place)
                return draft.place
        invitation = token_digest(draft.invitation) if draft.invitation else None
        self._gatekeeper.admit(request, None, invitation)
        asking = Asking(asked.survey.id, asked.stratum.id, invitation=invitation, token=draft.place)
        loan = self._borrowing.reserve(asking)
        return "" if loan is None else loan.token

    def _closed_to(self, record: Record, asked: Asked) -> Response | None:
        """The page that says at once that a ballot of this stratum would not be taken here; None where it would."""
        if asked.stratum.admission is Admission.DEVICE:
            return _message(record, "device", HTTPStatus.OK, wipe=False)
        held = self._borrowing.look(asked.survey.id, asked.stratum)
        if held is not None and held.free <= 0:
            return _message(record, "full", HTTPStatus.OK, wipe=True)
        return None

    def _refused(self, record: Record, asked: Asked, draft: Draft, refusal: Refusal) -> Response:
        """The page that says why there is no ballot, and keeps the answers where they may still be of use."""
        kind = type(refusal)
        if kind in _INVITATION:
            return _mend(asked, draft, 0, {"invitation": _INVITATION[kind]}, problems.of_refusal(refusal).kind.status)
        if isinstance(refusal, StratumFull):
            held = self._borrowing.look(asked.survey.id, asked.stratum)
            if isinstance(refusal, PlacesReserved) or (held is not None and held.free > 0):
                return _message(record, "reserved", HTTPStatus.CONFLICT, wipe=False, home=request.full_path)
            return _message(record, "full", HTTPStatus.CONFLICT, wipe=True)
        if isinstance(refusal, SurveyNotOpen):
            return self._shut(record, HTTPStatus.FORBIDDEN) or _message(record, "closed", HTTPStatus.FORBIDDEN, wipe=True)
        if isinstance(refusal, DeviceUnknown):
            return _message(record, "device", HTTPStatus.FORBIDDEN, wipe=False)
        return _message(record, "conflict", problems.of_refusal(refusal).kind.status, wipe=True)

    def _send(self, record: Record, asked: Asked, draft: Draft) -> Response:
        errors = pages.all_mistakes(asked, draft)
        if errors:
            return _mend(asked, draft, asked.step_of(next(iter(errors))), errors)
        if draft.trapped:
            return _mend(asked, draft, asked.last, {"trap": "error.trap"})
        ballot = arrival(draft, asked.stratum.id, asked.reader.tag, asked.group.questionnaire)
        try:
            self._gatekeeper.admit(request, None, ballot.invitation)
            (result,) = self._reception.receive(record.survey.id, [ballot])
        except TooMany as error:
            return _later(pages.form_page(asked, draft, asked.last, {"trap": "error.too_many_sent"}), error.seconds)
        except StoreUnavailable:
            return _page(pages.form_page(asked, draft, asked.last, lost=True), HTTPStatus.SERVICE_UNAVAILABLE, retry=True)
        if isinstance(result, Refusal):
            return self._refused(record, asked, draft, result)
        return _answered(asked, draft, result)

    def _known(self, survey_id: str) -> Record:
        record = self._catalogue.get(survey_id)
        if record.state is State.DRAFT:
            raise UnknownSurvey(survey_id)
        return record

    def _shut(self, record: Record, status: HTTPStatus = HTTPStatus.OK) -> Response | None:
        """The page that says when the survey opens or that it is over; None while it takes ballots."""
        admitted = admits(record.survey.period, record.state, Channel.WEB, self._clock())
        if admitted is Admitted.YES:
            return None
        early = admitted is Admitted.NOT_YET
        return _message(record, "early" if early else "closed", status, wipe=not early)


def _asked(record: Record, stratum_id: str | None) -> Asked:
    survey = record.survey
    if stratum_id is None and len(survey.strata) == 1:
        stratum_id = next(iter(survey.strata))
    if stratum_id is None or stratum_id not in survey.strata:
        raise NotFound
    wanted = request.form.get("lang") or request.args.get("lang")
    return Asked(survey, survey.strata[stratum_id][1], pages.reader_of(survey, wanted), request.path)


def _turn(asked: Asked, draft: Draft, news: str = "") -> Response:
    """The page that a button of the form leads to."""
    at = min(max(request.form.get("at", 0, type=int), 0), asked.last)
    verb, _, item = request.form.get("go", "next").partition(":")
    if "lang" in request.form or verb == "clear":
        return _page(pages.form_page(asked, _without(draft, item), at))
    if verb == "to":
        return _page(pages.form_page(asked, draft, asked.step_of(item), news=news))
    if verb == "back":
        return _page(pages.form_page(asked, draft, asked.beside(at, -1, draft), news=news))
    errors = mistakes(draft, asked.steps[at - 1].items) if 0 < at < asked.last else {}
    if errors:
        return _mend(asked, draft, at, errors)
    to = asked.last if verb == "review" else asked.beside(at, 1, draft)
    return _page(pages.form_page(asked, draft, to, news=news))


def _without(draft: Draft, item: str) -> Draft:
    return replace(draft, answers={key: answer for key, answer in draft.answers.items() if key != item}, trapped=False)


def _answered(asked: Asked, draft: Draft, result: Result) -> Response:
    if isinstance(result, Accepted):
        status = HTTPStatus.CREATED if result.new else HTTPStatus.OK
        return _page(pages.receipt_page(asked, receipt(result.digest), counted=result.ballot.counted), status)
    if isinstance(result, InvalidBallot):
        return _mend(asked, draft, asked.last, {next(iter(asked.items)): "error.empty"})
    raise NotFound


def _mend(
    asked: Asked, draft: Draft, at: int, errors: dict[str, str], status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    return _page(pages.form_page(asked, draft, at, errors), status)


def _message(record: Record, name: str, status: HTTPStatus, *, wipe: bool, home: str = "") -> Response:
    reader = pages.reader_of(record.survey, request.args.get("lang"))
    return _page(pages.survey_message(record.survey, reader, name, wipe=wipe, home=home), status)


def _missing() -> Response:
    return _page(pages.message("missing", request.args.get("lang")), HTTPStatus.NOT_FOUND)


def _away() -> Response:
    page = pages.message("away", request.args.get("lang"), home=request.full_path)
    return _page(page, HTTPStatus.SERVICE_UNAVAILABLE, retry=True)


def _wrong(error: HTTPException) -> Response:
    return _page(pages.message("wrong", request.args.get("lang")), HTTPStatus(error.code or 500))


def _page(content: str, status: HTTPStatus = HTTPStatus.OK, *, retry: bool = False) -> Response:
    response = Response(content, status=status, mimetype="text/html")
    if retry:
        response.headers["Retry-After"] = "5"
    return response


def _later(content: str, seconds: int) -> Response:
    response = _page(content, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(max(1, seconds))
    return response


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _keep_static(response: Response) -> Response:
    """Let browsers keep for ever what they ask for with its version."""
    if request.endpoint == "static" and response.status_code == HTTPStatus.OK:
        name = (request.view_args or {}).get("filename", "")
        if request.args.get("v") == static_version("services.collector", name):
            response.headers["Cache-Control"] = FOR_EVER
    return response
