"""Spans by OpenTelemetry. Imported by `shared.tracing` alone, and only where traces are asked for: the package is an extra."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared import log

_PATIENCE = 5.0
"""Seconds that the endpoint has to take spans. What it does not take is lost, and nothing else is."""

_made: ContextVar[tuple[int, int] | None] = ContextVar("made", default=None)
"""The ids of the trace and of the span that is begun, where they are those of a request."""


class _Ids(RandomIdGenerator):
    def generate_trace_id(self) -> int:
        made = _made.get()
        return super().generate_trace_id() if made is None else made[0]

    def generate_span_id(self) -> int:
        made = _made.get()
        return super().generate_span_id() if made is None else made[1]


def exporting(endpoint: str) -> SpanProcessor:
    """Sends spans to an OTLP endpoint over HTTP, from a thread of its own."""
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE))


class Spans:
    """The spans of one process, which is named after `service`."""

    def __init__(self, service: str, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(resource=Resource({"service.name": f"hailong-{service}"}), id_generator=_Ids())
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("hailong")

    def stop(self) -> None:
        """Hand over what waits."""
        self._provider.shutdown()

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, str | int]) -> Iterator[None]:
        """The work inside. In the trace of the first request that is worked on, linked to the others."""
        context, links = _of_requests()
        begun = self._tracer.start_as_current_span(
            name, context, links=links, attributes=attributes, record_exception=False, set_status_on_exception=False
        )
        with begun as current:
            try:
                yield
            except BaseException as error:
                _failed(current, type(error).__name__)
                raise

    def begin_request(self, request_id: str, method: str, route: str) -> Span:
        """The span of a request, which others find by the request's id."""
        token = _made.set(_ids_of(request_id))
        try:
            attributes = {"http.request.method": method, "http.route": route}
            return self._tracer.start_span(f"{method} {route}", Context(), SpanKind.SERVER, attributes)
        finally:
            _made.reset(token)


def end_request(begun: Span, status: int) -> None:
    """The request was answered with `status`."""
    begun.set_attribute("http.response.status_code", status)
    if status >= 500:
        _failed(begun, str(status))
    begun.end()


def _failed(span: Span, kind: str) -> None:
    """By the kind of error alone: its text may quote what was sent."""
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def _of_requests() -> tuple[Context | None, list[Link]]:
    requests = [_context_of(id_) for id_ in log.request_ids.get()]
    if trace.get_current_span().get_span_context().is_valid or not requests:
        return None, []
    return trace.set_span_in_context(NonRecordingSpan(requests[0]), Context()), [Link(other) for other in requests[1:]]


def _ids_of(request_id: str) -> tuple[int, int]:
    """The ids of the trace and of the span of a request: 16 and 8 bytes, and not 0 (W3C Trace Context, section 3.2.2)."""
    digest = hashlib.sha256(request_id.encode()).digest()
    return int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:24], "big") or 1


def _context_of(request_id: str) -> SpanContext:
    trace_id, span_id = _ids_of(request_id)
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
