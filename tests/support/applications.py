"""The application for tests: its parts are the test's own, what every application has alike is worked out once.

To resolve the routes takes a second or two and to make the OpenAPI document of them as long again, for each
application; both depend on the code alone. Who tests that very work uses `designer_api.app` itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI
from opentelemetry.trace import Tracer

from designer_api.app import _assembled, build_app
from designer_api.deps import Parts


@cache
def assembled() -> FastAPI:
    """An application without parts, of which the others take what they have alike."""
    return _assembled()


def document() -> dict[str, Any]:
    """The OpenAPI document as served; nobody changes it."""
    return assembled().openapi()


def application(parts: Parts, *, tracer: Tracer | None = None) -> FastAPI:
    """The application on these parts, with state, errors and layers of its own around the routes that all share."""
    app = build_app(parts, tracer=tracer)
    app.router = assembled().router
    app.openapi = document  # type: ignore[method-assign]
    return app
