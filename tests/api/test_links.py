"""The links of the OpenAPI document: from what one call has made to those that read, change and delete it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from designer_api.linking import MAKERS
from tests.support.applications import document
from tests.support.office import open_office
from tests.support.real_things import MADE

#: What an answer of such an address is made of; SCIM's answers are maps of no schema of ours.
_UNSPECIFIED = "/scim/v2/Users"


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    found = document()["paths"].items()
    return {route["operationId"]: (method, path, route) for path, ways in found for method, route in ways.items()}


def links() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Where a link stands (path, status), and what it says."""
    for _, path, route in operations().values():
        for status, answer in route["responses"].items():
            for said in answer.get("links", {}).values():
                yield path, status, said


def test_every_link_leads_to_an_operation_with_all_it_needs() -> None:
    """The operation is there, and each parameter of its address is given once; nothing else is."""
    known, walked = operations(), 0
    for path, _, said in links():
        _, target, _ = known[said["operationId"]]
        assert set(said["parameters"]) == set(re.findall(r"{(\w+)}", target)), (path, target)
        walked += 1
    assert walked > 150


def test_values_stand_where_the_links_say() -> None:
    """What a link takes from the answer's body is a field of its schema, all the way."""
    walked = 0
    for maker in MAKERS:
        if maker.path == _UNSPECIFIED:
            continue
        content = document()["paths"][maker.path][maker.method]["responses"][maker.status]["content"]
        for value in maker.gives.values():
            if value.startswith("$response.body#/"):
                _walk(content["application/json"]["schema"], value.partition("#/")[2].split("/"))
                walked += 1
    assert walked > 10


def _walk(schema: dict[str, Any], steps: list[str]) -> None:
    for step in steps:
        if "$ref" in schema:
            schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert step.isdigit() or step in schema["properties"], (schema["title"], step)
        schema = schema["items"] if step.isdigit() else schema["properties"][step]


def test_what_can_be_deleted_is_linked_from_where_it_is_made() -> None:
    """Reading, changing and deleting follow making: of each resource that has a route to make it."""
    led = {said["operationId"] for _, _, said in links()}
    for name, (method, path, _) in operations().items():
        last = re.findall(r"{(\w+)}$", path)
        if (
            method in ("get", "put", "delete")
            and last
            and last[0] in {*MADE, "case", "task", "process", "batch", "user"}
        ):
            assert name in led, f"{method} {path}"


@pytest.mark.asyncio
async def test_links_can_be_followed(tmp_path: Path) -> None:
    """Each thing is made, and every link that reads it answers with it."""
    known = operations()
    async with open_office(tmp_path, requests_per_minute=1_000_000) as office:
        for path, body in MADE.values():
            made = await office.ask("root", "POST", path, json=body)
            assert made.status_code == 201, made.text
            answers = known_links(known, f"/api/v1{path}")
            assert answers, path
            for said in answers:
                method, target, route = known[said["operationId"]]
                needs_more = any(given["in"] == "query" and given.get("required") for given in route["parameters"])
                if method == "get" and not needs_more:
                    values = {name: _value(made.json(), said["parameters"][name]) for name in said["parameters"]}
                    answer = await office.ask("root", "GET", target.removeprefix("/api/v1").format(**values))
                    assert answer.status_code == 200, (target, answer.text)


def known_links(known: dict[str, tuple[str, str, dict[str, Any]]], path: str) -> list[dict[str, Any]]:
    route = next(route for method, place, route in known.values() if (method, place) == ("post", path))
    return [*route["responses"]["201"]["links"].values()]


def _value(body: Any, expression: str) -> Any:
    for step in expression.partition("#/")[2].split("/"):
        body = body[int(step)] if step.isdigit() else body[step]
    return body
