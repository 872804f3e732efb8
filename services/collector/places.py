"""The API of places: reserve, extend, give back."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint

from services.collector import problems
from services.collector.answering import JsonBlueprint, Key, documented, stored
from services.collector.borrowing import Asking, Borrowing
from services.collector.devices import Doorkeeper
from services.collector.forms import PlaceForm, WishForm, token_digest
from shared.domain.acceptance import Refusal
from shared.domain.ballot import UnknownStratum
from shared.store.places import Granted, PlacesReserved, PlaceUnknown

T = TypeVar("T")


def places_blueprint(borrowing: Borrowing, doorkeeper: Doorkeeper) -> Blueprint:
    """Where places are reserved."""
    blueprint = JsonBlueprint("places", __name__, url_prefix="/api/v1/surveys", description="Reserve places")

    @blueprint.route("/<string:survey_id>/places")
    class SomePlaces(MethodView):
        @blueprint.arguments(WishForm())
        @blueprint.response(201, PlaceForm)
        @documented(blueprint, 400, 401, 403, 404, 409, 413, 415, 422, 429, 503, key=Key.MAY)
        def post(self, form: dict[str, Any], survey_id: str) -> dict[str, Any]:
            """Reserve a place for who begins to answer, or with a device's key up to `count`; fewer where fewer are free."""
            device = doorkeeper.sender()
            asking = Asking(survey_id, form["stratum"], form["count"], token_digest(form), device)
            if device is None:
                doorkeeper.admit(asking.invitation)
            loan = _refusing(lambda: borrowing.reserve(asking))
            if loan is None:
                return {"place": None, "count": 0, "expires_in": None, "needed": False}
            return _told(loan.token, loan.granted)

    @blueprint.route("/<string:survey_id>/places/<string:place>")
    class OnePlace(MethodView):
        @blueprint.response(200, PlaceForm)
        @documented(blueprint, 404, 429, 503)
        def put(self, survey_id: str, place: str) -> dict[str, Any]:
            """Keep what is reserved for another term. There is no end to that."""
            return _told(place, _refusing(lambda: borrowing.extend(survey_id, place)))

        @blueprint.response(204)
        @documented(blueprint, 404, 429, 503)
        def delete(self, survey_id: str, place: str) -> Response:
            """Give back what was not used. What is gone already stays gone."""
            _refusing(lambda: borrowing.give_back(survey_id, place))
            return Response(status=HTTPStatus.NO_CONTENT)

    return blueprint


def _told(token: str, granted: Granted) -> dict[str, Any]:
    return {"place": token, "count": granted.count, "expires_in": int(granted.seconds), "needed": True}


def _refusing(call: Callable[[], T]) -> T:
    """Call, and say over HTTP why there is no place."""
    try:
        return stored(call)
    except PlacesReserved as error:
        raise problems.places_reserved(error.held, error.seconds) from error
    except PlaceUnknown as error:
        raise problems.place_unknown() from error
    except UnknownStratum as error:
        raise problems.unknown_stratum(str(error.args[0])) from error
    except Refusal as error:
        raise problems.of_refusal(error) from error
