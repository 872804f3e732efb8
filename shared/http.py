"""What every answer over HTTP carries, whichever of the two web services gives it: the id of its request, and headers by which
a browser runs, frames and passes on no more than the answer needs.

Strict-Transport-Security is for who speaks TLS, which is the edge (`deploy/edge`).
"""

from __future__ import annotations

import uuid

from flask import Flask, Response, g, request

from shared import log, tracing

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer, whatever a view says."""


def policy(**allowed: str) -> str:
    """A Content-Security-Policy that allows what is named, as in `style_src="'self'"`, and nothing else: no framing, no other
    base for addresses, no form, no script unless said."""
    closed = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
    named = {name.replace("_", "-"): sources for name, sources in allowed.items()}
    return "; ".join(f"{name} {sources}" for name, sources in (closed | named).items())


NOTHING = policy()
"""For what is data: opened as a page, it runs, shows and asks for nothing."""


def guard(app: Flask, pages: str = NOTHING) -> None:
    """Name each request of `app` and put the headers on each answer, errors and static files with them.

    `pages` is the Content-Security-Policy where a view has not set one. An answer belongs to its own origin and is not kept,
    unless a view says otherwise.
    """
    usual = {
        "Content-Security-Policy": pages,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }

    def close(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        response.headers.update(ALWAYS)
        for name, value in usual.items():
            response.headers.setdefault(name, value)
        return response

    app.before_request(_name_request)
    tracing.watch(app)
    app.after_request(close)


def _name_request() -> None:
    g.request_id = log.accepted_id(request.headers.get("X-Request-Id")) or uuid.uuid4().hex
    log.request_ids.set((g.request_id,))
