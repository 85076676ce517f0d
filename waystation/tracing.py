"""Traces: a request, the command or start that it sends, the workflow's steps, and the actions that they run.

Off without `WAYSTATION_OTLP_ENDPOINT`. Spans carry ids and words of definitions; what exceptions say in words stays
here, because it may hold data of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Status, Tracer
from temporalio.contrib.opentelemetry import TracingInterceptor

from waystation.settings import Settings

#: Where an OTLP collector takes spans, below its address.
_PATH = "/v1/traces"
#: Milliseconds that the last spans get when a process leaves.
_FLUSH = 3_000
#: Of an exception only this is told.
_TOLD = frozenset({"exception.type", "exception.escaped"})


@dataclass(frozen=True, slots=True)
class Tracing:
    """What one process traces with."""

    provider: TracerProvider

    @classmethod
    def of(cls, settings: Settings, service: str) -> Tracing | None:
        """As the settings say; None when traces are off.

        Args:
            service: `waystation-api` or `waystation-worker`.
        """
        if settings.otlp_endpoint is None:
            return None
        exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}{_PATH}", timeout=5)
        return cls.to(exporter, service, settings.trace_share)

    @classmethod
    def to(cls, exporter: SpanExporter, service: str, share: float = 1.0) -> Tracing:
        """Traces of this share of what begins here, or is asked for from outside, to an exporter."""
        kept = TraceIdRatioBased(share)
        # Who calls from outside may join a trace, but not make us keep more of them than we want.
        sampler = ParentBased(kept, remote_parent_sampled=kept)
        provider = TracerProvider(sampler=sampler, resource=Resource.create({"service.name": service}))
        provider.add_span_processor(BatchSpanProcessor(Discreet(exporter)))
        return cls(provider)

    @property
    def tracer(self) -> Tracer:
        return self.provider.get_tracer("waystation")

    @property
    def interceptor(self) -> TracingInterceptor:
        """For Temporal's client; workers made from that client have it too."""
        return TracingInterceptor(self.tracer)

    def close(self) -> None:
        """Send what is left."""
        self.provider.force_flush(_FLUSH)
        self.provider.shutdown()


class Discreet(SpanExporter):
    """Passes spans on without what exceptions say in words."""

    def __init__(self, to: SpanExporter) -> None:
        self._to = to

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._to.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        self._to.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._to.force_flush(timeout_millis)


def _discreet(span: ReadableSpan) -> ReadableSpan:
    events = [
        Event(
            event.name, {key: value for key, value in (event.attributes or {}).items() if key in _TOLD}, event.timestamp
        )
        for event in span.events
    ]
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=events,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
