"""The application: routes, errors, headers and limits put together around its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import prometheus_client
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from designer_api import errors
from designer_api.auth.throttle import Throttle
from designer_api.deps import Parts
from designer_api.limits import BodyLimit
from designer_api.routers import cases, definitions, files, messages, sessions, tasks
from waystation import __version__
from waystation.contracts.errors import Unavailable

API = "/api/v1"
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": errors.ProblemBody, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}
_PROBLEM_SHAPE = {"$ref": "#/components/schemas/ProblemBody"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: Swagger's page loads its own script from elsewhere; it is the one page without the strict policy.
_STRICT = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_HERE = Path(__file__).parent
_PAGES = Environment(loader=FileSystemLoader(_HERE / "templates"), undefined=StrictUndefined, autoescape=True)


def build_app(parts: Parts, *, temporal_ui: str | None = None) -> FastAPI:
    """The application on these parts, which whoever made them closes."""
    app = _assembled()
    app.state.parts = parts
    app.state.throttle = Throttle()
    app.state.temporal_ui = temporal_ui
    return app


def description() -> dict[str, Any]:
    """The OpenAPI document, as served and as kept in docs/openapi.json."""
    return _described(_assembled())


def _described(app: FastAPI) -> dict[str, Any]:
    """FastAPI files an error under what the route answers; errors are problem+json."""
    if app.openapi_schema is None:
        app.openapi_schema = found = FastAPI.openapi(app)
        for route in (route for methods in found["paths"].values() for route in methods.values()):
            for status, answer in route["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    answer["content"] = {errors.MEDIA_TYPE: {"schema": _PROBLEM_SHAPE}}
    return app.openapi_schema


def _assembled() -> FastAPI:
    app = FastAPI(
        title="Waystation 驿站",
        version=__version__,
        description="Business processes as YAML graphs, run as Temporal workflows. 用 YAML 流程图运行业务流程。",
        openapi_url=f"{API}/openapi.json",
        docs_url=f"{API}/docs",
        redoc_url=None,
        responses=_PROBLEMS,
    )
    app.openapi = partial(_described, app)  # type: ignore[method-assign]
    errors.install(app)
    app.add_middleware(BodyLimit)
    app.middleware("http")(_security_headers)
    for module in (sessions, definitions, cases, tasks, messages, files):
        app.include_router(module.router, prefix=API)
    _operations(app)
    for folder in ("templates/style", "static"):
        app.mount(f"/{folder.rpartition('/')[2]}", StaticFiles(directory=_HERE / folder), name=folder)
    return app


async def _security_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.url.path.endswith("/docs"):
        response.headers.setdefault("Content-Security-Policy", _STRICT)
    return response


def _operations(app: FastAPI) -> None:
    """What operators and machines look at."""

    @app.get("/healthz", tags=["operations"], response_class=PlainTextResponse)
    async def healthz() -> str:
        """The process is alive."""
        return "ok"

    @app.get("/readyz", tags=["operations"], response_class=PlainTextResponse)
    async def readyz(request: Request) -> str:
        """Database and Temporal server answer."""
        held: Parts = request.app.state.parts
        await held.database.ping()
        if not await held.gateway.client.service_client.check_health():
            raise Unavailable("engine_unavailable", "the process engine is not answering", "流程引擎没有响应")
        return "ready"

    @app.get("/metrics", tags=["operations"], response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus metrics."""
        return Response(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)

    @app.get("/", include_in_schema=False)
    async def home(request: Request) -> HTMLResponse:
        """What is running here, and where to go."""
        english = errors.prefers_english(request)
        page = _PAGES.get_template("home.html")
        return HTMLResponse(
            page.render(english=english, version=__version__, api=API, temporal_ui=request.app.state.temporal_ui)
        )
