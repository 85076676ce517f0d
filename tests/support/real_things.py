"""Things of every kind that an address can name, made over the API so that requests can name what is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from designer_api.views import task_id
from waystation.store import outbox
from waystation.store.session import Database

#: Made by their own routes: parameter -> path and body.
MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "design": ("/designs", {"from": {"blank": True}}),
    "hook": ("/hooks", {"label": "x", "message": "m"}),
    "webhook": ("/webhooks", {"label": "x", "url": "https://example.com/told"}),
    "view": ("/views", {"of": "cases", "name": "x", "filter": {}, "sort": "created"}),
    "token": ("/me/tokens", {"label": "x", "scopes": ["cases.see"], "days": 1}),
}
LEAVE = """
waystation: 1
process: PROCESS
title: { zh: 请假, en: Leave }
data: { days: { type: integer } }
nodes:
  review: { kind: task, title: { zh: 审核, en: Review }, assign: [{ user: root }], next: end }
"""


async def make_all(http: httpx.AsyncClient, database: Database, tenant: str, mark: str) -> dict[str, str]:
    """Make one of each; parameters of addresses and their values.

    Args:
        http: asks as an administrator of the tenant, below `/api/v1`.
        mark: tells these things from others of their kind.
    """
    made = {name: (await _post(http, path, body, mark))["id"] for name, (path, body) in MADE.items()}
    made |= await _of_cases(http, mark)
    made |= await of_people(http, mark)
    made |= await of_designs(http, mark)
    made |= await _of_the_store(database, tenant, mark)
    made["job"] = _good(await http.get("/organisation/jobs"))["items"][0]["id"]
    return {**made, "tenant": tenant, "number": "1"}


async def of_designs(http: httpx.AsyncClient, mark: str) -> dict[str, str]:
    """A design of a template, with the scenarios that the template has."""
    template = "leave"
    design = (await _post(http, "/designs", {"from": {"template": template}, "process": f"design_{mark}"}, ""))["id"]
    scenarios = _good(await http.get(f"/designs/{design}/scenarios"))["items"]
    return {"design": design, "scenario": scenarios[0]["name"], "template": template}


async def _of_cases(http: httpx.AsyncClient, mark: str) -> dict[str, str]:
    process = f"leave_{mark}"
    await _post(http, "/processes", {"text": LEAVE.replace("PROCESS", process)}, "")
    case = (await _post(http, "/cases", {"process": process, "data": {"days": 1}}, ""))["case"]["id"]
    rehearsal = {"filter": {"process": process}, "verb": "cancel", "args": {"reason": "x"}, "dry_run": True}
    batch = (await _post(http, "/bulk", rehearsal, ""))["id"]
    file = _good(await http.post("/files", files={"file": ("a.txt", f"text {mark}".encode())}))["id"]
    return {"process": process, "case": case, "task": task_id(case, "review"), "batch": batch, "file": file}


async def of_people(http: httpx.AsyncClient, mark: str) -> dict[str, str]:
    person = f"p_{mark}"
    await _post(http, "/people", {"id": person, "name": "P", "external": {"hr": f"e_{mark}"}}, "")
    absence = (await _post(http, f"/people/{person}/absences", {}, ""))["person"]["absences"][0]["id"]
    proxy = (await _post(http, f"/people/{person}/proxies", {"person": "ann"}, ""))["person"]["proxies"][0]["id"]
    _good(await http.put(f"/organisation/groups/g_{mark}", json={"name": "G"}))
    return {
        "person": person, "user": person, "external_id": f"e_{mark}", "absence": absence, "proxy": proxy,
        "kind": "groups", "part": f"g_{mark}",
    }  # fmt: skip


async def _of_the_store(database: Database, tenant: str, mark: str) -> dict[str, str]:
    """What no route makes: something that was to go out."""
    async with database.write(tenant) as session:
        await outbox.put(session, "mail", f"lost {mark}", {"message": "m"}, at=datetime.now(UTC))
        return {"id": (await outbox.listed(session, ["mail"])).items[0].id}


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, Any], mark: str) -> dict[str, Any]:
    named = {"name": f"{body['name']} {mark}"} if mark and "name" in body else {}
    return _good(await http.post(path, json={**body, **named}))


def _good(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found
