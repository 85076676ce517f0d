"""How a route names its permission: `dependencies=[needs("people.see", changing="people.manage")]`.

On a router it holds for all its routes; on a route it goes before the router's. The marker itself does nothing: the
application's entrance reads it before every route, so nobody can forget to ask. A route that names nothing is open to
admins only, and a test fails for it.
"""

from __future__ import annotations

from typing import Any

from fastapi import Depends
from fastapi.routing import APIRoute

from designer_api.auth.permissions import PERMISSIONS, PUBLIC

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Needs:
    """The permission of a route; `changing` is that of its unsafe methods, where it is another one."""

    def __init__(self, permission: str, changing: str) -> None:
        self.permission, self.changing = permission, changing

    async def __call__(self) -> None:
        """Nothing: the entrance has asked."""

    def of(self, method: str) -> str:
        return self.permission if method in _SAFE else self.changing


def needs(permission: str, *, changing: str | None = None) -> Any:
    """Name the permission of a route or of a whole router.

    Raises:
        KeyError: there is no such permission.
    """
    named = PERMISSIONS[permission].name, PERMISSIONS[changing or permission].name
    return Depends(Needs(*named))


#: For routes that ask nobody who he is.
anybody = needs(PUBLIC)


def permission_of(route: Any, method: str) -> str | None:
    """What a route names for a method; None when it names nothing."""
    marks = [held.dependency for held in getattr(route, "dependencies", ()) if isinstance(held.dependency, Needs)]
    return marks[-1].of(method) if marks else None


def show_permissions(routes: list[Any]) -> None:
    """Have the OpenAPI document say `x-permission` for each route."""
    for route in routes:
        if isinstance(route, APIRoute):
            named = permission_of(route, min(route.methods or {"GET"}))
            route.openapi_extra = {**(route.openapi_extra or {}), "x-permission": named}
