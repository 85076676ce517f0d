"""The application: routes, errors, headers and limits put together around its parts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from opentelemetry.trace import Tracer

from designer_api import errors
from designer_api.auth.entrance import Gate, admit
from designer_api.auth.needs import show_permissions
from designer_api.auth.throttle import Throttle
from designer_api.deps import Parts
from designer_api.describing import PROBLEMS, described, methods_at
from designer_api.events.stream import Streams
from designer_api.headers import SecurityHeaders
from designer_api.limits import BodyLimit
from designer_api.objects import open_objects
from designer_api.objects.scanning import open_scanner
from designer_api.opening import Opening
from designer_api.operations import Business
from designer_api.operations import router as operations
from designer_api.routers import (
    bulk,
    cases,
    catalogue,
    changes,
    codec,
    comments,
    copies,
    definitions,
    deliveries,
    design_drafting,
    design_evaluation,
    design_history,
    design_publishing,
    design_trials,
    designs,
    drafts,
    events,
    files,
    filling,
    governance,
    hooks,
    lists,
    messages,
    organisation,
    people,
    people_files,
    privacy,
    rollouts,
    saved_views,
    scim,
    sessions,
    single_sign_on,
    tasks,
    timetables,
    tokens,
    webhooks,
)
from designer_api.temporal_page import PageDoor
from designer_api.watching import Watch
from designer_api.web import BUILT, HERE, Web
from waystation import __version__

API = "/api/v1"


def build_app(
    parts: Parts, *, temporal_ui: str | None = None, web: Path = BUILT, tracer: Tracer | None = None
) -> FastAPI:
    """The application on these parts, which whoever made them closes.

    Args:
        web: the folder of the built front end.
        tracer: keeps traces of requests; none are kept without one.
    """
    app = _assembled(web)
    app.state.parts = parts
    app.state.throttle = Throttle()
    app.state.streams = Streams(parts.database)
    app.state.gate = Gate.of(parts.settings)
    app.state.objects = open_objects(parts.settings)
    app.state.scanner = open_scanner(parts.settings)
    app.state.temporal_ui = temporal_ui
    app.state.business = Business()
    app.state.tracer = tracer
    return app


def description() -> dict[str, Any]:
    """The OpenAPI document, as served and as kept in docs/openapi.json."""
    return described(_assembled())


def _assembled(web: Path = BUILT) -> FastAPI:
    app = FastAPI(
        title="Waystation 驿站",
        version=__version__,
        description="Business processes as YAML graphs, run as Temporal workflows. 用 YAML 流程图运行业务流程。",
        openapi_url=f"{API}/openapi.json",
        docs_url=f"{API}/docs",
        redoc_url=None,
        responses=PROBLEMS,
        dependencies=[Depends(admit)],
    )
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    errors.install(app, methods_at)
    app.add_middleware(Opening)
    app.add_middleware(BodyLimit)
    app.add_middleware(PageDoor)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Watch)
    # A path is tried against one router after another: what is asked most comes first.
    for module in (
        filling,
        tasks,
        cases,
        lists,
        sessions,
        single_sign_on,
        tokens,
        governance,
        definitions,
        catalogue,
        designs,
        design_history,
        design_trials,
        design_evaluation,
        design_drafting,
        design_publishing,
        saved_views,
        comments,
        drafts,
        copies,
        files,
        privacy,
        messages,
        deliveries,
        events,
        webhooks,
        hooks,
        timetables,
        people_files,
        people,
        organisation,
        bulk,
        changes,
        rollouts,
        codec,
    ):
        show_permissions(module.router.routes)
        app.include_router(module.router, prefix=API)
    show_permissions(scim.router.routes)
    app.include_router(scim.router)
    show_permissions(operations.routes)
    app.include_router(operations)
    show_permissions(app.routes)
    app.mount("/style", StaticFiles(directory=HERE / "templates" / "style"), name="style")
    app.router.default = Web(web, API)
    return app
