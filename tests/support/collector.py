"""An OpenTelemetry collector on loopback: takes spans as OTLP over HTTP and keeps them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(slots=True)
class Collector:
    """What has come in. `raw` is every body as it came."""

    url: str
    spans: list[tuple[str, Span]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def named(self, name: str) -> list[Span]:
        return [span for _, span in self.spans if span.name == name]

    def above(self, span: Span) -> list[str]:
        """Names of the spans that a span stands in, nearest first."""
        known = {found.span_id: found for _, found in self.spans}
        found = list[str]()
        while (parent := known.get(span.parent_span_id)) is not None:
            found.append(parent.name)
            span = parent
        return found


@contextmanager
def collector() -> Iterator[Collector]:
    """One that listens for the length of the block."""
    kept = Collector("")

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.raw.append(body)
            if self.path == "/v1/traces":
                for part in ExportTraceServiceRequest.FromString(body).resource_spans:
                    service = next(
                        one.value.string_value for one in part.resource.attributes if one.key == "service.name"
                    )
                    kept.spans += [(service, span) for scope in part.scope_spans for span in scope.spans]
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Nothing: the test looks at what has come."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
