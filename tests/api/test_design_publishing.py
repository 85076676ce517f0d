"""Publishing designs over HTTP: the gate, staged versions, regions, and rights by process and region."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library
from waystation.store import audit

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    library = Library(calendars=shipped_calendars())
    folder: Path = tmp_path_factory.mktemp("publishing")
    async with open_office(folder, library=library, requests_per_minute=10**6) as made:
        yield made


async def made(office: Office, **body: Any) -> dict[str, Any]:
    answer = await office.ask("dee", "POST", "/designs", json={"from": {"template": "leave"}, **body})
    assert answer.status_code == 201, answer.text
    design: dict[str, Any] = answer.json()
    return design


async def send(office: Office, design: str, seen: int, path: str, body: Any, person: str = "dee", method="POST") -> Any:
    headers = {**await office.headers(person), "If-Match": f'"{seen}"'}
    return await office.http.request(method, f"/api/v1/designs/{design}{path}", json=body, headers=headers)


async def test_errors_and_failing_scenarios_bar_the_gate(office: Office) -> None:
    """A design is published when it compiles and its scenarios pass; the gate says what is in the way."""
    design = (await made(office, process="gated"))["id"]
    ready = (await office.ask("dee", "GET", f"/designs/{design}/gate")).json()
    assert (ready["ready"], ready["blockers"], ready["scenarios"]) == (True, [], {"passed": 3, "failed": 0}), ready
    ops = [{"op": "set_edge", "edge": "long:branch:0", "when": "${ data.days > 30 }"}]
    await send(office, design, 1, "", {"ops": ops}, method="PATCH")
    barred = (await office.ask("dee", "GET", f"/designs/{design}/gate")).json()
    assert [each["code"] for each in barred["blockers"]] == ["scenarios_failed"]
    refused = await send(office, design, 2, "/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "scenarios_failed")
    await send(office, design, 2, "", {"ops": [{"op": "remove_node", "id": "granted", "heal": False}]}, method="PATCH")
    invalid = await send(office, design, 3, "/publish", {})
    assert (invalid.status_code, invalid.json()["code"]) == (422, "definition_invalid")


async def test_a_design_is_published_and_staged(office: Office) -> None:
    """The first version to everybody, the next one to a percentage; each is a version of the design with its notes."""
    design = (await made(office, process="staged"))["id"]
    first = await send(office, design, 1, "/publish", {"notes": "第一版"})
    assert (first.status_code, first.json()["version"], first.json()["rollout"]) == (201, 1, False), first.text
    ops = [{"op": "set_node", "id": "manager", "values": {"title": "直属主管"}}]
    await send(office, design, 1, "", {"ops": ops}, method="PATCH")
    second = (await send(office, design, 2, "/publish", {"name": "改标题", "percent": 20})).json()
    assert (second["version"], second["rollout"]) == (2, True)
    rollout = (await office.ask("dee", "GET", "/processes/staged/rollout")).json()
    assert (rollout["percent"], rollout["base"]) == (20, 1)
    named = (await office.ask("dee", "GET", f"/designs/{design}/revisions?named=true")).json()["items"]
    assert [(each["revision"], each["name"]) for each in named] == [(2, "改标题"), (1, "v1")]
    shown = (await office.ask("dee", "GET", f"/designs/{design}")).json()
    assert shown["published"]["version"] == 2
    stale = await send(office, design, 1, "/publish", {})
    assert stale.status_code == 412
    async with office.database.read("acme") as session:
        rows = (await audit.records(session, target=f"design/{design}")).items
    assert [row.action for row in rows] == ["design.publish", "design.save", "design.publish", "design.create"]


async def test_rights_go_by_process_and_region(office: Office) -> None:
    """Once somebody is named for a process, others no longer see it; each right includes the one before."""
    design = (await made(office, process="secret"))["id"]
    rights = [
        {"process": "secret", "region": "*", "right": "edit", "who": "user:lea"},
        {"process": "secret", "region": "华东", "right": "publish", "who": "role:agent"},
        {"process": "secret", "region": "*", "right": "see", "who": "user:ann"},
    ]
    assert (await office.ask("dee", "PUT", "/design-rights", json={"items": rights})).status_code == 403
    assert (await office.ask("root", "PUT", "/design-rights", json={"items": rights})).status_code == 200
    assert (await office.ask("dee", "GET", f"/designs/{design}")).status_code == 404
    assert (await office.ask("lea", "GET", f"/designs/{design}")).json()["may"] == {"edit": True, "publish": False}
    assert (await send(office, design, 1, "/publish", {}, "lea")).status_code == 403
    assert (await send(office, design, 1, "", {"layout": {}}, "ann", "PUT")).status_code == 403
    assert [each["id"] for each in (await office.ask("ann", "GET", "/designs")).json()["items"]] == [design]
    assert (await office.ask("root", "PUT", "/design-rights", json={"items": []})).status_code == 200


async def test_who_may_publish_a_process_may_roll_it_out(office: Office) -> None:
    """The right on the process counts, not the role: ann widens what dee began, lea, who may only edit, does not."""
    design = (await made(office, process="wide"))["id"]
    await send(office, design, 1, "/publish", {})
    ops = [{"op": "set_node", "id": "manager", "values": {"title": "直属主管"}}]
    await send(office, design, 1, "", {"ops": ops}, method="PATCH")
    await send(office, design, 2, "/publish", {"percent": 10})
    wider = {"version": 2, "percent": 60}
    assert (await office.ask("ann", "PUT", "/processes/wide/rollout", json=wider)).status_code == 403
    given = {"ann": "publish", "lea": "edit"}
    rights = [{"process": "wide", "region": "*", "right": right, "who": f"user:{who}"} for who, right in given.items()]
    assert (await office.ask("root", "PUT", "/design-rights", json={"items": rights})).status_code == 200
    assert (await office.ask("lea", "PUT", "/processes/wide/rollout", json=wider)).status_code == 403
    widened = await office.ask("ann", "PUT", "/processes/wide/rollout", json=wider)
    assert (widened.status_code, widened.json()["percent"]) == (200, 60), widened.text
    assert (await office.ask("root", "PUT", "/design-rights", json={"items": []})).status_code == 200


BASE = """\
waystation: 1
process: claim
title: { zh: 报销, en: Claim }
regions: { may: [approvers, deadlines, forms], places: [pay] }
data: { amount: { format: money } }
start: { form: claim }
forms:
  claim: { fields: { amount: { format: money, required: true } } }
