"""Designs over HTTP: texts that survive edits, two editors at once, and what the compiler says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from designer_api.sheets import as_xlsx
from tests.support.office import Office, open_office

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEAVE = """\
# 请假：手写的文件
waystation: 1
process: leave
title: { zh: 请假, en: Leave }   # two languages
family: approval
data:
  days: { type: integer, minimum: 1 }
nodes:
  # the manager first
  boss:
    kind: approval
    approvers: [{ manager_of: initiator }]   # 直属主管
    next: { approved: long, rejected: refused }

  long:
    kind: choice
    next:
      - { when: "${ data.days > 3 }", to: hr }
      - { to: done }
  hr:
    kind: approval
    approvers: ["role:hr"]
    next: { approved: done, rejected: refused }

  # how it ends
  refused: { kind: end, outcome: refused }
  done: { kind: end, outcome: granted }
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with open_office(tmp_path_factory.mktemp("designs"), requests_per_minute=1_000_000) as made:
        yield made


async def made(office: Office, text: str = LEAVE, person: str = "dee", **more: Any) -> dict[str, Any]:
    answer = await office.ask(person, "POST", "/designs", json={"from": {"text": text}, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    design: dict[str, Any] = answer.json()
    return design


async def edit(office: Office, design: str, seen: int, *ops: dict[str, Any], person: str = "dee") -> Any:
    headers = {**await office.headers(person), "If-Match": f'"{seen}"'}
    return await office.http.patch(f"/api/v1/designs/{design}", json={"ops": list(ops)}, headers=headers)


async def put(office: Office, design: str, seen: int | None, person: str = "dee", **body: Any) -> Any:
    match = {} if seen is None else {"If-Match": f'"{seen}"'}
    headers = {**await office.headers(person), **match}
    return await office.http.put(f"/api/v1/designs/{design}", json=body, headers=headers)


def changed_lines(before: str, after: str) -> set[str]:
    return set(before.split("\n")) ^ set(after.split("\n"))


async def test_an_edit_changes_its_own_lines_and_no_others(office: Office) -> None:
    """A node between two others: comments, quotes and blank lines elsewhere are as they were."""
    design = await made(office)
    answer = await edit(
        office, design["id"], 1, {"op": "add_node", "kind": "approval", "on_edge": "boss:outcome:approved"},
        {"op": "set_node", "id": "approval_1", "values": {"title": {"zh": "总监"}}},
    )  # fmt: skip
    after = answer.json()
    assert answer.status_code == 200, answer.text
    assert after["made"] == ["approval_1"]
    gone = set(LEAVE.split("\n")) - set(after["text"].split("\n"))
    assert gone == {"    next: { approved: long, rejected: refused }"}
    assert "# two languages" in after["text"]
    assert "# 直属主管" in after["text"]
    assert "  # how it ends\n  refused:" in after["text"]
    nodes = [node["id"] for node in after["model"]["nodes"]]
    assert nodes == ["boss", "approval_1", "long", "hr", "refused", "done"]
    edges = {edge["id"]: edge["to"] for edge in after["model"]["edges"]}
    assert (edges["boss:outcome:approved"], edges["approval_1:outcome:approved"]) == ("approval_1", "long")


async def test_a_renamed_node_is_renamed_everywhere_and_an_outcome_heals(office: Office) -> None:
    """Renaming keeps every reference; taking a node out leads past it."""
    design = await made(office)
    after = (await edit(office, design["id"], 1, {"op": "rename_node", "id": "hr", "to": "personnel"})).json()
    assert "hr:" not in after["text"].replace("role:hr", "")
    assert "to: personnel" in after["text"]
    healed = (await edit(office, design["id"], 2, {"op": "remove_node", "id": "long"})).json()
    edges = {edge["id"]: edge["to"] for edge in healed["model"]["edges"]}
    assert edges["boss:outcome:approved"] == "done"


async def test_edits_of_different_things_are_put_together(office: Office) -> None:
    """Two people who saw the same revision: the second edit is done on top of the first one."""
    design = await made(office)
    first = await edit(office, design["id"], 1, {"op": "set_node", "id": "hr", "values": {"title": "人事"}})
    second = await edit(
        office, design["id"], 1, {"op": "set_node", "id": "boss", "values": {"title": "主管"}}, person="root"
    )
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert second.json()["merged"] is True
    titles = {node["id"]: node.get("title") for node in second.json()["model"]["nodes"]}
    assert (titles["hr"], titles["boss"]) == ("人事", "主管")


async def test_edits_of_one_thing_are_told_apart(office: Office) -> None:
    """Nothing is saved, and both see what each has changed; the merged text can be saved in the next try."""
    design = await made(office)
    await edit(office, design["id"], 1, {"op": "set_node", "id": "boss", "values": {"title": "上级"}})
    late = await edit(office, design["id"], 1, {"op": "set_node", "id": "boss", "values": {"title": "主管"}})
    assert late.status_code == 412
    detail = late.json()["detail"]
    assert (detail["revision"], detail["base"]) == (2, 1)
    assert [each["path"] for each in detail["conflicts"]] == [["nodes", "boss", "title"]]
    assert "上级" in detail["theirs"][0]["zh"]
    assert "主管" in detail["mine"][0]["en"]
    said = detail["conflicts"][0]["said"]
    assert (said["theirs"]["zh"], said["mine"]["en"]) == ("上级", "主管")
    saved = await put(office, design["id"], 2, text=detail["merged"])
    assert saved.status_code == 200
    assert {node["id"]: node.get("title") for node in saved.json()["model"]["nodes"]}["boss"] == "主管"


async def test_an_edit_that_is_sent_again_is_made_once(office: Office) -> None:
    """Where the answer was lost the browser sends the same edit with the same revision: nothing is made twice."""
    design = await made(office)
    edits = [{"op": "add_node", "kind": "notify", "id": "told", "on_edge": "boss:outcome:approved"}]
    first = await edit(office, design["id"], 1, *edits)
    again = await edit(office, design["id"], 1, *edits)
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert (again.json()["revision"], again.json()["text"]) == (2, first.json()["text"])
    text = first.json()["text"].replace("family: approval", "family: other")
    assert (await put(office, design["id"], 2, text=text)).json()["revision"] == 3
    assert (await put(office, design["id"], 2, text=text)).json()["revision"] == 3


async def test_an_edit_of_what_somebody_else_has_removed_is_told_apart(office: Office) -> None:
    """The node is gone: the other edit is not thrown away, both are shown with the node's name."""
    design = await made(office)
    await edit(office, design["id"], 1, {"op": "set_node", "id": "boss", "values": {"title": "上级"}})
    await edit(office, design["id"], 2, {"op": "remove_node", "id": "boss"})
    late = await edit(office, design["id"], 2, {"op": "set_node", "id": "boss", "values": {"title": "主管"}})
    assert late.status_code == 412
    assert "上级" in late.json()["detail"]["conflicts"][0]["of"]["zh"]


async def test_a_text_that_came_second_is_not_lost(office: Office) -> None:
    """A whole text after somebody else's save: 412 with both, and without `If-Match` nothing is saved at all."""
    design = await made(office)
    await put(office, design["id"], 1, text=LEAVE.replace("approval\ndata", "other\ndata"))
    late = await put(office, design["id"], 1, text=LEAVE.replace("outcome: granted", "outcome: yes_sir"))
    assert late.status_code == 412
    assert late.json()["detail"]["conflicts"] == []
    assert "yes_sir" in late.json()["detail"]["merged"]
    assert "family: other" in late.json()["detail"]["merged"]
    assert (await put(office, design["id"], None, text=LEAVE)).status_code == 428


async def test_positions_never_conflict_and_change_no_hash(office: Office) -> None:
    """Two people move nodes at once; the text stays byte for byte."""
    design = await made(office)
    await edit(office, design["id"], 1, {"op": "layout", "nodes": {"boss": {"x": 10, "y": 20}}})
    moved = await edit(office, design["id"], 1, {"op": "layout", "nodes": {"hr": {"x": 1.4, "y": 2}}})
    assert moved.json()["layout"]["nodes"] == {"boss": {"x": 10, "y": 20}, "hr": {"x": 1, "y": 2}}
    assert moved.json()["text"] == LEAVE


async def test_the_compiler_answers_by_node_and_field(office: Office) -> None:
    """The same problems as at publishing, of what is saved and of operations that are not."""
    design = await made(office)
    fine = (await office.ask("dee", "POST", f"/designs/{design['id']}/check", json={})).json()
    assert (fine["ok"], [each["severity"] for each in fine["problems"] if each["severity"] == "error"]) == (True, [])
    places: dict[str, Any] = {}
    for operation in (
        {"op": "set", "path": ["nodes", "boss", "deadline"], "value": {"in": "soon"}},
        {"op": "set_edge", "edge": "long:branch:0", "when": "${ data.dayz > 3 }"},
    ):
        body = {"ops": [operation]}
        bad = (await office.ask("dee", "POST", f"/designs/{design['id']}/check", json=body)).json()
        places |= {each["code"]: (each["node"], each["field"], each["edge"]) for each in bad["problems"]}
        assert bad["ok"] is False
    assert places["bad_duration"] == ("boss", "deadline.in", None)
    assert places["unknown_field"] == ("long", "next.0.when", "long:branch:0")
    assert all(each["zh"] and each["en"] for each in bad["problems"])


async def test_a_broken_text_is_kept_and_shown(office: Office) -> None:
    """Text that is no YAML is saved as text; operations on it are refused until it is mended."""
    design = await made(office)
    broken = (await put(office, design["id"], 1, text=LEAVE + "  oops: [1,\n")).json()
    assert (broken["readable"], broken["model"], broken["process"]) == (False, None, "leave")
    refused = await edit(office, design["id"], 2, {"op": "remove_node", "id": "hr"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_editable")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove_node", "id": "nobody"},
        {"op": "rename_node", "id": "boss", "to": "end"},
        {"op": "rename_node", "id": "boss", "to": "hr"},
        {"op": "connect", "from": "done", "to": "hr"},
        {"op": "set", "path": ["nodes", "boss", "approvers", 9], "value": 1},
        {"op": "layout", "nodes": {"boss": {"x": 1e300}}},
        {"op": "set_edge", "edge": "boss:next", "to": "hr"},
    ],
)
async def test_an_operation_without_sense_changes_nothing(office: Office, operation: dict[str, Any]) -> None:
    """All of a list or none of it, and the answer says which one it was."""
    design = await made(office)
    answer = await edit(office, design["id"], 1, {"op": "set", "path": ["title"], "value": "x"}, operation)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_edit"), answer.text
    assert answer.json()["detail"]["index"] == 1
    shown = (await office.ask("dee", "GET", f"/designs/{design['id']}")).json()
    assert (shown["revision"], shown["text"]) == (1, LEAVE)


async def test_designs_belong_to_their_tenant_and_to_designers(office: Office) -> None:
    """Another tenant's design does not exist, and neither does any for who has no right to it."""
    design = await made(office)
    for person, tenant in (("dee", "other"), ("ann", "acme")):
        assert (await office.ask(person, "GET", f"/designs/{design['id']}", tenant)).status_code == 404
    assert (await office.ask("ann", "GET", "/designs")).json()["items"] == []
    assert (await office.ask("ann", "POST", "/designs", json={"from": {"blank": True}})).status_code == 403


async def test_the_catalogue_tells_every_kind_and_has_a_mark(office: Office) -> None:
    """Each kind and action comes with titles in both languages and a schema; a second look costs nothing."""
    answer = await office.ask("dee", "GET", "/node-types")
    found = answer.json()
    assert {"approval", "foreach", "race"} <= {each["kind"] for each in found["kinds"]}
    for each in (*found["kinds"], *found["actions"]):
        assert all(each["title"].values()), each
        assert each["schema"]["type"] == "object"
    approval = next(each for each in found["kinds"] if each["kind"] == "approval")
    assert approval["schema"]["properties"]["approvers"]["x-i18n"]["title"] == {"zh": "审批人", "en": "Who judges"}
    assert approval["ui"]["approvers"] == {"ui:widget": "approvers"}
    headers = {**await office.headers("dee"), "If-None-Match": answer.headers["etag"]}
    assert (await office.http.get("/api/v1/node-types", headers=headers)).status_code == 304


async def test_a_template_becomes_a_design_under_another_name(office: Office) -> None:
    """The gallery's text, scenarios and layout, with id and title of one's own."""
    items = (await office.ask("dee", "GET", "/gallery")).json()["items"]
    assert "purchase" in {each["template"] for each in items}
    body = {"from": {"template": "purchase"}, "process": "buying", "title": {"zh": "买东西", "en": "Buying"}}
    answer = await office.ask("dee", "POST", "/designs", json=body)
    design = answer.json()
    assert answer.status_code == 201, answer.text
    assert (design["process"], design["title"]["zh"]) == ("buying", "买东西")
    assert "process: buying" in design["scenarios"]
    original = (Path(__file__).parents[2] / "definitions" / "purchase.yaml").read_text(encoding="utf-8")
    assert len(changed_lines(original, design["text"])) == 4


async def test_versions_are_named_compared_and_restored(office: Office) -> None:
    """A save gets a name, a diff tells each property in words, and a restore is a save like any other."""
    design = await made(office)
    path = f"/designs/{design['id']}"
    await edit(
        office, design["id"], 1, {"op": "set", "path": ["nodes", "boss", "deadline"], "value": {"in": "2d"}},
        {"op": "rename_node", "id": "hr", "to": "personnel"}, {"op": "remove", "path": ["title"]},
    )  # fmt: skip
    named = await office.ask("dee", "POST", f"{path}/versions", json={"name": "第一版", "notes": "试行"})
    assert (named.status_code, named.json()["revision"]) == (201, 2)
    diff = (await office.ask("dee", "GET", f"{path}/diff?from=revision:1&to=revision:2")).json()
    told = {(each["op"], each["what"], each["node"], each["property"]) for each in diff["changes"]}
    assert told == {
        ("added", "node", "boss", "deadline"), ("renamed", "node", "personnel", None),
        ("changed", "edge", "long", "next"), ("removed", "process", None, "title"),
    }  # fmt: skip
    assert diff["same"] is False
    assert any("限时" in each["zh"] or "期限" in each["zh"] for each in diff["changes"])
    headers = {**await office.headers("dee"), "If-Match": '"2"'}
    back = await office.http.post(f"/api/v1{path}/restore", json={"revision": 1}, headers=headers)
    assert (back.status_code, back.json()["revision"], back.json()["text"]) == (200, 3, LEAVE)
    kept = (await office.ask("dee", "GET", f"{path}/revisions")).json()["items"]
    assert [(each["revision"], each["name"]) for each in kept] == [(3, ""), (2, "第一版"), (1, "")]
    again = (await office.ask("dee", "GET", f"{path}/diff?from=revision:1&to=draft")).json()
    assert (again["same"], again["changes"]) == (True, [])


async def test_a_sheet_becomes_a_form(office: Office) -> None:
    """The form compiles in a design as it stands; a file that is no sheet is refused in both languages."""
    sheet = as_xlsx([["客户名称*", "签约日期", "金额"], ["甲公司", "2026-03-01", "12"]], "s")
    made_form = await office.ask("dee", "POST", "/designs/forms/import", files={"file": ("合同.xlsx", sheet)})
    assert made_form.status_code == 200, made_form.text
    form = made_form.json()["form"]
    assert (form["title"], list(form["fields"])) == ("合同", ["text_1", "date_1", "money_1"])
    design = await made(office)
    after = await edit(office, design["id"], 1, {"op": "set", "path": ["forms", "contract"], "value": form})
    assert after.status_code == 200
    refused = await office.ask("dee", "POST", "/designs/forms/import", files={"file": ("x.xlsx", b"PK\x03\x04?")})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_sheet")
    assert "zh" in refused.json()


async def test_a_difference_can_be_drawn(office: Office) -> None:
    """Both sides as models, only where that is asked for: what is gone can then be drawn too."""
    design = await made(office)
    await edit(office, design["id"], 1, {"op": "remove_node", "id": "hr"})
    path = f"/designs/{design['id']}/diff?from=revision:1&to=draft"
    plain = await office.ask("dee", "GET", path)
    drawn = await office.ask("dee", "GET", f"{path}&models=true")
    assert plain.json()["models"] is None
    before, after = ({node["id"] for node in side["nodes"]} for side in drawn.json()["models"])
    assert before - after == {"hr"}
