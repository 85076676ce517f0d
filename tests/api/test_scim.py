"""SCIM: a directory creates, finds, changes and deactivates people, and may repeat itself."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from designer_api import scim_users
from designer_api.scim_users import ENTERPRISE, USER
from tests.api.conftest import World
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

USERS = "/scim/v2/Users"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def ask(world: World, method: str, path: str, body: Any = None, person: str = "admin_xu") -> httpx.Response:
    headers = await world.sign_in(person)
    return await world.http.request(method, path, json=body, headers=headers)


def user(mark: str, **more: Any) -> dict[str, Any]:
    name = {"familyName": "李", "givenName": "四"}
    mail = [{"value": "old@x.cn"}, {"value": f"{mark}@x.cn", "primary": True}]
    return {"schemas": [USER], "userName": mark, "externalId": f"e-{mark}", "name": name, "emails": mail, **more}


async def test_a_user_from_creation_to_leaving(world: World) -> None:
    """Created once, however often it is sent; found by both names; replaced, patched, deactivated."""
    mark = f"s{uuid.uuid4().hex[:8]}"
    made = await ask(world, "POST", USERS, user(mark))
    assert made.status_code == 201, made.text
    assert made.headers["content-type"] == "application/scim+json"
    body = made.json()
    assert (body["id"], body["displayName"], body["emails"][0]["value"]) == (mark, "李四", f"{mark}@x.cn")
    again = await ask(world, "POST", USERS, user(mark))
    assert (again.status_code, again.headers["etag"]) == (200, 'W/"1"')
    for text in (f'externalId eq "e-{mark}"', f'userName Eq "{mark}"', f'id eq "{mark}"'):
        found = (await ask(world, "GET", str(httpx.URL(USERS, params={"filter": text})))).json()
        assert (found["totalResults"], found["Resources"][0]["id"]) == (1, mark), text
    replaced = await ask(world, "PUT", f"{USERS}/{mark}", user(mark, title="lead", emails=[], active=True))
    assert (replaced.json()["title"], replaced.json()["emails"]) == ("lead", [])
    manager = {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": {"value": "admin_xu"}}
    operations = {"schemas": [PATCH], "Operations": [manager, {"op": "Replace", "value": {"active": "False"}}]}
    patched = await ask(world, "PATCH", f"{USERS}/{mark}", operations)
    assert patched.status_code == 200, patched.text
    assert (patched.json()["active"], patched.json()[ENTERPRISE]["manager"]["value"]) == (False, "admin_xu")
    assert (await ask(world, "DELETE", f"{USERS}/{mark}")).status_code == 204
    assert (await ask(world, "GET", f"{USERS}/{mark}")).json()["active"] is False


async def test_pages_start_at_one(world: World) -> None:
    """As the standard counts."""
    first = (await ask(world, "GET", f"{USERS}?startIndex=1&count=2")).json()
    second = (await ask(world, "GET", f"{USERS}?startIndex=2&count=1")).json()
    assert (first["itemsPerPage"], second["Resources"][0]["id"]) == (2, first["Resources"][1]["id"])
    assert (await ask(world, "GET", "/scim/v2/ServiceProviderConfig")).json()["patch"] == {"supported": True}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", f"{USERS}?filter=name co x", None, 400, "invalidFilter"),
        ("GET", f"{USERS}/nobody_at_all", None, 404, None),
        ("POST", USERS, {"userName": "admin_xu", "externalId": "other"}, 409, "uniqueness"),
        ("POST", USERS, {"userName": ""}, 400, "invalidValue"),
        ("POST", USERS, {"userName": "a b/c"}, 400, "invalidValue"),
        ("POST", USERS, [], 400, "invalidSyntax"),
        ("PATCH", f"{USERS}/sales_mo", {"Operations": [{"op": "move"}]}, 400, "invalidValue"),
        (
            "PATCH",
            f"{USERS}/sales_mo",
            {"Operations": [{"op": "replace", "path": "active", "value": 1}]},
            400,
            "invalidValue",
        ),
    ],
)
async def test_errors_are_scim_errors(
    world: World, method: str, path: str, body: Any, status: int, kind: str | None
) -> None:
    """With the status as a text and the standard's own kinds."""
    answer = await ask(world, method, path, body)
    assert (answer.status_code, answer.json()["status"], answer.json().get("scimType")) == (status, str(status), kind)


async def test_it_needs_the_right(world: World) -> None:
    """Who does not manage people is no directory."""
    answer = await ask(world, "GET", USERS, person="agent_qin")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        ({"op": "replace", "path": 'emails[type eq "work"].value', "value": "n@x.cn"}, "email", "n@x.cn"),
        ({"op": "remove", "path": "title"}, "title", None),
        ({"op": "replace", "path": "name.formatted", "value": "王五"}, "name", "王五"),
        ({"op": "add", "path": "phoneNumbers", "value": [{"value": "13800000000"}]}, "phone", "13800000000"),
        ({"op": "replace", "path": "nickName", "value": "x"}, "name", "old"),
    ],
)
async def test_operations(operation: dict[str, Any], field: str, value: Any) -> None:
    """Paths with filters and parts, as clients write them; attributes that nobody keeps are passed over."""
    record = PersonRecord("ann", "old", title="lead")
    assert getattr(scim_users.patched(record, [operation]), field) == value


async def test_filters_are_read_strictly() -> None:
    assert scim_users.filtered('externalId eq "a\\"b"') == ("externalId", 'a"b')
    with pytest.raises(Refused, match="bad_filter"):
        scim_users.filtered('id eq "a" or id eq "b"')
