"""Ids that are too long, odd or out of range: every route says so, none fails."""

from __future__ import annotations

import re
from itertools import cycle
from typing import Any

import pytest

from tests.api.conftest import World

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

LONG = "x" * 500
#: In an address: too long, a NUL, a space at the end, half a character, and a number of more than 64 bits.
ODD = (LONG, "a%00b", "a%20", "%ED%A0%80", "9" * 30)
#: Bodies that are well formed but for one value.
BODIES: list[tuple[str, dict[str, Any]]] = [
    ("/cases", {"process": LONG, "data": {}}),
    ("/cases", {"process": "a ", "data": {}}),
    ("/cases", {"process": "ticket", "data": {}, "key": LONG}),
    ("/cases", {"process": "ticket", "data": {}, "version": 10**30}),
    ("/messages", {"name": LONG, "fields": {}}),
    ("/messages", {"name": "a\0b", "fields": {}}),
    ("/messages", {"name": "paid", "fields": {}, "id": LONG}),
    ("/messages", {"name": "paid ", "fields": {}}),
    ("/sessions", {"tenant": LONG, "user": "x", "password": "x"}),
    ("/sessions", {"tenant": "x" * 150, "user": "x" * 150, "password": "x"}),
    ("/sessions", {"tenant": "demo", "user": "a ", "password": "x"}),
]


async def test_no_address_makes_a_route_fail(world: World) -> None:
    """Whatever stands in the place of an id, the answer is a problem in both languages, or what is there: nothing."""
    headers = await world.sign_in(world.with_role("admin"))
    paths = world.http._transport.app.openapi()["paths"]  # type: ignore[attr-defined]
    asked = 0
    for path, methods in paths.items():
        if "{" not in path or "get" not in methods:
            continue
        for odd in ODD:
            answer = await world.http.get(re.sub(r"\{[^}]+\}", odd, path), headers=headers)
            assert answer.status_code < 500, (path, odd, answer.text)
            if answer.status_code >= 400 and not path.startswith("/scim/"):  # which has a form of its own
                assert {"code", "zh", "en"} <= set(answer.json()), (path, odd)
            asked += 1
    assert asked > len(ODD)


async def test_no_query_makes_a_list_fail(world: World) -> None:
    """Filters are values like any other. Each gets two of the odd ones, in turn."""
    headers = await world.sign_in(world.with_role("admin"))
    paths = world.http._transport.app.openapi()["paths"]  # type: ignore[attr-defined]
    turns = cycle(ODD)
    for path, methods in paths.items():
        named = [one["name"] for one in methods.get("get", {}).get("parameters", ()) if one["in"] == "query"]
        for name in named if "{" not in path else ():
            for odd in (next(turns), next(turns)):
                answer = await world.http.get(f"{path}?{name}={odd}", headers=headers)
                assert answer.status_code < 500, (path, name, odd, answer.text)


@pytest.mark.parametrize(("path", "body"), BODIES)
async def test_a_value_that_does_not_fit_is_refused_in_both_languages(
    world: World, path: str, body: dict[str, Any]
) -> None:
    """A 4xx whose sentence or fields show which value it was."""
    headers = await world.sign_in(world.with_role("admin"))
    answer = await world.http.post(f"/api/v1{path}", json=body, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    said = answer.json()
    assert said["zh"]
    assert said["en"]


async def test_half_a_character_is_refused(world: World) -> None:
    """JSON can write what no database keeps."""
    headers = {**await world.sign_in(world.with_role("admin")), "content-type": "application/json"}
    for body in (b'{"name": "a\\ud800", "fields": {}}', b'{"name": "a", "fields": {"x": "\\udfff"}}'):
        answer = await world.http.post("/api/v1/messages", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    whole = b'{"name": "a", "fields": {"x": "\\ud83d\\ude00 \\\\ud800"}}'
    assert (await world.http.post("/api/v1/messages", content=whole, headers=headers)).status_code == 202


async def test_messages_are_not_sent_by_just_anybody(world: World) -> None:
    """Channels and operators send messages to cases; who works on tasks does not."""
    body = {"name": "paid", "fields": {"key": "1"}}
    for person, status in (("eng_wu", 403), (world.with_role("admin"), 202), ("shop_adapter", 202)):
        headers = await world.sign_in(person)
        answer = await world.http.post("/api/v1/messages", json=body, headers=headers)
        assert answer.status_code == status, answer.text
