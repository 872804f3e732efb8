"""What can be wrong with a request to the collector."""

from __future__ import annotations

from http import HTTPStatus

from shared.domain.acceptance import (
    BallotConflict,
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
    StratumFull: (STRATUM_FULL, "All ballots that were planned for this stratum have come in. Thank you all the same."),
    SurveyNotOpen: (SURVEY_NOT_OPEN, "Look at the survey's period: the ballot came before it began or after it ended."),
}


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that tells a sender why the ballot was not accepted."""
    kind, detail = _REFUSALS[type(refusal)]
    return Problem(kind, detail)


def store_away() -> Problem:
    """The store did not answer; the same request may be sent again."""
    return Problem(STORE_AWAY, "Nothing is lost: send the same ballot again under the same id.", headers={"Retry-After": "5"})
