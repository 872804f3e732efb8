"""Traces, where an operator asks for them: the way of a request to its commit, batch and score, and of a survey to its edition.

Off, nothing is imported for it and a span is nothing. On, spans go where HAILONG_OTLP_ENDPOINT says. A span says what
kind of work was done, on which survey, and on how much: `span` takes nothing else. Never an answer, an id of a ballot, an
invitation, an address, or the text of an error.

Nothing of a trace travels with messages but the ids of requests, which do anyway: the ids of traces are made of them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from shared.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from shared.spans import Spans

_NOTHING: AbstractContextManager[None] = nullcontext()
_on: list[Spans] = []

UNTRACED = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by what watches a process."""


def configure(service: str, config: Settings) -> None:
    """Send this process's spans to the endpoint of `config`; nothing where there is none.

    Raises SettingsError where there is one, and OpenTelemetry is not installed.
    """
    if not config.otlp_endpoint:
        return
    try:
        from shared import spans  # noqa: PLC0415 - what it imports is an extra
    except ImportError:
        raise SettingsError("HAILONG_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: hailong[tracing]") from None
    start(service, spans.exporting(config.otlp_endpoint))


def start(service: str, processor: SpanProcessor) -> None:
    """Hand the spans of this process to `processor` from now on."""
    from shared.spans import Spans  # noqa: PLC0415 - what it imports is an extra

    stop()
    _on.append(Spans(service, processor))


def stop() -> None:
    """Hand over what waits, and trace no more."""
    while _on:
        _on.pop().stop()


def span(
    name: str, *, survey: str | None = None, ballots: int | None = None, batches: int | None = None
) -> AbstractContextManager[None]:
    """The work inside is a span called `name`, of the requests that are worked on."""
    if not _on:
        return _NOTHING
    said = {"hailong.survey": survey, "hailong.ballots": ballots, "hailong.batches": batches}
    return _on[0].span(name, {key: value for key, value in said.items() if value is not None})


def watch(app: Flask) -> None:
    """Make each request of `app` a span, by the rule that it fits and without what is filled in; nothing where traces are off.

    The request must have its id by then (`shared.http.guard`).
    """
    if not _on:
        return
    from shared.spans import end_request  # noqa: PLC0415 - what it imports is an extra

    def begin() -> None:
        rule = "unknown" if request.url_rule is None else request.url_rule.rule
        if rule not in UNTRACED:
            g.span = _on[0].begin_request(g.request_id, request.method, rule)

    def end(response: Response) -> Response:
        if "span" in g:
            end_request(g.pop("span"), response.status_code)
        return response

    app.before_request(begin)
    app.after_request(end)
