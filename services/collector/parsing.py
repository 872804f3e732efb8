"""Bodies of requests as JSON values: UTF-8 alone, without what JSON does not have, however large or deep they are."""

from __future__ import annotations

import json
from typing import Any

from flask import Request
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

BEARER_LIMIT = 200
"""Characters of a key that are looked at."""


class JsonParser(FlaskParser):
    """Parses bodies in place of webargs, whose own parser lets NaN in and fails on deep nesting and very long numbers."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs passes it
        return body(req)


def body(request: Request) -> Any:
    """The request's body. Raises BadRequest, RequestEntityTooLarge."""
    content = request.get_data(cache=False)
    if request.content_length is None and len(content) >= (request.max_content_length or 0):
        raise RequestEntityTooLarge  # a chunked body is cut off at the limit, without a word
    try:
        return json.loads(content.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error


def bearer(request: Request) -> str | None:
    """The token of the header `Authorization: Bearer …`; None where there is none, or the header is for somebody before us."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip()[:BEARER_LIMIT] if scheme.lower() == "bearer" else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