nodes:
  boss: { kind: approval, approvers: [{ manager_of: initiator }], next: { approved: pay, rejected: end } }
  pay: { kind: task, assign: ["role:agent"], next: end }
"""
EAST = """\
overlay: claim_east
base: claim
region: 华东
nodes:
  boss: { approvers: ["role:lead"], deadline: 1d }   # 华东由组长审批
forms:
  claim: { fields: { store: { type: string, title: 门店, required: true } } }
insert:
  - before: pay
    nodes:
      check: { kind: approval, approvers: ["role:hr"], next: { approved: pay, rejected: end } }
"""


async def test_a_region_has_its_own_process_on_the_base(office: Office) -> None:
    """Allowed parts change, a node comes in at a marked place; a newer base re-checks every overlay."""
    base = await made(office, **{"from": {"text": BASE}})
    assert (await send(office, base["id"], 1, "/publish", {})).status_code == 201
    overlay = await made(office, **{"from": {"base": "claim"}, "region": "华东"})
    assert (overlay["base"], overlay["region"]) == ("claim", "华东")
    saved = await send(office, overlay["id"], 1, "", {"text": EAST}, method="PUT")
    assert saved.json()["process"] == "claim_east"
    shown = (await office.ask("dee", "GET", f"/designs/{overlay['id']}/effective")).json()
    assert [each for each in shown["problems"] if each["severity"] == "error"] == []
    edges = {each["id"]: each["to"] for each in shown["model"]["edges"]}
    assert (edges["boss:outcome:approved"], edges["check:outcome:approved"]) == ("check", "pay")
    assert "store" in shown["model"]["forms"]["claim"]["fields"]
    published = await send(office, overlay["id"], 2, "/publish", {})
    assert published.json()["process"] == "claim_east", published.text
    changed = BASE.replace("boss:", "chief:")
    await send(office, base["id"], 1, "", {"text": changed}, method="PUT")
    [broken] = (await office.ask("dee", "GET", f"/designs/{base['id']}/gate")).json()["overlays"]
    assert (broken["region"], broken["ok"]) == ("华东", False)
    assert (await send(office, base["id"], 2, "/publish", {})).status_code == 201
    barred = (await office.ask("dee", "GET", f"/designs/{overlay['id']}/gate")).json()
    assert [each["code"] for each in barred["blockers"]] == ["errors"]
    [region] = (await office.ask("dee", "GET", "/processes/claim/regions")).json()["items"]
    assert (region["ok"], region["problems"][0]["code"]) == (False, "bad_overlay")
    assert "boss" in region["problems"][0]["zh"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EAST.replace("deadline: 1d", "save: { amount: 1 }"), "save"),
        (EAST.replace("before: pay", "before: boss"), "boss"),
        (EAST.replace("overlay: claim_east", "overlay: claim_x\nstart: { at: pay }"), "start"),
    ],
)
async def test_an_overlay_may_not_touch_the_rest(office: Office, text: str, said: str) -> None:
    """What head office has not left to its regions is a problem with its place, and bars publishing."""
    process = f"c{abs(hash(text)) % 10**8}"
    base = await made(office, **{"from": {"text": BASE.replace("process: claim", f"process: {process}")}})
    await send(office, base["id"], 1, "/publish", {})
    overlay = await made(office, **{"from": {"base": process}, "region": "华东"})
    text = text.replace("base: claim", f"base: {process}")
    await send(office, overlay["id"], 1, "", {"text": text}, method="PUT")
    found = (await office.ask("dee", "POST", f"/designs/{overlay['id']}/check", json={})).json()
    assert [each["code"] for each in found["problems"]][:1] == ["bad_overlay"]
    assert said in found["problems"][0]["zh"]
    assert (await send(office, overlay["id"], 2, "/publish", {})).status_code == 422


async def test_a_base_shows_what_its_regions_have_otherwise(office: Office) -> None:
    """Each overlay by its parts, against what is published and against the draft; and what the base leaves to them."""
    base = await made(office, **{"from": {"text": BASE.replace("process: claim", "process: claim_shown")}})
    await send(office, base["id"], 1, "/publish", {})
    overlay = await made(office, **{"from": {"base": "claim_shown"}, "region": "华东"})
    text = EAST.replace("base: claim", "base: claim_shown").replace("claim_east", "claim_shown_east")
    await send(office, overlay["id"], 1, "", {"text": text}, method="PUT")
    shown = (await office.ask("dee", "GET", f"/designs/{base['id']}/regions")).json()
    [east] = shown["items"]
    assert (east["region"], east["ok"], east["draft"]["ok"], east["published"]) == ("华东", True, True, None)
    assert (east["parts"]["approvers"], east["parts"]["deadlines"]) == (["boss"], ["boss"])
    assert list(east["parts"]["inserted"]) == ["pay"]
    assert shown["places"] == ["pay"]
    await send(office, base["id"], 1, "", {"ops": [{"op": "rename_node", "id": "boss", "to": "chief"}]}, method="PATCH")
    [east] = (await office.ask("dee", "GET", f"/designs/{base['id']}/regions")).json()["items"]
    assert (east["ok"], east["draft"]["ok"], east["draft"]["problems"][0]["code"]) == (True, False, "bad_overlay")
    found = (await office.ask("dee", "GET", f"/designs/{overlay['id']}/effective")).json()["base"]
    assert (found["process"], found["version"], found["places"]) == ("claim_shown", 1, ["pay"])
    assert "boss" in [node["id"] for node in found["model"]["nodes"]]


async def test_a_design_shows_its_rights_and_its_trail(office: Office) -> None:
    """Rights on one process leave those of others alone; what was done is told in words, to those who may see it."""
    design = (await made(office, process="kept_apart"))["id"]
    await office.ask("root", "PUT", "/design-rights", json={"items": []})
    shown = (await office.ask("dee", "GET", f"/designs/{design}/rights")).json()
    assert (shown["mine"], shown["may_change"], shown["items"]) == ("publish", False, [])
    other = {"process": "elsewhere", "region": "*", "right": "see", "who": "user:ann"}
    await office.ask("root", "PUT", "/design-rights", json={"items": [other]})
    items = [{"region": "*", "right": "edit", "who": "user:dee"}, {"region": "华东", "right": "see", "who": "user:ann"}]
    refused = await office.ask("dee", "PUT", f"/designs/{design}/rights", json={"items": items})
    assert refused.status_code == 403
    put = await office.ask("root", "PUT", f"/designs/{design}/rights", json={"items": items})
    assert (put.status_code, len(put.json()["items"]), put.json()["may_change"]) == (200, 2, True)
    assert (await office.ask("dee", "GET", f"/designs/{design}/rights")).json()["mine"] == "edit"
    assert (await office.ask("ann", "GET", f"/designs/{design}/rights")).status_code == 404
    given = (await office.ask("root", "GET", "/design-rights")).json()["items"]
    assert other in given
    await office.ask("root", "PUT", f"/designs/{design}/rights", json={"items": []})
    await send(office, design, 1, "/publish", {})
    trail = (await office.ask("dee", "GET", f"/designs/{design}/trail?limit=2")).json()
    assert [(each["action"], each["actor"]) for each in trail["items"]] == [
        ("design.publish", "dee"),
        ("design.rights", "root"),
    ]
    assert (trail["items"][0]["zh"], trail["items"][0]["en"]) == ("发布了 v1", "published v1")
    rest = (await office.ask("dee", "GET", f"/designs/{design}/trail?cursor={trail['next']}")).json()
    assert [each["action"] for each in rest["items"]] == ["design.rights", "design.create"]
    assert (await office.ask("ann", "GET", f"/designs/{design}/trail")).status_code == 404
    await office.ask("root", "PUT", "/design-rights", json={"items": []})
