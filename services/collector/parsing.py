"""Bodies of requests as JSON values: UTF-8 alone, without what JSON does not have, however large or deep they are."""

from __future__ import annotations

import json
from typing import Any

from flask import Request, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from services.collector import problems
from shared.problem import Problem

BEARER_LIMIT = 200
"""Characters of a key that are looked at."""


class JsonParser(FlaskParser):
    """Parses bodies in place of webargs, whose own parser lets NaN in, fails on deep nesting and very long numbers, and takes
    as long over a ballot as all the rest of its parsing."""

    def parse(self, argmap: Schema, req: Request | None = None, **_: object) -> Any:  # type: ignore[override]
        """The body as `argmap` loads it. Raises Problem, BadRequest, RequestEntityTooLarge."""
        try:
            return argmap.load(body(req or request))
        except ValidationError as error:
            raise Problem(problems.INVALID_BALLOT, "Mend the fields named in errors.", error.messages_dict) from error


def body(asked: Request) -> Any:
    """The request's body. Raises BadRequest, RequestEntityTooLarge."""
    content = asked.get_data(cache=False)
    if asked.content_length is None and len(content) >= (asked.max_content_length or 0):
        raise RequestEntityTooLarge  # a chunked body is cut off at the limit, without a word
    try:
        return json.loads(content.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error


def bearer(asked: Request) -> str | None:
    """The token of the header `Authorization: Bearer …`; None where there is none, or the header is for somebody before us."""
    scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
    return given.strip()[:BEARER_LIMIT] if scheme.lower() == "bearer" else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
