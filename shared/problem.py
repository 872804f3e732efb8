"""Errors over HTTP: `application/problem+json` (RFC 9457) from one catalogue, with a stable `type` for each situation.

`type` is a URI reference relative to the API: a short name that never changes, whatever the words around it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A situation that a client can run into."""

    type: str
    status: HTTPStatus
    title: str


@dataclass
class Problem(Exception):
    """A problem to answer a request with. `errors` maps a field to what is wrong with it; `detail` says what to do."""

    kind: Kind
    detail: str
    errors: Mapping[str, object] | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The problem's members, in the order that people read."""
        members: dict[str, object] = {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status.value,
            "detail": self.detail,
            **self.extra,
        }
        if self.errors is not None:
            members["errors"] = self.errors
        return members


def answer(problem: Problem) -> Response:
    """The response that carries `problem`."""
    response = Response(json.dumps(problem.body()), status=problem.kind.status, content_type=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


def of_http(error: HTTPException) -> Problem:
    """The problem that says what one of Werkzeug's errors says."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    name = status.phrase.lower().replace(" ", "-")
    headers = {k: v for k, v in error.get_headers() if k.lower() not in ("content-type", "content-length")}
    return Problem(Kind(name, status, status.phrase), error.description or status.description, headers=headers)
