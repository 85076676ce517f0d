"""What every request passes before its route is reached costs no thread."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from designer_api import routers


def _called(dependant: Dependant) -> Iterator[Any]:
    for held in dependant.dependencies:
        yield held.call
        yield from _called(held)


def _in_threads(routes: list[Any]) -> list[tuple[str, Any]]:
    """Dependencies of routes that the framework would run in a thread, each with its route."""
    return [
        (route.path, call)
        for route in routes
        if isinstance(route, APIRoute)
        for call in _called(route.dependant)
        if not (iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None)))  # noqa: B004
    ]


def test_no_dependency_of_a_route_runs_in_a_thread() -> None:
    """To be run in a thread costs more than what most of them do: they read an attribute."""
    modules = [import_module(f"{routers.__name__}.{info.name}") for info in pkgutil.iter_modules(routers.__path__)]
    routes = [route for module in modules for route in module.router.routes]
    assert len([call for route in routes for call in _called(route.dependant)]) > 100
    assert _in_threads(routes) == []


def test_one_that_does_is_found() -> None:
    router = APIRouter()

    def slow() -> int:
        return 1

    @router.get("/planted")
    async def planted(found: int = Depends(slow)) -> int:
        return found

    assert _in_threads(list(router.routes)) == [("/planted", slow)]
