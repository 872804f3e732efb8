"""What can be wrong with a request to the collector."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil

from shared.domain.acceptance import (
    BallotConflict,
    DeviceNotAdmitted,
    DeviceUnknown,
    InvitationRequired,
    InvitationSpent,
    InvitationUnknown,
    Refusal,
    StratumFull,
    SurveyNotOpen,
)
from shared.problem import Kind, Problem

UNKNOWN_SURVEY = Kind("unknown-survey", HTTPStatus.NOT_FOUND, "There is no such survey")
UNKNOWN_STRATUM = Kind("unknown-stratum", HTTPStatus.NOT_FOUND, "The survey has no such stratum")
INVALID_BALLOT = Kind("invalid-ballot", HTTPStatus.UNPROCESSABLE_ENTITY, "The ballot does not fit the questionnaire")
MALFORMED = Kind("malformed-json", HTTPStatus.BAD_REQUEST, "The body is not JSON")
TOO_LARGE = Kind("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large")
MEDIA_TYPE = Kind("unsupported-media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json")
STORE_AWAY = Kind("store-unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "Ballots cannot be stored at the moment")
NOT_READY = Kind("not-ready", HTTPStatus.SERVICE_UNAVAILABLE, "The service is not ready")

BALLOT_CONFLICT = Kind("ballot-conflict", HTTPStatus.CONFLICT, "Another ballot has this id")
INVITATION_REQUIRED = Kind("invitation-required", HTTPStatus.FORBIDDEN, "An invitation is needed")
INVITATION_UNKNOWN = Kind("invitation-unknown", HTTPStatus.FORBIDDEN, "There is no such invitation")
INVITATION_SPENT = Kind("invitation-spent", HTTPStatus.CONFLICT, "The invitation was used")
DEVICE_UNKNOWN = Kind("device-unknown", HTTPStatus.UNAUTHORIZED, "The device is not known")
DEVICE_NOT_ADMITTED = Kind("device-not-admitted", HTTPStatus.FORBIDDEN, "The device is not admitted here")
PLACE_UNKNOWN = Kind("place-unknown", HTTPStatus.NOT_FOUND, "The place is not reserved any more")
TOO_MANY = Kind("too-many-requests", HTTPStatus.TOO_MANY_REQUESTS, "There were too many requests")
STRATUM_FULL = Kind("stratum-full", HTTPStatus.CONFLICT, "There is no place left")
SURVEY_NOT_OPEN = Kind("survey-not-open", HTTPStatus.FORBIDDEN, "The survey takes no ballots at this time")

_REFUSALS: dict[type[Refusal], tuple[Kind, str]] = {
    BallotConflict: (
        BALLOT_CONFLICT,
        "A ballot with this id and other content was accepted before. Send a new ballot under a new UUIDv4.",
    ),
    InvitationRequired: (INVITATION_REQUIRED, "This stratum takes only ballots that come with their invitation."),
    InvitationUnknown: (INVITATION_UNKNOWN, "No such invitation was issued for this stratum. Check the code."),
    InvitationSpent: (INVITATION_SPENT, "Another ballot came with this invitation before. Each admits one ballot."),
    DeviceUnknown: (
        DEVICE_UNKNOWN,
        "It takes the key of an enrolled device (Authorization: Bearer …). Keep the ballot and ask the survey's clerk.",
    ),
    DeviceNotAdmitted: (
        DEVICE_NOT_ADMITTED,
        "The device was enrolled for other strata. Keep the ballot and ask the survey's clerk.",
    ),
    StratumFull: (STRATUM_FULL, "All ballots that were planned for this stratum have come in. Thank you all the same."),
    SurveyNotOpen: (SURVEY_NOT_OPEN, "Look at the survey's period: the ballot came before it began or after it ended."),
}


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that tells a sender why the ballot was not accepted."""
    kind, detail = _REFUSALS[type(refusal)]
    return Problem(kind, detail, headers={"WWW-Authenticate": "Bearer"} if kind is DEVICE_UNKNOWN else {})


def unknown_stratum(stratum: str) -> Problem:
    """The survey has no stratum of this id."""
    return Problem(UNKNOWN_STRATUM, f"The survey has no stratum {stratum[:100]!r}.")


def places_reserved(held: int, seconds: float) -> Problem:
    """Every place that is left is reserved by somebody who answers at the moment."""
    detail = "The places that are left are all reserved at the moment. One may be free again after Retry-After seconds."
    return Problem(STRATUM_FULL, detail, extra={"reserved": held}, headers={"Retry-After": str(max(1, ceil(seconds)))})


def too_many(seconds: int) -> Problem:
    """The sender has to wait for `seconds`."""
    detail = "Nothing is lost: keep what you sent, and send it again after Retry-After seconds."
    return Problem(TOO_MANY, detail, headers={"Retry-After": str(max(1, seconds))})


def place_unknown() -> Problem:
    """The lease ran out, was used up or given back."""
    return Problem(PLACE_UNKNOWN, "It ran out, was used or was given back. Reserve another.")


def store_away() -> Problem:
    """The store did not answer; the same request may be sent again."""
    return Problem(STORE_AWAY, "Nothing is lost: send the same ballot again under the same id.", headers={"Retry-After": "5"})
