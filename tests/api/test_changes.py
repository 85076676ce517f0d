"""Change over HTTP: bulk commands, migration with its dry run and its undo, retired versions, staged roll-out."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.api.conftest import World
from waystation.gateway.choosing import share_of

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

HEAD = """
waystation: 1
process: {name}
title: {{ zh: 变更, en: Change }}
data:
  n: {{ type: integer, default: 1 }}
  old: {{ type: string }}
"""
OLD = (
    HEAD
    + """
start: {{ at: sort }}
nodes:
  sort:
    kind: choice
    next: [ {{ when: "${{ data.n == 1 }}", to: a }}, {{ when: "${{ data.n == 2 }}", to: b }}, {{ to: c }} ]
  a: {{ kind: task, title: a, assign: [role:engineer], deadline: {{ in: 3d }}, next: end }}
  b: {{ kind: task, title: b, assign: [role:engineer], next: end }}
  c: {{ kind: task, title: c, assign: [role:engineer], next: end }}
"""
)
#: `b` is called `b2`, and `c` is another kind.
NEW = OLD.replace("to: b }}", "to: b2 }}").replace("  b: ", "  b2: ").replace("title: b,", "title: b2,")
NEW = NEW.replace("  c: {{ kind: task, title: c, assign: [role:engineer]", "  c: {{ kind: wait, for: 1d")
NEW = NEW.replace("  old: {{ type: string }}\n", "  fresh: {{ type: string, default: yes }}\n")


class Office:
    """A process of its own, and people who steer it."""

    def __init__(self, world: World, admin: dict[str, str], clerk: dict[str, str]) -> None:
        self.world, self.admin, self.clerk = world, admin, clerk
        self.name = f"changed_{uuid.uuid4().hex[:8]}"

    async def call(self, method: str, path: str, status: int = 200, *, by: Any = None, **how: Any) -> dict[str, Any]:
        answer = await self.world.http.request(method, f"/api/v1/{path}", headers=by or self.admin, **how)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def publish(self, text: str, **how: Any) -> int:
        body = {"text": text.format(name=self.name), **how}
        return int((await self.call("POST", "processes", 201, json=body))["version"])

    async def start(self, by: Any = None, **data: Any) -> dict[str, Any]:
        body = {"process": self.name, "data": data}
        found: dict[str, Any] = (await self.call("POST", "cases", 201, by=by or self.clerk, json=body))["case"]
        return found

    async def batch(self, path: str, **body: Any) -> dict[str, Any]:
        """A batch, once it is over."""
        given = {"from" if name == "from_" else name: value for name, value in body.items()}
        found = await self.call("POST", path, 202, json=given)
        async with asyncio.timeout(30):
            while found["status"] == "running":
                await asyncio.sleep(0.05)
                found = await self.call("GET", f"bulk/{found['id']}")
        return found

    async def items(self, batch: str, **wanted: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", f"bulk/{batch}/items", params=wanted))["items"]
        return found


async def open_office(world: World) -> Office:
    return Office(world, await world.sign_in(world.with_role("admin")), await world.sign_in("sales_he"))


async def test_a_bulk_command_is_tried_then_carried_out(world: World) -> None:
    """The preview counts, shows and tells who would refuse; each case answers for itself; asked twice, it runs once."""
    office = await open_office(world)
    await office.publish(OLD)
    cases = [await office.start(n=1 + i % 2) for i in range(5)]
    await office.call("POST", f"cases/{cases[0]['id']}/suspend", json={})
    asked = {"filter": {"process": office.name}, "verb": "suspend", "args": {"reason": "stocktaking"}}
    seen = await office.call("POST", "bulk/preview", json=asked)
    assert (seen["count"], seen["checked"], seen["would"]) == (5, 5, {"accepted": 4, "suspended": 1})
    assert [(one["case"], one["code"]) for one in seen["refused"]] == [(cases[0]["id"], "suspended")]
    assert len(seen["sample"]) == 5
    dry = await office.batch("bulk", **asked, dry_run=True)
    assert (dry["progress"], dry["codes"]) == ({"done": 5}, {"accepted": 4, "suspended": 1})
    headers = {**office.admin, "Idempotency-Key": uuid.uuid4().hex}
    both = [await office.call("POST", "bulk", 202, by=headers, json=asked) for _ in range(2)]
    assert both[0]["id"] == both[1]["id"]
    await office.call("POST", "bulk", 409, by=headers, json={**asked, "per_second": 7})
    async with asyncio.timeout(30):
        while (found := await office.call("GET", f"bulk/{both[0]['id']}"))["status"] == "running":
            await asyncio.sleep(0.05)
    assert (found["progress"], found["codes"]) == ({"done": 4, "refused": 1}, {"suspended": 1})
    refused = (await office.items(found["id"], status="refused"))[0]
    assert (refused["case"], refused["code"], bool(refused["zh"])) == (cases[0]["id"], "suspended", True)
    at_b = await office.batch("bulk", filter={"process": office.name, "node": "b"}, verb="resume")
    assert at_b["progress"] == {"done": 2}
    named = [case["id"] for case in cases[:2]]
    assert (await office.batch("bulk", filter={"cases": named}, verb="cancel"))["progress"] == {"done": 2}
    assert office.name in [row["process"] for row in (await office.call("GET", "bulk"))["items"]]


async def test_bulk_commands_are_for_operators(world: World) -> None:
    """Not for those who may operate a case only because everybody may; bad commands are refused at the door."""
    office = await open_office(world)
    await office.publish(OLD)
    asked = {"filter": {"process": office.name}, "verb": "suspend"}
    for path in ("bulk", "bulk/preview"):
        await office.call("POST", path, 403, by=office.clerk, json=asked)
    move = {"from": 1, "to": 1}
    await office.call("POST", f"processes/{office.name}/migrations", 403, by=office.clerk, json=move)
    batch = (await office.batch("bulk", **asked))["id"]
    for path in ("", "/items", "/reasons"):
        await office.call("GET", f"bulk/{batch}{path}", 403, by=office.clerk)
    for path in ("/stop", "/retry"):
        await office.call("POST", f"bulk/{batch}{path}", 403, by=office.clerk)
    for wrong in ({**asked, "verb": "explode"}, {**asked, "args": {"x": 1}}, {**asked, "per_second": 0}):
        assert (await office.call("POST", "bulk", 400, json=wrong))["code"] == "bad_request"
    assert (await office.call("POST", f"bulk/{batch}/undo", 409))["code"] == "not_undoable"
    for path in ("bulk/none", "bulk/none/items"):
        await office.call("GET", path, 404)
    assert (await office.call("POST", f"processes/{office.name}/migrations", 404, json={"from": 1, "to": 9}))["zh"]


async def test_a_migration_is_tried_then_done_then_undone(world: World) -> None:
    """A dry run says clean, needs a map or stuck, and why. Undo moves back, with data, those that it can."""
    office = await open_office(world)
    await office.publish(OLD)
    cases = [await office.start(n=n, old="kept") for n in (1, 1, 2, 2, 3)]
    due = cases[0]["due_at"]
    assert await office.publish(NEW) == 2
    path = f"processes/{office.name}/migrations"
    dry = await office.batch(path, from_=1, to=2, dry_run=True)
    assert dry["codes"] == {"clean": 2, "needs_map": 2, "stuck": 1}
    told = await office.call("GET", f"bulk/{dry['id']}/reasons")
    stands = {"zh": "c 原为 task，新版本为 wait", "en": "c was a task and is a wait now", "cases": 1}
    assert told == {"missing": {"b": 2}, "reasons": [stands]}
    dry = await office.batch(path, from_=1, to=2, dry_run=True, map={"b": "b2"})
    assert dry["codes"] == {"clean": 4, "stuck": 1}
    assert {(await office.call("GET", f"cases/{case['id']}"))["case"]["version"] for case in cases} == {1}

    done = await office.batch(path, from_=1, to=2, map={"b": "b2"}, reason="fees")
    assert (done["progress"], done["codes"]) == ({"done": 4, "refused": 1}, {"stuck": 1})
    moved = (await office.call("GET", f"cases/{cases[2]['id']}"))["case"]
    assert (moved["version"], moved["nodes"], moved["data"]) == (2, {"b2": 1}, {"n": 2, "fresh": "yes"})
    kept = (await office.call("GET", f"cases/{cases[0]['id']}"))["case"]
    assert (kept["version"], kept["due_at"]) == (2, due)

    await office.call("POST", f"cases/{cases[1]['id']}/cancel", json={})
    undone = await office.batch(f"bulk/{done['id']}/undo")
    assert (undone["undoes"], undone["progress"]) == (done["id"], {"done": 3, "refused": 1})
    assert [(one["case"], one["code"]) for one in await office.items(undone["id"], status="refused")] == [
        (cases[1]["id"], "not_open")
    ]
    back = (await office.call("GET", f"cases/{cases[2]['id']}"))["case"]
    assert (back["version"], back["nodes"], back["data"]) == (1, {"b": 1}, {"n": 2, "old": "kept"})
    again = await office.batch(f"bulk/{done['id']}/undo")
    assert again["codes"] == {"moved_on": 3, "not_open": 1}


async def test_clocks_are_kept_or_begin_again(world: World) -> None:
    """`restart` gives the new version's deadline from now; `keep` leaves what remained."""
    office = await open_office(world)
    await office.publish(OLD)
    one, other = await office.start(n=1), await office.start(n=1)
    await office.publish(NEW.replace("in: 3d", "in: 5d"))
    path = f"processes/{office.name}/migrations"
    await office.batch(path, from_=1, to=2, cases=[one["id"]])
    await office.batch(path, from_=1, to=2, cases=[other["id"]], clocks="restart")
    kept, begun = [(await office.call("GET", f"cases/{case['id']}"))["tasks"][0]["due_at"] for case in (one, other)]
    explained = (await office.call("GET", f"cases/{other['id']}/explain"))["clocks"][0]
    assert (begun > kept, explained["budget_seconds"]) == (True, 5 * 86_400)


