"""Answers over HTTP: strong ETags, 304, compression, and for how long something may be kept."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from flask import Response, request

FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
ASK_FIRST = "no-cache"

_KEPT = 256
_COMPRESSED = ("text/", "application/json", "application/ld+json", "application/atom+xml", "application/xml", "image/svg+xml")
_WORTH = 600
"""Bytes below which compression saves nothing."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is answered with: its content, the same compressed where that is worth it, and the content's SHA-256 in hex."""

    content: bytes
    packed: bytes | None
    digest: str
    media_type: str


def body(content: bytes | str, media_type: str) -> Body:
    """`content` ready to be sent. Text is UTF-8."""
    raw = content.encode() if isinstance(content, str) else content
    return _body(raw, media_type)


@lru_cache(_KEPT)
def _body(content: bytes, media_type: str) -> Body:
    worth = media_type.startswith(_COMPRESSED) and len(content) >= _WORTH
    # The moment of packing is not in it, so that the same content is the same bytes in every process.
    packed = gzip.compress(content, 9, mtime=0) if worth else None
    return Body(content, packed, sha256(content).hexdigest(), media_type)


def answer(found: Body, cache: str) -> Response:
    """`found` with a strong ETag of its own for each encoding; 304 without it to those who have it."""
    packed = found.packed is not None and _takes_gzip(request.headers.get("Accept-Encoding", ""))
    tag = f'"{found.digest}-gzip"' if packed else f'"{found.digest}"'
    known = is_known(found.digest)
    content = b"" if known else found.packed if packed else found.content
    response = Response(content, status=304 if known else 200, content_type=_with_charset(found.media_type))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = cache
    if found.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if packed and not known:
        response.headers["Content-Encoding"] = "gzip"
    return response


def is_known(digest: str) -> bool:
    """Whether the one who asks says to have the content with this SHA-256 already, in whichever encoding."""
    asked = request.headers.get("If-None-Match")
    if asked is None:
        return False
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in asked.split(",")}
    return bool(tags & {digest, f"{digest}-gzip", "*"})


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header lets gzip in."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _with_charset(media_type: str) -> str:
    text = media_type.startswith("text/") or media_type.endswith("xml")
    return f"{media_type}; charset=utf-8" if text and "charset" not in media_type else media_type
