"""The API of devices: who they are by their key, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint

from services.collector import problems
from services.collector.answering import JsonBlueprint, Key, documented, stored
from services.collector.forms import DeviceForm, ReportForm
from services.collector.limits import Gatekeeper
from services.collector.parsing import bearer
from shared.domain.acceptance import DeviceUnknown
from shared.domain.sequences import HIGHEST, missing, through
from shared.domain.token import token_digest
from shared.store.devices import Devices, Enrolled, Report, UnknownDevice

GAPS_SHOWN = 1_000
"""Ranges of missing sequence numbers that are told at once, the first ones."""

_LATER = {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
"""Answers after which a device sends the same ballot again: it is not settled."""


class Doorkeeper:
    """Knows devices by the key in a request's header, and lets nobody send too much."""

    def __init__(self, devices: Devices, gatekeeper: Gatekeeper) -> None:
        self._devices = devices
        self._gatekeeper = gatekeeper

    def sender(self) -> Enrolled | None:
        """The device that the request comes from; None for a request without a key.

        Raises the problem `device-unknown`, also for a device that was revoked.
        """
        key = bearer(request)
        if key is None:
            return None
        digest = token_digest(key)
        stored(lambda: self._gatekeeper.admit(request, digest, None))
        try:
            return stored(lambda: self._devices.known(digest))
        except UnknownDevice as error:
            raise problems.of_refusal(DeviceUnknown()) from error

    def required(self) -> Enrolled:
        """The device that the request comes from. Raises the problem `device-unknown` where there is none."""
        sender = self.sender()
        if sender is None:
            raise problems.of_refusal(DeviceUnknown())
        return sender

    def admit(self, invitation: bytes | None, number: int = 1) -> None:
        """Count a request that comes without a device. Raises the problem `too-many-requests`."""
        stored(lambda: self._gatekeeper.admit(request, None, invitation, number))

    def settled(self, sender: Enrolled | None, outcomes: Iterable[tuple[object, int]]) -> None:
        """Note the sequence numbers of ballots that have their outcome, from pairs of number and status."""
        numbers = [n for n, status in outcomes if isinstance(n, int) and _is_sequence(n) and status not in _LATER]
        if sender is not None and numbers:
            stored(lambda: self._devices.settled(sender.key, numbers))


def devices_blueprint(doorkeeper: Doorkeeper, devices: Devices, clock: Callable[[], datetime]) -> Blueprint:
    """Where a device learns how it stands, and says so itself."""
    blueprint = JsonBlueprint("device", __name__, url_prefix="/api/v1/device", description="Devices that hand in ballots")

    @blueprint.route("")
    class OneDevice(MethodView):
        @blueprint.response(200, DeviceForm)
        @documented(blueprint, 401, 429, 503, key=Key.MUST)
        def get(self) -> dict[str, Any]:
            """The device of the key in the header, and the sequence numbers that did not come in."""
            return _described(doorkeeper.required())

    @blueprint.route("/report")
    class OneReport(MethodView):
        @blueprint.arguments(ReportForm())
        @blueprint.response(204)
        @documented(blueprint, 400, 401, 413, 415, 422, 429, 503, key=Key.MUST)
        def put(self, form: Mapping[str, Any]) -> Response:
            """What the device says of itself, for the survey's clerk. Nothing is done about it."""
            sender = doorkeeper.required()
            try:
                stored(lambda: devices.report(sender.key, Report(**form), clock()))
            except UnknownDevice as error:
                raise problems.of_refusal(DeviceUnknown()) from error
            return Response(status=HTTPStatus.NO_CONTENT)

    return blueprint


def _described(device: Enrolled) -> dict[str, Any]:
    gaps = missing(device.sequences)[:GAPS_SHOWN]
    return {
        "device": device.name,
        "survey": device.survey,
        "strata": list(device.strata),
        "channel": device.channel.value,
        "sequences": {"through": through(device.sequences), "missing": [list(gap) for gap in gaps]},
    }


def _is_sequence(number: int) -> bool:
    return number is not True and 1 <= number <= HIGHEST
