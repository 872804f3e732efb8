"""Problems over HTTP (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, TooManyRequests

from shared.problem import MEDIA_TYPE, Kind, Problem, answer, of_http

FULL = Kind("stratum-full", HTTPStatus.CONFLICT, "There is no place left")


def test_a_problem_is_answered_with_its_members_and_headers() -> None:
    response = answer(Problem(FULL, "Thank you.", {"stratum": ["full"]}, {"more": 1}, {"Retry-After": "5"}))
    assert (response.status_code, response.content_type) == (409, MEDIA_TYPE)
    assert response.headers["Retry-After"] == "5"
    assert response.get_json(force=True) == {
        "type": "stratum-full",
        "title": "There is no place left",
        "status": 409,
        "detail": "Thank you.",
        "more": 1,
        "errors": {"stratum": ["full"]},
    }


def test_a_problem_without_fields_has_no_errors() -> None:
    assert "errors" not in Problem(FULL, "x").body()


@pytest.mark.parametrize(
    ("error", "type_", "status"),
    [
        (NotFound(), "not-found", 404),
        (MethodNotAllowed(["PUT"]), "method-not-allowed", 405),
        (TooManyRequests(), "too-many-requests", 429),
        (HTTPException(), "internal-server-error", 500),
    ],
)
def test_what_the_framework_raises_is_a_problem_too(error: HTTPException, type_: str, status: int) -> None:
    found = of_http(error)
    assert (found.kind.type, found.kind.status) == (type_, status)


def test_headers_that_the_framework_gives_are_kept_except_those_of_its_body() -> None:
    assert of_http(MethodNotAllowed(["PUT"])).headers == {"Allow": "PUT"}
