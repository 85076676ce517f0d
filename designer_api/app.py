"""The application: routes, errors, headers and limits put together around its parts."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import prometheus_client
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from designer_api import errors
from designer_api.auth.entrance import Gate, admit
from designer_api.auth.needs import anybody, show_permissions
from designer_api.auth.throttle import Throttle
from designer_api.deps import Parts
from designer_api.headers import SecurityHeaders
from designer_api.limits import BodyLimit
from designer_api.objects import open_objects
from designer_api.objects.scanning import open_scanner
from designer_api.routers import (
    bulk,
    cases,
    changes,
    comments,
    copies,
    definitions,
    drafts,
    files,
    governance,
    lists,
    messages,
    organisation,
    people,
    people_files,
    rollouts,
    saved_views,
    scim,
    sessions,
    single_sign_on,
    tasks,
    tokens,
)
from waystation import __version__
from waystation.contracts.errors import Unavailable

API = "/api/v1"
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": errors.ProblemBody, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}
_PROBLEM_SHAPE = {"$ref": "#/components/schemas/ProblemBody"}
_HERE = Path(__file__).parent
_PAGES = Environment(loader=FileSystemLoader(_HERE / "templates"), undefined=StrictUndefined, autoescape=True)


def build_app(parts: Parts, *, temporal_ui: str | None = None) -> FastAPI:
    """The application on these parts, which whoever made them closes."""
    app = _assembled()
    app.state.parts = parts
    app.state.throttle = Throttle()
    app.state.gate = Gate.of(parts.settings)
    app.state.objects = open_objects(parts.settings)
    app.state.scanner = open_scanner(parts.settings)
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
        dependencies=[Depends(admit)],
    )
    app.openapi = partial(_described, app)  # type: ignore[method-assign]
    errors.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    for module in (
        sessions,
        single_sign_on,
        tokens,
        governance,
        definitions,
        lists,
        saved_views,
        comments,
        drafts,
        copies,
        files,
        cases,
        tasks,
        messages,
        people_files,
        people,
        organisation,
        bulk,
        changes,
        rollouts,
    ):
        show_permissions(module.router.routes)
        app.include_router(module.router, prefix=API)
    show_permissions(scim.router.routes)
    app.include_router(scim.router)
    _operations(app)
    show_permissions(app.routes)
    for folder in ("templates/style", "static"):
        app.mount(f"/{folder.rpartition('/')[2]}", StaticFiles(directory=_HERE / folder), name=folder)
    return app


def _operations(app: FastAPI) -> None:
    """What operators and machines look at."""

    @app.get("/healthz", tags=["operations"], response_class=PlainTextResponse, dependencies=[anybody])
    async def healthz() -> str:
        """The process is alive."""
        return "ok"

    @app.get("/readyz", tags=["operations"], response_class=PlainTextResponse, dependencies=[anybody])
    async def readyz(request: Request) -> str:
        """Database and Temporal server answer."""
        held: Parts = request.app.state.parts
        await held.database.ping()
        if not await held.gateway.client.service_client.check_health():
            raise Unavailable("engine_unavailable", "the process engine is not answering", "流程引擎没有响应")
        return "ready"

    @app.get("/metrics", tags=["operations"], response_class=PlainTextResponse, dependencies=[anybody])
    async def metrics() -> Response:
        """Prometheus metrics."""
        return Response(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)

    @app.get("/", include_in_schema=False, dependencies=[anybody])
    async def home(request: Request) -> HTMLResponse:
        """What is running here, and where to go."""
        english = errors.prefers_english(request)
        page = _PAGES.get_template("home.html")
        return HTMLResponse(
            page.render(english=english, version=__version__, api=API, temporal_ui=request.app.state.temporal_ui)
        )
