"""Every route × role × tenant, from the OpenAPI document: whoever adds a route has it tried here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from designer_api.auth.permissions import PERMISSIONS, PUBLIC, has
from designer_api.views import task_id
from tests.store.journals import Story
from tests.support.office import STAFF, Office, open_office
from tests.support.real_things import MADE, of_designs, of_people
from tests.support.samples import body_of
from waystation.store import bulks, files, notices, outbox
from waystation.store.files import StoredFile

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Parameters of paths -> what is really there in the tenant `acme`; the fixture adds what it makes.
REAL = {
    "case": "c1",
    "task": task_id("c1", "a"),
    "process": "repair",
    "file": "f1",
    "person": "zoe",
    "user": "zoe",
    "number": "1",
    "tenant": "acme",
}
#: A batch that has begun.
REHEARSAL = bulks.Order(
    verb="cancel", task=None, args={}, wanted={}, process="repair", dry_run=True, per_second=1, undoes=None
)
NOW = datetime.now(UTC)
#: Routes that make what they name where it is not there, so another tenant's id is just a new one of one's own; and
#: lists under a name that may be empty.
MAKING = {"put /api/v1/organisation/{kind}/{part}", "put /api/v1/people/by-external-id/{external_id}"}
#: Bodies that the schema alone does not tell.
BODIES = {
    "post /api/v1/cases/{case}/commands": {"json": {"verb": "cancel"}},
    **{f"put /api/v1{MADE[name][0]}/{{{name}}}": {"json": MADE[name][1]} for name in ("hook", "webhook")},
    "put /api/v1/views/{view}": {"json": {**MADE["view"][1], "revision": 1}},
}
Route = tuple[str, str, dict[str, Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("routes")
    async with open_office(folder, requests_per_minute=1_000_000) as made:
        story = Story("c1").started(process="repair", by="ann").asks("a", "bob")
        await story.store(made.database, "acme")
        async with made.database.write("acme") as session:
            stored = StoredFile("f1", "a.png", "image/png", 1, "0" * 64)
            await files.add_file(session, stored, by="bob", at=story.entries[0].at)
            await outbox.put(session, "mail", "lost", {"message": "m"}, at=story.entries[0].at)
            REAL["id"] = (await outbox.listed(session, ["mail"])).items[0].id
            await notices.tell(session, "k", ["root"], "undelivered", {}, priority=2, at=NOW)
            REAL["notice"] = (await notices.notices_of(session, "root")).items[0].notice
            REAL["batch"] = (await bulks.begin(session, "b1", REHEARSAL, [("c1", None)], by="root", at=NOW)).bulk_id
        assert (await made.ask("root", "POST", "/people", json={"id": "zoe", "name": "Zoe"})).status_code == 201
        for name, (path, body) in MADE.items():
            answer = await made.ask("root", "POST", path, json=body)
            assert answer.status_code == 201, answer.text
            REAL[name] = answer.json()["id"]
        transport, headers = httpx.ASGITransport(app=made.app), await made.headers("root")
        async with httpx.AsyncClient(transport=transport, base_url="http://test/api/v1", headers=headers) as http:
            REAL.update({**await of_people(http, "1"), **await of_designs(http, "1"), **REAL})
            REAL["job"] = (await http.get("/organisation/jobs")).json()["items"][0]["id"]
        yield made


def routes(office: Office) -> Iterator[Route]:
    """Method, whole path and description of every route that is there, of SCIM and of the operators too."""
    for path, methods in office.app.openapi()["paths"].items():
        for method, route in methods.items():
            yield method, path, route


def filled(path: str, route: dict[str, Any], real: dict[str, str]) -> str:
    """A path with its parameters filled in: with what is there, or with something that is not."""
    choices = {p["name"]: p["schema"] for p in route.get("parameters", ()) if p["in"] == "path"}

    def value(found: re.Match[str]) -> str:
        schema = choices.get(found[1], {})
        if found[1] in real:
            return real[found[1]]
        if "$ref" in schema or "enum" in schema:
            return "groups" if found[1] == "kind" else "x"
        return "1" if schema.get("type") == "integer" else "nothing_there"

    return re.sub(r"{(\w+)}", value, path)


def named(method: str, path: str) -> str:
    return f"{method} {path}"


async def ask(office: Office, person: str, method: str, path: str, tenant: str = "acme", **more: Any) -> httpx.Response:
    """A request by its whole path."""
    return await office.http.request(method, path, headers=await office.headers(person, tenant), **more)


async def test_nothing_is_left_out(office: Office) -> None:
    """Every family of routes is walked: those of the designer, hooks, privacy, codec and SCIM among them."""
    walked = {path for _, path, _ in routes(office)}
    for family in (
        "/api/v1/designs/{design}", "/api/v1/hooks/{hook}", "/api/v1/webhooks/{webhook}", "/api/v1/privacy/erasures",
        "/api/v1/codec/decode", "/scim/v2/Users/{user}", "/api/v1/bulk/{batch}", "/api/v1/events", "/metrics",
    ):  # fmt: skip
        assert family in walked
    named = {name for path in walked for name in re.findall(r"{(\w+)}", path)}
    assert named == REAL.keys(), "what a route names is tried with something that is there"
    assert len(list(routes(office))) == sum(len(found) for found in office.app.openapi()["paths"].values()) > 200


async def test_strangers_are_sent_away(office: Office) -> None:
    """Without a token, with a made-up one and with one of the wrong form: 401, whatever the body."""
    walked = 0
    for method, path, route in routes(office):
        if route["x-permission"] == PUBLIC:
            continue
        headers = ({}, {"Authorization": "Bearer ws_made_up"}, {"Authorization": "Basic YTpi"})[walked % 3]
        answer = await office.http.request(
            method, filled(path, route, REAL), headers=headers, **body_of(office.app.openapi(), route)
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), named(method, path)
        walked += 1
    assert walked > 200


@pytest.mark.parametrize("person", [name for name in STAFF if name != "bob"])
async def test_each_role_gets_as_far_as_its_permissions(office: Office, person: str) -> None:
    """A role without the permission of a route gets 403 with its name; with it, the request is looked at."""
    for method, path, route in routes(office):
        permission, needed = route["x-permission"], PERMISSIONS[route["x-permission"]]
        if permission in (PUBLIC, "password.own"):
            continue
        if permission == "me.leave":
            office.made.pop(("acme", person), None)  # a token of its own, which then ends
        answer = await ask(office, person, method, filled(path, route, {}), **body_of(office.app.openapi(), route))
        if permission == "me.leave":
            del office.made["acme", person]
        seen = answer.json().get("detail") if answer.status_code == 403 else None
        stopped = isinstance(seen, dict) and seen.get("permission") == permission
        assert stopped is not has(STAFF[person], None, permission), (person, named(method, path), needed)
        assert answer.status_code < 500, (person, named(method, path), answer.text)


async def test_a_token_with_one_scope_opens_only_its_routes(office: Office) -> None:
    """Also for an admin: everything but what the scope holds is 403."""
    headers = {"Authorization": f"Bearer {await office.token('root', scopes=('cases.see',))}"}
    for method, path, route in routes(office):
        if route["x-permission"] in (PUBLIC, "cases.see"):
            continue
        answer = await office.http.request(
            method, filled(path, route, REAL), headers=headers, **body_of(office.app.openapi(), route)
        )
        assert answer.status_code == 403, (named(method, path), answer.text)
    assert (await office.http.get("/api/v1/cases/c1", headers=headers)).status_code == 200


async def ask_as_other(
    office: Office, method: str, path: str, body: dict[str, Any], more: dict[str, str]
) -> httpx.Response:
    """By the other tenant's administrator, as if he had seen the newest revision."""
    headers = {**await office.headers("root", "other"), **more}
    return await office.http.request(method, path, headers=headers, **body)


