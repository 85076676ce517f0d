"""Links of the OpenAPI document: what one call has made, and the calls that read, change or delete it.

A line of the table says where an answer holds the ids of what was made. Every operation whose address needs just these
is linked; whoever adds one under the same address has it linked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple


class Maker(NamedTuple):
    """An operation that makes something.

    Args:
        gives: parameters of addresses -> where their values stand, as a runtime expression of OpenAPI.
    """

    method: str
    path: str
    status: str
    gives: Mapping[str, str]


def _body(**gives: str) -> dict[str, str]:
    return {name: f"$response.body#/{pointer}" for name, pointer in gives.items()}


_API = "/api/v1"
_PERSON = {"person": "$request.path.person"}
MAKERS: tuple[Maker, ...] = (
    Maker("post", f"{_API}/cases", "201", _body(case="case/id")),
    Maker("post", f"{_API}/cases", "201", _body(task="tasks/0/id")),
    Maker("post", f"{_API}/processes", "201", _body(process="process", number="version")),
    Maker("post", f"{_API}/designs", "201", _body(design="id", number="revision")),
    Maker("post", f"{_API}/design-drafting", "201", _body(design="id", number="revision")),
    Maker("post", f"{_API}/designs/{{design}}/publish", "201", _body(process="process", number="version")),
    Maker("post", f"{_API}/files", "201", _body(file="id")),
    Maker("post", f"{_API}/views", "201", _body(view="id")),
    Maker("post", f"{_API}/hooks", "201", _body(hook="id")),
    Maker("post", f"{_API}/webhooks", "201", _body(webhook="id")),
    Maker("post", f"{_API}/me/tokens", "201", _body(token="id")),  # noqa: S106 - the name of a parameter
    Maker("post", f"{_API}/bulk", "202", _body(batch="id")),
    Maker("post", f"{_API}/people", "201", _body(person="person/id")),
    Maker("put", f"{_API}/people/by-external-id/{{external_id}}", "201", _body(person="person/id")),
    Maker("post", f"{_API}/people/{{person}}/absences", "201", _PERSON | _body(absence="person/absences/0/id")),
    Maker("post", f"{_API}/people/{{person}}/proxies", "201", _PERSON | _body(proxy="person/proxies/0/id")),
    Maker("post", f"{_API}/organisation/import", "200", _body(job="job")),
    Maker(
        "put",
        f"{_API}/organisation/{{kind}}/{{part}}",
        "200",
        {name: f"$request.path.{name}" for name in ("kind", "part")},
    ),
    Maker("post", "/scim/v2/Users", "201", _body(user="id")),
)


def link(document: dict[str, Any]) -> None:
    """Put the links into a document.

    Raises:
        KeyError: the table names an operation or an answer that is not there.
    """
    for maker in MAKERS:
        answer = document["paths"][maker.path][maker.method]["responses"][maker.status]
        found = answer.setdefault("links", {})
        for path, methods in document["paths"].items():
            given = _given(maker, path)
            for method, route in methods.items():
                if given and (method, path) != (maker.method, maker.path):
                    found[route["operationId"]] = {"operationId": route["operationId"], "parameters": given}


def _given(maker: Maker, path: str) -> dict[str, str]:
    """The parameters of an address, where the maker gives all of them and one that was not known before."""
    names = re.findall(r"{(\w+)}", path)
    known = set(re.findall(r"{(\w+)}", maker.path))
    if not set(names) <= maker.gives.keys() or not (set(names) - known or path == maker.path):
        return {}
    return {name: maker.gives[name] for name in names}
