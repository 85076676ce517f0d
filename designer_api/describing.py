"""The OpenAPI document, where FastAPI's own is not yet what is answered: errors, SCIM, revisions that are asked for."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request

from designer_api import errors
from designer_api.linking import link
from designer_api.routers.scim import MEDIA_TYPE as SCIM
from designer_api.scim_users import ERROR

#: What any route may answer, by our own table of errors.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": errors.ProblemBody, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}
_PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
_SCIM_ERROR = {
    "schema": {
        "type": "object",
        "required": ["schemas", "status", "detail"],
        "properties": {
            "schemas": {"type": "array", "items": {"const": ERROR}},
            "status": {"type": "string"},
            "detail": {"type": "string"},
            "scimType": {"type": "string"},
        },
    }
}
#: What routes answer that ask for the revision which a change follows.
_REVISIONS = (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)


def described(app: FastAPI) -> dict[str, Any]:
    """The document of an application; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = found = FastAPI.openapi(app)
        for path, methods in found["paths"].items():
            for route in methods.values():
                _describe(path, route)
        link(found)
    return app.openapi_schema


def methods_at(request: Request) -> str:
    """The methods that the document has for an address, as `Allow` says them; "" for an address that it does not have.

    Of several templates that fit, the one with the fewest parameters counts, as it does for routes.
    """
    path, found = request.url.path, dict[int, set[str]]()
    for template, methods in request.app.openapi()["paths"].items():
        pieces = re.split(r"{\w+}", template)
        if re.fullmatch("[^/]+".join(map(re.escape, pieces)), path):
            found.setdefault(len(pieces), set()).update(method.upper() for method in methods)
    return ", ".join(sorted(found[min(found)])) if found else ""


def _describe(path: str, route: dict[str, Any]) -> None:
    answers, is_scim = route["responses"], path.startswith("/scim/")
    if any(given["name"].lower() == "if-match" for given in route.get("parameters", ())):
        for status in _REVISIONS:
            answers.setdefault(str(int(status)), {"description": status.phrase})
    for status, answer in answers.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            answer["content"] = {errors.MEDIA_TYPE: _PROBLEM, **({SCIM: _SCIM_ERROR} if is_scim else {})}
        elif is_scim and "content" in answer:
            answer["content"] = {SCIM: {"schema": {"type": "object"}}}
