"""Every route names its permission, and a permission is had by role and through the scopes of a token."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from designer_api.auth.needs import needs, show_permissions
from designer_api.auth.permissions import PERMISSIONS, PUBLIC, has, is_scope
from tests.support.applications import assembled, document

#: What may be asked without signing in; whoever adds to this list says why in docs/security.md.
PUBLIC_ROUTES = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("post", "/api/v1/sessions"),
    ("get", "/api/v1/sessions/oidc"),
    ("get", "/api/v1/sessions/oidc/callback"),
    ("get", "/api/v1/sessions/oidc/offered"),
    ("post", "/api/v1/hooks/{tenant}/{hook}"),
}


def nameless(described: dict[str, Any]) -> list[str]:
    """Routes of an OpenAPI document that name no permission that there is."""
    return [
        f"{method} {path}"
        for path, methods in described["paths"].items()
        for method, route in methods.items()
        if route.get("x-permission") not in PERMISSIONS
    ]


def test_every_route_names_its_permission() -> None:
    """Whoever adds a route says in one word who may use it, and only a few are for everybody."""
    found = document()
    assert nameless(found) == []
    walked = [(m, path, r["x-permission"]) for path, methods in found["paths"].items() for m, r in methods.items()]
    assert len(walked) > 60
    assert {(method, path) for method, path, named in walked if named == PUBLIC} <= PUBLIC_ROUTES


def test_routes_outside_the_document_are_guarded_too() -> None:
    """What is left out of the document is a page or a file, or names a permission as well."""
    shown = {"/api/v1/openapi.json", "/api/v1/docs", "/docs/oauth2-redirect", "/style"}
    routes = [route for route in assembled().routes if not isinstance(route, APIRoute)]
    assert {path for route in routes if (path := getattr(route, "path", None))} <= shown


def test_a_route_without_a_name_is_found() -> None:
    """The walk can fail: a planted route that names nothing is reported; one of a router that does is not."""
    named, bare = APIRouter(dependencies=[needs("cases.see", changing="cases.steer")]), APIRouter()

    async def planted() -> None:
        """Nothing."""

    named.add_api_route("/named", planted, methods=["GET"])
    named.add_api_route("/named", planted, methods=["POST"])
    named.add_api_route("/own", planted, methods=["POST"], dependencies=[needs("people.manage")])
    bare.add_api_route("/bare", planted, methods=["GET"])
    app = FastAPI()
    for router in (named, bare):
        show_permissions(router.routes)
        app.include_router(router)
    found = app.openapi()
    assert nameless(found) == ["get /bare"]
    assert found["paths"]["/named"]["get"]["x-permission"] == "cases.see"
    assert found["paths"]["/named"]["post"]["x-permission"] == "cases.steer"
    assert found["paths"]["/own"]["post"]["x-permission"] == "people.manage"


def test_permissions_come_by_role() -> None:
    """Some are everybody's, some a role's, all an admin's."""
    assert has((), None, "cases.see")
    assert not has(("designer",), None, "people.manage")
    assert has(("hr",), None, "people.manage")
    assert all(has(("admin",), None, name) for name in PERMISSIONS)


def test_scopes_only_narrow() -> None:
    """A token with scopes has what its person has and the scopes hold; an admin's token too."""
    assert has((), ("cases.*",), "cases.start")
    assert not has((), ("cases.*",), "tasks.act")
    assert not has(("admin",), ("cases.see",), "cases.start")
    assert not has((), ("people.manage",), "people.manage")
    assert not has((), (), "cases.see")
    assert not has((), ("case*",), "cases.see")
    assert is_scope("cases.*")
    assert not is_scope("coffee.*")
    assert not is_scope("cases.drink")
