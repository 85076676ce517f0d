"""What is noted about every request: its id in the logs and the answer, how long it took, a span where traces are kept.

Outermost, so that a crash is seen once: it is logged without its words and answered like every other error. Noted are
the route's template, method, status, tenant and case; never an address, a query, a person or a body.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import structlog
from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from designer_api import errors
from waystation.contracts.errors import WaystationError
from waystation.measures import REQUEST_SECONDS, REQUESTS
from waystation.store.ids import new_id

REQUEST_ID = "X-Request-Id"
#: An id that somebody before us has given; anything else is not repeated.
_FIT = re.compile(r"[A-Za-z0-9_.:-]{8,64}\Z")
#: Addresses that machines ask all the time.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
#: Bytes of a path parameter that may go into a log line.
_MOST_ID = 64

_log = structlog.get_logger(__name__)


class Watch:
    """Notes each request. Where traces are kept, `app.state.tracer` has what they are kept with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request = given if _FIT.match(given) else new_id()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request)
        with _span(scope, headers) as span:
            noted = _Noted(scope, request)
            await noted.run(self.app, receive, send)
            noted.tell(span)


def _span(scope: Scope, headers: Mapping[str, str]) -> Any:
    tracer: Tracer | None = getattr(scope["app"].state, "tracer", None)
    if tracer is None or scope["path"] in _QUIET:
        return nullcontext()
    return tracer.start_as_current_span(scope["method"], context=extract(headers), kind=SpanKind.SERVER)


class _Noted:
    """One request under way."""

    def __init__(self, scope: Scope, request: str) -> None:
        self.scope = scope
        self.request = request
        self.status = 0
        self.since = time.perf_counter()

    async def run(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = int(message["status"])
                MutableHeaders(scope=message)[REQUEST_ID] = self.request
            await send(message)

        try:
            await app(self.scope, receive, sending)
        except Exception:
            _log.exception("request_crashed", **self.about())
            if self.status:
                raise  # half an answer is out: only closing the connection tells that it is not whole
            answer = errors.problem(Request(self.scope), _Crashed())
            await answer(self.scope, receive, sending)

    def tell(self, span: Span | None) -> None:
        took, about = time.perf_counter() - self.since, self.about()
        method, route = about["method"], about["route"]
        REQUEST_SECONDS.labels(method, route).observe(took)
        REQUESTS.labels(method, route, str(self.status)).inc()
        level = _log.debug if self.scope["path"] in _QUIET or method in {"GET", "HEAD"} else _log.info
        level("request", status=self.status, ms=round(took * 1000, 1), **about)
        if span is not None:
            span.update_name(f"{method} {route}")
            told = {f"waystation.{key}": about[key] for key in ("tenant", "case") if key in about}
            span.set_attributes({"waystation.request": self.request, **told})
            span.set_attributes(
                {"http.request.method": method, "http.route": route, "http.response.status_code": self.status}
            )
            if self.status >= 500:
                span.set_status(Status(StatusCode.ERROR))

    def about(self) -> dict[str, Any]:
        """Method and template of the route; tenant and case, where they are known."""
        method = self.scope["method"]
        found: dict[str, Any] = {"method": method if method in _METHODS else "OTHER", "route": route_of(self.scope)}
        caller = self.scope.get("state", {}).get("caller")
        if caller is not None:
            found["tenant"] = caller.tenant
        case = self.scope.get("path_params", {}).get("case")
        if isinstance(case, str) and _FIT.match(case[:_MOST_ID]):
            found["case"] = case[:_MOST_ID]
        return found


_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())


class _Crashed(WaystationError):
    """Something in the program is wrong; the log says where."""

    def __init__(self) -> None:
        super().__init__(
            "internal_error",
            "something went wrong here; the log has it under the request's id",
            "服务内部出错，可凭请求编号在日志中查找",
        )


def route_of(scope: Scope) -> str:
    """The whole template of the route that answered; one word for all pages, and one for what is not there."""
    path = getattr(scope.get("route"), "path_format", None)
    if not path:
        return "unknown" if scope["path"].startswith(("/api/", "/scim/")) else "page"
    # The route knows its template below its router; what stands before that in the address is the router's own.
    parts = scope["path"].split("/")
    return "/".join(parts[: len(parts) - path.count("/")]) + str(path)
