"""Looking into a case over HTTP: why its clocks show what they show, who will be asked, what a command would undo."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import httpx
import pytest

from tests.api.conftest import World

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

PROCESS = """
waystation: 1
process: {name}
title: {{ zh: 查看, en: Look }}
data:
  amount: {{ type: integer, minimum: 1 }}
  first: {{ type: string }}
  second: {{ type: string }}
required: [amount]
calendar: cn
access: {{ see: [role:finance], operate: [role:finance] }}
start: {{ at: book }}
nodes:
  book:
    kind: action
    do: purchasing.book_budget
    with: {{ department: marketing, amount: "${{ data.amount }}" }}
    save: {{ first: "${{ result.booking }}" }}
    undo: {{ do: purchasing.release_budget, with: {{ booking: "${{ data.first }}" }} }}
    next: more
  more:
    kind: action
    do: purchasing.book_budget
    with: {{ department: service, amount: 1 }}
    save: {{ second: "${{ result.booking }}" }}
    undo: {{ do: purchasing.release_budget, with: {{ booking: "${{ data.second }}" }} }}
    next: review
  review:
    kind: approval
    title: {{ zh: 审核, en: Review }}
    approvers: [user:finance_lin]
    deadline: {{ in: 2d, steps: [ {{ at: "50%", mark: soon }} ] }}
    next: {{ approved: large, rejected: end }}
  large:
    kind: choice
    next: [ {{ when: "${{ data.amount > 100 }}", to: owner }}, {{ to: last }} ]
  owner:
    kind: approval
    title: {{ zh: 老板, en: Owner }}
    approvers: [user:owner_chen]
    next: {{ approved: last, rejected: end }}
  last: {{ kind: task, title: {{ zh: 归档, en: File }}, assign: [user:legal_song], next: end }}
"""


class Look:
    """A case of the process, and finance, who may see and operate it."""

    def __init__(self, world: World, name: str, headers: dict[str, str]) -> None:
        self.world, self.name, self.headers, self.case = world, name, headers, ""

    async def ask(self, method: str, path: str, by: str = "", **body: Any) -> httpx.Response:
        headers = await self.world.sign_in(by) if by else self.headers
        return await self.world.http.request(method, f"/api/v1/{path}", json=body or None, headers=headers)

    async def get(self, what: str) -> dict[str, Any]:
        answer = await self.ask("GET", f"cases/{self.case}/{what}".rstrip("/"))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.ask("POST", path, **body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found


async def look(world: World, **data: Any) -> Look:
    name = f"look_{uuid.uuid4().hex[:8]}"
    admin = await world.sign_in(world.with_role("admin"))
    answer = await world.http.post("/api/v1/processes", json={"text": PROCESS.format(name=name)}, headers=admin)
    assert answer.status_code == 201, answer.text
    found = Look(world, name, await world.sign_in("finance_lin"))
    if data:
        found.case = (await found.post("cases", process=name, data=data))["case"]["id"]
    return found


def adds_up(clock: dict[str, Any]) -> bool:
    """Parts come to what is used, and that with what remains to the whole; there is no gap between the parts."""
    parts = clock["parts"]
    assert parts[0]["from"] == clock["start"]
    assert all(one["to"] == other["from"] for one, other in itertools.pairwise(parts))
    counted = sum(part["counted_seconds"] for part in parts)
    whole = clock["used_seconds"] + clock["remaining_seconds"]
    return bool(abs(counted - clock["used_seconds"]) < 1 and abs(whole - clock["budget_seconds"]) < 1)


async def test_clocks_add_up(world: World) -> None:
    """Also while a case is suspended, when its time stands, and afterwards."""
    found = await look(world, amount=5)
    explained = await found.get("explain")
    assert [wait["why"]["en"] for wait in explained["waits"]] == ["waits for finance_lin"]
    assert adds_up(explained["clocks"][0])
    await found.post(f"cases/{found.case}/suspend")
    stood = (await found.get("explain"))["clocks"][0]
    assert adds_up(stood)
    assert stood["parts"][-1]["why"] == {"zh": "暂停", "en": "stood"}
    assert stood["parts"][-1]["counted_seconds"] == 0
    await found.post(f"cases/{found.case}/resume")
    assert adds_up((await found.get("explain"))["clocks"][0])


async def test_who_will_be_asked_is_known_before_the_start(world: World) -> None:
    """By the data that is given; nothing is started. What may not be started or does not fit has no forecast."""
    found = await look(world)
    path = f"processes/{found.name}/forecast"
    small = await found.post(path, data={"amount": 5})
    assert [(row["node"], row["people"]) for row in small["asked"]] == [
        ("review", ["finance_lin"]),
        ("last", ["legal_song"]),
    ]
    assert (small["version"], small["complete"], small["branches"]) == (1, True, [{"node": "large", "to": "last"}])
    large = await found.post(path, data={"amount": 500})
    assert [row["node"] for row in large["asked"]] == ["review", "owner", "last"]
    assert large["asked"][1]["title"] == {"zh": "老板", "en": "Owner"}
    wrong = await found.ask("POST", path, data={"amount": "much"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_form")
    none = await found.ask("POST", "processes/no_such/forecast", data={})
    assert (none.status_code, none.json()["code"]) == (404, "unknown_process")
    listed = await found.ask("GET", f"cases?process={found.name}")
    assert listed.json()["items"] == []


async def test_who_will_be_asked_while_it_runs(world: World) -> None:
    """From where it stands, with people changed for later nodes; only for those who may see the case."""
    found = await look(world, amount=500)
    await found.post(f"cases/{found.case}/amend", node="last", who=["buyer_tang"])
    rows = (await found.get("forecast"))["asked"]
    assert [(row["node"], row["people"]) for row in rows] == [
        ("review", ["finance_lin"]),
        ("owner", ["owner_chen"]),
        ("last", ["buyer_tang"]),
    ]
    assert (await found.ask("GET", f"cases/{found.case}/forecast", by="sales_he")).status_code == 403


async def test_what_would_be_undone_is_known_beforehand(world: World) -> None:
    """In order, with arguments, newest first; exactly that is undone then. Refused as the command would be."""
    found = await look(world, amount=7)
    path = f"cases/{found.case}/undo_preview"
    seen = await found.post(path, verb="cancel")
    assert [(step["node"], step["action"]) for step in seen["undone"]] == [
        ("more", "purchasing.release_budget"),
        ("book", "purchasing.release_budget"),
    ]
    assert (seen["withdrawn"], seen["ends"]) == (["review"], "cancelled")
    back = await found.post(path, verb="jump", args={"from": "review", "to": "more", "reason": "x"})
    assert ([step["node"] for step in back["undone"]], back["entered"][0]) == (["more"], "more")
    refused = await found.ask("POST", path, verb="jump", args={"from": "review", "to": "nowhere", "reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    refused = await found.ask("POST", path, by="sales_he", verb="cancel")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert (await found.get(""))["case"]["status"] == "open"
    await found.post(f"cases/{found.case}/cancel")
    lines = (await found.get("timeline"))["items"]
    undone = [line["node"] for line in lines if line["kind"] == "undone"]
    assert undone == [step["node"] for step in seen["undone"]]