async def test_a_retired_version_starts_no_case(world: World) -> None:
    """New cases get the newest of the others; asked for by number it is refused; its open cases end as they would."""
    office = await open_office(world)
    await office.publish(OLD)
    await office.publish(NEW)
    case = await office.start(n=1)
    assert case["version"] == 2
    retire = f"processes/{office.name}/versions/2/retire"
    await office.call("POST", retire, 403, by=office.clerk, json={})
    found = await office.call("POST", retire, json={"reason": "wrong fee"})
    assert (found["version"], found["retired"]) == (1, [2])
    assert (await office.start(n=1))["version"] == 1
    body = {"process": office.name, "version": 2}
    assert (await office.call("POST", "cases", 409, by=office.clerk, json=body))["code"] == "version_retired"
    assert (await office.call("POST", f"cases/{case['id']}/cancel", json={}))["case"]["status"] == "cancelled"
    found = await office.call("POST", f"processes/{office.name}/versions/2/offer")
    assert (found["version"], (await office.start(n=1))["version"]) == (2, 2)
    await office.call("POST", f"processes/{office.name}/versions/7/retire", 404, json={})


async def test_a_version_is_rolled_out_step_by_step(world: World) -> None:
    """Published to nobody, then to a unit, then to a percentage that always means the same people, then to all."""
    office = await open_office(world)
    await office.publish(OLD)
    assert await office.publish(NEW, staged=True) == 2
    address = f"processes/{office.name}/rollout"
    assert (await office.call("GET", address))["percent"] == 0
    clerks = {person: await world.sign_in(person) for person in ("sales_he", "agent_zhou", "eng_deng", "finance_lin")}

    async def versions() -> dict[str, int]:
        return {person: (await office.start(headers, n=1))["version"] for person, headers in clerks.items()}

    assert set((await versions()).values()) == {1}
    await office.call("PUT", address, 403, by=office.clerk, json={"version": 2, "percent": 100})
    assert (await office.call("PUT", address, 422, json={"version": 2, "units": ["shop:x"]}))["code"] == "bad_form"
    await office.call("PUT", address, json={"version": 2, "units": ["group:pilot"]})
    assert await versions() == {"sales_he": 2, "agent_zhou": 2, "eng_deng": 1, "finance_lin": 1}
    share = {person: share_of(f"{office.name}|2|{person}") for person in clerks}
    for percent in (50, max(share.values()) + 1):
        await office.call("PUT", address, json={"version": 2, "percent": percent})
        assert await versions() == {person: 2 if number < percent else 1 for person, number in share.items()}
    figures = {one["version"]: one["cases"] for one in (await office.call("GET", address))["figures"]}
    assert sum(figures.values()) == 16
    text = {"text": OLD.format(name=office.name)}
    assert (await office.call("POST", "processes", 409, json=text))["code"] == "rollout_active"
    assert (await office.call("POST", f"{address}/finish"))["version"] == 2
    assert set((await versions()).values()) == {2}
    await office.call("GET", address, 404)