async def test_what_another_tenant_has_is_not_there(office: Office) -> None:
    """Its admin asks with real ids of ours, everywhere: not found, and what is ours stays as it is."""
    walked, told = 0, []
    for method, path, route in routes(office):
        names = set(re.findall(r"{(\w+)}", path)) & REAL.keys() - {"number", "template"}
        if not names or named(method, path) in MAKING or route["x-permission"] == PUBLIC:
            continue
        body = BODIES.get(named(method, path)) or body_of(office.app.openapi(), route)
        seen = {"If-Match": '"1"'} if method in ("put", "patch", "delete") else {}
        answer = await ask_as_other(office, method, filled(path, route, REAL), body, seen)
        if answer.status_code not in (403, 404) and not _says_nothing(answer):
            told.append(f"{named(method, path)}: {answer.status_code} {answer.text[:300]}")
        walked += 1
    assert "\n".join(told) == ""
    assert walked > 120
    for name, (path, _) in MADE.items():
        listed = (await office.ask("root", "GET", path)).json()
        assert REAL[name] in str(listed), name
    assert (await office.ask("root", "GET", "/people/zoe")).json()["name"] == "Zoe"
    mine = (await office.ask("root", "GET", "/cases/c1")).json()
    assert mine["case"]["status"] == "open"
    assert [task["status"] for task in mine["tasks"]] == ["open"]


def _says_nothing(answer: httpx.Response) -> bool:
    """An empty list, null, or nothing done: what there is for a thing that is not there."""
    if answer.status_code == 204:
        return True
    body = answer.json()
    return answer.status_code == 200 and (not body or (isinstance(body, dict) and body.get("items") == []))
