"""The ballot API: parse, call, answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import ValidationError

from services.collector import problems
from services.collector.answering import JsonBlueprint, Key, documented, stored, unknown
from services.collector.catalogue import Catalogue
from services.collector.describing import describe, summary
from services.collector.devices import Doorkeeper
from services.collector.forms import (
    BallotForm,
    BallotsForm,
    OutcomesForm,
    ReceiptForm,
    SurveyForm,
    SurveysForm,
    SynchronisedForm,
    submission,
    token_digest,
)
from services.collector.reception import Arrival, Reception, Result, TooLate
from shared.domain.acceptance import Accepted
from shared.domain.ballot import InvalidBallot, UnknownStratum, receipt
from shared.domain.survey import State
from shared.problem import Problem
from shared.store.devices import Enrolled

_SYNCHRONISED = SynchronisedForm()

PUT_LIMIT = 64 * 1024
POST_LIMIT = 4 * 1024 * 1024


def ballots_blueprint(reception: Reception, doorkeeper: Doorkeeper) -> Blueprint:
    """Where ballots are handed in."""
    blueprint = JsonBlueprint("ballots", __name__, url_prefix="/api/v1/surveys", description="Hand in ballots")

    @blueprint.route("/<string:survey_id>/ballots/<uuid:ballot_id>")
    class OneBallot(MethodView):
        @blueprint.arguments(BallotForm())
        @blueprint.response(201, ReceiptForm)
        @blueprint.alt_response(200, schema=ReceiptForm, description="The same ballot was accepted before")
        @documented(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 429, 503, key=Key.MAY)
        def put(self, form: dict[str, Any], survey_id: str, ballot_id: UUID) -> Response:
            """Hand in one ballot. The client makes the UUIDv4, and sends the same again when no answer came."""
            if ballot_id.version != 4:
                raise Problem(problems.INVALID_BALLOT, "Make a random id (UUIDv4).", {"id": ["must be a UUIDv4"]})
            sender = doorkeeper.sender()
            arrival = _arrival(ballot_id, form, sender)
            if sender is None:
                doorkeeper.admit(arrival.invitation)
            result = _receive(reception, survey_id, [arrival])[0]
            doorkeeper.settled(sender, [(form.get("sequence"), _status(result))])
            status, body = _answered(result)
            return Response(json.dumps(body), status, content_type="application/json")

    @blueprint.route("/<string:survey_id>/ballots")
    class ManyBallots(MethodView):
        @blueprint.arguments(BallotsForm())
        @blueprint.response(200, OutcomesForm)
        @documented(blueprint, 400, 401, 404, 413, 415, 422, 429, 503, key=Key.MAY)
        def post(self, form: dict[str, Any], survey_id: str) -> Response:
            """Synchronise up to 500 ballots that a device kept. Each has its own outcome; send again what had a 503."""
            sender = doorkeeper.sender()
            if sender is None:
                doorkeeper.admit(None, len(form["ballots"]))
            parsed = [_parse(ballot, sender) for ballot in form["ballots"]]
            arrivals = [p for p in parsed if isinstance(p, Arrival)]
            results = iter(_receive(reception, survey_id, arrivals))
            outcomes = [
                _outcome(ballot, p if isinstance(p, Problem) else next(results))
                for ballot, p in zip(form["ballots"], parsed, strict=True)
            ]
            numbers = [(b.get("sequence"), o["status"]) for b, o in zip(form["ballots"], outcomes, strict=True)]
            doorkeeper.settled(sender, numbers)
            return Response(json.dumps({"outcomes": outcomes}), content_type="application/json")

    return blueprint


def surveys_blueprint(catalogue: Catalogue) -> Blueprint:
    """Where clients learn what is asked."""
    blueprint = Blueprint("surveys", __name__, url_prefix="/api/v1/surveys", description="Surveys and their questions")

    @blueprint.route("")
    class OpenSurveys(MethodView):
        @blueprint.response(200, SurveysForm)
        @documented(blueprint, 503)
        def get(self) -> dict[str, Any]:
            """The surveys that are open."""
            records = stored(catalogue.all)
            return {"surveys": [summary(record) for record in records if record.state is State.OPEN]}

    @blueprint.route("/<string:survey_id>")
    class OneSurvey(MethodView):
        @blueprint.response(200, SurveyForm)
        @documented(blueprint, 404, 503)
        def get(self, survey_id: str) -> Response:
            """A survey's period, groups, strata, questionnaires, and languages."""
            record = stored(lambda: catalogue.get(survey_id))
            if record.state is State.DRAFT:
                raise unknown(survey_id)
            return jsonify(describe(record))

    return blueprint


def _receive(reception: Reception, survey_id: str, arrivals: list[Arrival]) -> list[Result]:
    return stored(lambda: reception.receive(survey_id, arrivals))


def _arrival(ballot_id: UUID, form: dict[str, Any], sender: Enrolled | None) -> Arrival:
    key = None if sender is None else sender.key
    return Arrival(submission(ballot_id, form), token_digest(form), token_digest(form, "place"), key)


def _parse(ballot: Mapping[str, object], sender: Enrolled | None) -> Arrival | Problem:
    try:
        form = _SYNCHRONISED.load(ballot)
    except ValidationError as error:
        return Problem(problems.INVALID_BALLOT, "See errors.", errors=error.messages_dict)
    return _arrival(form["id"], form, sender)


def _status(result: Result) -> int:
    if isinstance(result, Accepted):
        return 201 if result.new else 200
    return _problem(result).kind.status.value


def _answered(result: Result) -> tuple[int, dict[str, Any]]:
    """Status and body for an accepted ballot; raises the problem of one that is not."""
    if not isinstance(result, Accepted):
        raise _problem(result)
    body = {"receipt": receipt(result.digest), "counted": result.ballot.counted}
    return _status(result), body


def _problem(result: UnknownStratum | InvalidBallot | Any) -> Problem:
    if isinstance(result, UnknownStratum):
        return problems.unknown_stratum(str(result.args[0]))
    if isinstance(result, InvalidBallot):
        return Problem(problems.INVALID_BALLOT, "Mend the fields named in errors.", errors=result.errors)
    if isinstance(result, TooLate):
        return Problem(
            problems.SURVEY_NOT_OPEN,
            "The time for synchronising ballots is over. The ballot was set aside for a person to decide.",
            extra={"quarantined": True},
        )
    return problems.of_refusal(result)


def _outcome(ballot: Mapping[str, object], result: Result | Problem) -> dict[str, Any]:
    given = ballot.get("id")
    outcome: dict[str, Any] = {"id": given if isinstance(given, str) else None}
    try:
        if isinstance(result, Problem):
            raise result
        status, body = _answered(result)
    except Problem as problem:
        return outcome | {"status": problem.kind.status.value, "problem": problem.body()}
    return outcome | {"status": status, **body}


def limit_body() -> None:
    """Bound the body before it is read, and refuse other media types; Flask calls this before each request."""
    if request.method not in ("PUT", "POST"):
        return
    request.max_content_length = PUT_LIMIT if request.method == "PUT" else POST_LIMIT
    if request.mimetype != "application/json" and request.endpoint != "places.OnePlace":
        given = request.mimetype or "nothing"
        raise Problem(problems.MEDIA_TYPE, f"Send the ballot as application/json, not as {given[:80]}.")