async def test_a_roll_out_is_rolled_back(world: World) -> None:
    """Nobody gets the version any more; by key, the same key is always on the same side."""
    office = await open_office(world)
    await office.publish(OLD)
    await office.publish(NEW)
    address = f"processes/{office.name}/rollout"
    await office.call("PUT", address, json={"version": 2, "percent": 50, "part_by": "key"})
    for number in range(6):
        body = {"process": office.name, "key": f"k{number}"}
        started = await office.call("POST", "cases", 201, by=office.clerk, json=body)
        assert started["case"]["version"] == (2 if share_of(f"{office.name}|2|k{number}") < 50 else 1)
    assert (await office.call("POST", f"{address}/back", json={"reason": "slow"}))["version"] == 1
    assert (await office.start(n=1))["version"] == 1
    assert [one for one in (await office.call("GET", "rollouts"))["items"] if one["process"] == office.name] == []


async def test_a_design_shows_what_became_of_its_versions(world: World) -> None:
    """Open cases by version, the roll-out, what is retired and why, and migrations."""
    office = await open_office(world)
    await office.publish(OLD)
    cases = [await office.start(n=1), await office.start(n=2)]
    await office.publish(NEW, staged=True)
    design = (await office.call("POST", "designs", 201, json={"from": {"process": office.name}}))["id"]
    found = await office.call("GET", f"designs/{design}/releases")
    assert (found["process"], found["offered"], found["rollout"]["version"]) == (office.name, 2, 2)
    assert [(one["version"], one["open_cases"], one["retired"]) for one in found["versions"]] == [
        (2, 0, None),
        (1, 2, None),
    ]
    assert (found["may"], found["migrations"]) == ({"release": True, "migrate": True}, [])
    done = await office.batch(f"processes/{office.name}/migrations", from_=1, to=2, map={"b": "b2"})
    items = await office.items(done["id"])
    assert {one["case"]: one["title"] for one in items} == {case["id"]: case["title"] for case in cases}
    await office.call("POST", f"processes/{office.name}/rollout/back", json={"reason": "slow"})
    found = await office.call("GET", f"designs/{design}/releases")
    assert (found["offered"], found["rollout"]) == (1, None)
    assert [one["id"] for one in found["migrations"]] == [done["id"]]
    newest = found["versions"][0]
    assert (newest["open_cases"], newest["retired"]["reason"]) == (2, "slow")
    await office.call("GET", f"designs/{design}/releases", 404, by=office.clerk)
