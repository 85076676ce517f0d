"""Calls from others start and message cases, once each, and only when they are signed."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.conftest import World
from waystation.outside import signing

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROCESSES = (
    """
waystation: 1
process: hook_order
data: { no: { type: string }, total: { type: integer } }
required: [no]
start: { key: "${ data.no }", at: check }
nodes:
  check: { kind: task, assign: [{ user: eng_wu }], next: end }
""",
    """
waystation: 1
process: hook_paid
data: { no: { type: string }, fen: { type: integer } }
start:
  message: { name: hook_paid, key: "${ message.key }", data: { no: "${ message.key }", fen: "${ message.fen }" } }
  at: check
nodes:
  check: { kind: task, assign: [{ user: eng_wu }], next: end }
""",
)


async def send(world: World, method: str, path: str, body: Any = None, person: str = "admin_xu") -> httpx.Response:
    return await world.http.request(
        method, f"/api/v1/{path}", json=body, headers=await world.sign_in(person), timeout=60
    )  # fmt: skip


async def made(world: World, **does: Any) -> tuple[str, str]:
    """Path and secret of a new hook."""
    for text in PROCESSES:
        assert (await send(world, "POST", "processes", {"text": text})).status_code == 201
    answer = await send(world, "POST", "hooks", {"label": "ERP", **does})
    assert answer.status_code == 201, answer.text
    return answer.json()["path"], answer.json()["secret"]


async def call(
    world: World,
    path: str,
    secret: str,
    body: Any,
    *,
    id: str = "",  # noqa: A002 - its name in the standard
    at: datetime | None = None,
) -> httpx.Response:
    """A call as another program makes it: signed, and without signing in."""
    text = json.dumps(body).encode()
    signed = signing.headers([secret], id or uuid.uuid4().hex, at or datetime.now(UTC), text)
    return await world.http.post(path, content=text, headers={"content-type": "application/json", **signed}, timeout=60)


async def test_a_call_starts_a_case_once(world: World) -> None:
    """With what the hook takes out of it; sent again it answers the same; another content is refused."""
    no, id = uuid.uuid4().hex, uuid.uuid4().hex  # noqa: A001
    fields = {"no": "${ body.order.no }", "total": "${ body.order.total * 100 }"}
    path, secret = await made(world, start="hook_order", fields=fields, when='${ body.type == "order" }')
    body = {"type": "order", "order": {"no": no, "total": 12}}
    first, again = [await call(world, path, secret, body, id=id) for _ in range(2)]
    assert (first.status_code, first.json()) == (202, again.json())
    (case,) = first.json()["started"]
    assert (await send(world, "GET", f"cases/{case}")).json()["case"]["data"] == {"no": no, "total": 1200}
    other = await call(world, path, secret, {**body, "order": {"no": no, "total": 13}}, id=id)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert (await call(world, path, secret, {"type": "ping"})).json()["ignored"] is True


async def test_a_call_sends_a_message(world: World) -> None:
    """Which may start a case, as if it came by `POST /messages`."""
    no = uuid.uuid4().hex
    path, secret = await made(world, message="hook_paid", key="${ body.no }", fields={"fen": "${ body.fen }"})
    answer = await call(world, path, secret, {"no": no, "fen": 990})
    assert answer.status_code == 202, answer.text
    (case,) = answer.json()["started"]
    for _ in range(500):
        shown = await send(world, "GET", f"cases/{case}")
        if shown.status_code == 200:
            break
        await asyncio.sleep(0.02)
    assert shown.json()["case"]["data"] == {"no": no, "fen": 990}


async def test_who_is_not_signed_learns_nothing(world: World) -> None:
    """A wrong secret, an old call, a hook that is off or not there: each is refused in both languages."""
    path, secret = await made(world, message="hook_none")
    hook = path.rpartition("/")[2]

    async def code(where: str, key: str = secret, **more: Any) -> tuple[int, str]:
        answer = await call(world, where, key, {}, **more)
        assert answer.json()["zh"] != answer.json()["en"]
        return answer.status_code, answer.json()["code"]

    bad = (401, "bad_signature")
    assert await code(path, signing.new_secret()) == bad
    assert await code(path.replace(hook, "nothing")) == bad
    assert await code(path.replace("demo", "other")) == bad
    assert await code(path, at=datetime.now(UTC) - timedelta(minutes=6)) == (401, "bad_timestamp")
    rotated = (await send(world, "POST", f"hooks/{hook}/rotate", {"hours": 0})).json()["secret"]
    assert await code(path) == bad
    assert (await call(world, path, rotated, {})).status_code == 202
    off = await send(world, "PUT", f"hooks/{hook}", {"label": "ERP", "message": "hook_none", "active": False})
    assert off.json()["active"] is False
    assert await code(path, rotated) == bad
    assert (await send(world, "DELETE", f"hooks/{hook}")).status_code == 204
    assert (await send(world, "GET", f"hooks/{hook}")).status_code == 404


async def test_what_is_wrong_with_a_call_is_said_where(world: World) -> None:
    """Its JSON, what the mapping lacks, what the process does not take."""
    path, secret = await made(world, start="hook_order", fields={"no": "${ body.a.b + 1 }"})
    answer = (await call(world, path, secret, {"a": {}})).json()
    assert (answer["status"], answer["code"], answer["detail"]["field"]) == (422, "bad_mapping", "fields.no")
    path, secret = await made(world, start="hook_order")
    assert (await call(world, path, secret, {"total": 1})).json()["code"] in ("bad_form", "bad_data")
    assert (await call(world, path, secret, [1])).json()["code"] == "bad_body"
    refused = await send(world, "POST", "hooks", {"label": "x", "start": "hook_order", "fields": {"no": "${ body. }"}})
    assert (refused.status_code, refused.json()["detail"]["field"]) == (422, "fields.no")
    both = await send(world, "POST", "hooks", {"label": "x", "start": "hook_order", "message": "m"})
    assert both.status_code == 400


async def test_webhooks_over_the_api(world: World) -> None:
    """Made, changed, rotated, listed and removed by admins only; a secret is shown once."""
    given = {"label": "BI", "url": "https://bi.example.com/in", "events": ["case_ended"], "processes": ["repair"]}
    assert (await send(world, "POST", "webhooks", given, "sales_mo")).status_code == 403
    answer = await send(world, "POST", "webhooks", given)
    hook = answer.json()["id"]
    assert (answer.status_code, signing.is_secret(answer.json()["secret"])) == (201, True)
    shown = (await send(world, "GET", f"webhooks/{hook}")).json()
    assert ({name: shown[name] for name in given}, "secret" in shown) == (given, False)
    changed = (await send(world, "PUT", f"webhooks/{hook}", {**given, "active": False})).json()
    assert changed["active"] is False
    fresh = (await send(world, "POST", f"webhooks/{hook}/rotate", {})).json()["secret"]
    assert fresh != answer.json()["secret"]
    assert (await send(world, "GET", f"webhooks/{hook}/deliveries?status=dead")).json()["items"] == []
    assert (await send(world, "POST", f"webhooks/{hook}/replay")).json() == {"again": 0}
    assert (await send(world, "POST", f"webhooks/{hook}/deliveries/none/retry")).status_code == 404
    for wrong, code in (({"url": "ftp://x"}, "http.bad_url"), ({"events": ["nothing"]}, "bad_request")):
        assert (await send(world, "POST", "webhooks", {**given, **wrong})).json()["code"] == code
    assert (await send(world, "DELETE", f"webhooks/{hook}")).status_code == 204
    audit = (await send(world, "GET", f"audit?target=webhook/{hook}")).json()["items"]
    assert [row["action"] for row in audit] == [
        "webhook.remove", "webhook.replay", "webhook.rotate", "webhook.change", "webhook.make",
    ]  # fmt: skip
    assert not any(fresh in json.dumps(row) for row in audit)


async def test_how_one_is_told(world: World) -> None:
    """Everybody for himself; operators see what went out."""
    assert (await send(world, "GET", "me/notifications", person="sales_mo")).json()["quiet"] == "22:00-08:00"
    said = {"mail": False, "sms": True, "quiet": "", "locale": "en"}
    assert (await send(world, "PUT", "me/notifications", said, "sales_mo")).json() == said
    assert (await send(world, "GET", "me/notifications", person="sales_mo")).json() == said
    assert (await send(world, "PUT", "me/notifications", {"quiet": "25:00-1:00"}, "sales_mo")).status_code == 400
    assert (await send(world, "PUT", "me/notifications", {"quiet": "08:00-08:00"}, "sales_mo")).status_code == 422
    assert (await send(world, "GET", "deliveries", person="sales_mo")).status_code == 403
    page = await send(world, "GET", "deliveries?status=waiting&limit=2")
    assert page.status_code == 200
    assert (await send(world, "POST", "deliveries/none/retry")).status_code == 404
