"""Every command on a case over HTTP: it does what it says, refuses by code, and not everybody may give it."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from designer_api.case_commands import COMMANDS
from tests.api.conftest import World
from workflows.machine.commands import _CASE_COMMANDS

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

PROCESS = """
waystation: 1
process: {name}
title: {{ zh: 流程, en: Process }}
data:
  amount: {{ type: number }}
  lines: {{ type: array, items: {{ type: string }}, default: [a, b] }}
start: {{ at: review }}
access: {{ operate: [role:finance] }}
withdraw: {{ until: end }}
nodes:
  review: {{ kind: task, title: {{ zh: 审核, en: Review }}, assign: [role:engineer], next: compute }}
  compute: {{ kind: set, save: {{ amount: "${{ 100 / data.amount }}" }}, next: each }}
  each:
    kind: foreach
    items: "${{ data.lines }}"
    as: line
    body:
      at: pack
      nodes:
        pack: {{ kind: task, title: {{ zh: 打包, en: Pack }}, assign: [role:engineer], next: end }}
    next: last
  last: {{ kind: task, title: {{ zh: 收尾, en: Last }}, assign: [role:finance], next: end }}
"""


class Case:
    """One case, and its operator."""

    def __init__(self, world: World, found: dict[str, Any], operator: dict[str, str]) -> None:
        self.world, self.id, self.operator = world, found["case"]["id"], operator

    async def post(self, address: str, /, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        given = {"from" if name == "from_" else name: value for name, value in body.items()}
        return await self.world.http.post(
            f"/api/v1/cases/{self.id}/{address}", json=given, headers=headers or self.operator
        )

    async def does(self, verb: str, **body: Any) -> dict[str, Any]:
        answer = await self.post(verb, **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refuses(self, verb: str, status: int, code: str, **body: Any) -> dict[str, Any]:
        answer = await self.post(verb, **body)
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        assert answer.json()["zh"] != answer.json()["en"]
        found: dict[str, Any] = answer.json()
        return found

    async def answer(self, node: str, **form: Any) -> None:
        """Whoever is asked at a node does it."""
        shown = (await self.world.http.get(f"/api/v1/cases/{self.id}", headers=self.operator)).json()
        task = next(task for task in shown["tasks"] if task["node"] == node)
        headers = await self.world.sign_in(task["candidates"][0])
        done = await self.world.http.post(f"/api/v1/tasks/{task['id']}/complete", json={"form": form}, headers=headers)
        assert done.status_code == 200, done.text


@pytest.fixture(scope="session")
def published() -> list[str]:
    return []


async def begin(world: World, published: list[str], **data: Any) -> Case:
    """A case started by sales, operated by finance."""
    if not published:
        admin = await world.sign_in(world.with_role("admin"))
        name = f"steered_{uuid.uuid4().hex[:8]}"
        answer = await world.http.post("/api/v1/processes", json={"text": PROCESS.format(name=name)}, headers=admin)
        assert answer.status_code == 201, answer.text
        published.append(name)
    body = {"process": published[0], "data": data}
    started = await world.http.post("/api/v1/cases", json=body, headers=await world.sign_in("sales_he"))
    assert started.status_code == 201, started.text
    return Case(world, started.json(), await world.sign_in("finance_lin"))


async def test_no_command_of_the_machine_is_without_a_route() -> None:
    """Only what the product itself sends has none."""
    assert set(_CASE_COMMANDS) - set(COMMANDS) == {"people_changed"}


async def test_only_operators_steer(world: World, published) -> None:
    """Everybody else gets `not_allowed` for every command but his own withdrawal; nothing has changed."""
    case = await begin(world, published, amount=4)
    bodies: dict[str, dict[str, Any]] = {
        "jump": {"from": "review", "to": "last", "reason": "x"},
        "edit": {"data": {"amount": 1}},
        "cancel_node": {"node": "review"},
        "complete_rest": {"node": "each"},
        "add_item": {"node": "each", "item": "c"},
        "amend": {"node": "last", "who": "sales_he"},
        "handover": {"from": "eng_wu", "to": "eng_deng"},
    }
    other = await world.sign_in("eng_wu")
    for verb in COMMANDS:
        answer = await case.post(verb, headers=other, **bodies.get(verb, {}))
        expected = "not_yours" if verb == "withdraw" else "not_allowed"
        assert (answer.status_code, answer.json()["code"]) == (403, expected), (verb, answer.text)
    shown = await world.http.get(f"/api/v1/cases/{case.id}", headers=case.operator)
    assert (shown.json()["case"]["status"], shown.json()["case"]["nodes"]) == ("open", {"review": 1})


async def test_bad_requests_are_refused_at_the_door(world: World, published) -> None:
    """Unknown fields, wrong types and unknown commands get 400 with the field, by address and by name alike."""
    case = await begin(world, published, amount=4)
    for verb, body in (
        ("suspend", {"sudden": True}),
        ("edit", {}),
        ("edit", {"data": [1]}),
        ("migrate", {"map": ["review"]}),
        ("migrate", {"to": "9"}),
        ("migrate", {"clocks": "stop"}),
        ("jump", {"to": "last"}),
        ("amend", {"node": "last", "who": {"a": 1}}),
    ):
        wrong = await case.post(verb, **body)
        assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_request"), (verb, wrong.text)
        by_name = await case.post("commands", verb=verb, args=body)
        assert (by_name.status_code, by_name.json()["code"]) == (400, "bad_request"), (verb, by_name.text)
        assert by_name.json()["detail"]["fields"]
    for verb in ("people_changed", "explode", ""):
        assert (await case.post("commands", verb=verb)).status_code == 400


async def test_suspend_and_resume(world: World, published) -> None:
    """Suspended, a case takes no answers; resuming what runs is refused; the same command id answers the same."""
    case = await begin(world, published, amount=4)
    first = await case.does("suspend", reason="stocktaking", id="s1")
    assert (first["status"], first["case"]["status"]) == ("suspended", "suspended")
    assert (await case.does("suspend", id="s1"))["revision"] == first["revision"]
    await case.refuses("suspend", 409, "suspended")
    await case.refuses("edit", 409, "suspended", data={"amount": 2})
    assert (await case.does("resume"))["case"]["status"] == "open"
    await case.refuses("resume", 403, "not_allowed")


async def test_retry_with_data_and_skip(world: World, published) -> None:
    """What stands still is tried again, with other data; or left with a result. What does not stand still, is not."""
    case = await begin(world, published, amount=0)
    await case.refuses("retry", 403, "not_allowed", node="review")
    await case.answer("review")
    assert (await case.does("retry", node="compute"))["case"]["incidents"] == 1
    await case.refuses("retry", 422, "bad_form", node="compute", data={"amount": "much"})
    done = await case.does("retry", node="compute", data={"amount": 5}, reason="was nought")
    assert (done["case"]["data"]["amount"], done["case"]["incidents"]) == (20, 0)
    other = await begin(world, published, amount=0)
    await other.answer("review")
    skipped = await other.does("skip", node="compute")
    assert "each" in skipped["case"]["nodes"]
    await other.refuses("skip", 409, "not_open", node="compute")


async def test_edit_jump_and_back(world: World, published) -> None:
    """Data is checked; a jump asks for a reason and a place that there is."""
    case = await begin(world, published, amount=4)
    fields = (await case.refuses("edit", 422, "bad_form", data={"amount": "x", "nought": 1}))["detail"]["fields"]
    assert set(fields) == {"amount", "nought"}
    assert (await case.does("edit", data={"amount": 10}))["case"]["data"]["amount"] == 10
    await case.refuses("jump", 422, "bad_form", from_="review", to="last")
    await case.refuses("jump", 403, "not_allowed", from_="review", to="nowhere", reason="x")
    await case.refuses("jump", 409, "not_open", from_="last", to="review", reason="x")
    jumped = await case.does("jump", from_="review", to="last", reason="reviewed on paper")
    assert [task["node"] for task in jumped["tasks"]] == ["last"]


async def test_items_of_a_foreach(world: World, published) -> None:
    """Items are added while it is open, one is withdrawn, the rest is completed; then there is none any more."""
    case = await begin(world, published, amount=4)
    await case.refuses("add_item", 409, "not_open", node="each", item="c")
    await case.answer("review")
    added = await case.does("add_item", node="each", item="c")
    assert len(added["tasks"]) == 3
    path = added["tasks"][0]["path"]
    assert len((await case.does("cancel_node", node=path))["tasks"]) == 2
    done = await case.does("complete_rest", node="each")
    assert [task["node"] for task in done["tasks"]] == ["last"]
    await case.refuses("complete_rest", 409, "not_open", node="each")


async def test_amend_and_handover(world: World, published) -> None:
    """A later node gets other people; one that has been entered does not; a leaver's work goes on."""
    case = await begin(world, published, amount=4)
    await case.refuses("amend", 409, "too_late", node="review", who="eng_wu")
    await case.refuses("amend", 403, "not_allowed", node="last", who="nobody_there")
    await case.does("amend", node="last", who=["legal_song"])
    jumped = await case.does("jump", from_="review", to="last", reason="x")
    assert jumped["tasks"][0]["candidates"] == ["legal_song"]
    handed = await case.does("handover", from_="legal_song", to="buyer_tang")
    assert handed["tasks"][0]["candidates"] == ["buyer_tang"]


async def test_ends_and_ways_back(world: World, published) -> None:
    """Fail, cancel and withdraw end a case, each in its way; an ended case takes nothing but `reopen`."""
    case = await begin(world, published, amount=4)
    assert (await case.does("fail", code="lost_parcel"))["case"]["status"] == "failed"
    await case.refuses("cancel", 409, "not_open")
    opened = await case.does("reopen", node="last", reason="found again")
    assert ([task["node"] for task in opened["tasks"]], opened["case"]["data"]["amount"]) == (["last"], 4)
    await case.refuses("reopen", 403, "not_allowed", node="last")
    assert (await case.does("cancel", reason="lost again"))["case"]["status"] == "cancelled"
    await case.refuses("reopen", 403, "not_allowed", node="nowhere")
    mine = await begin(world, published, amount=4)
    sales = await world.sign_in("sales_he")
    answer = await mine.post("withdraw", headers=sales, reason="changed my mind")
    assert (answer.status_code, answer.json()["case"]["status"]) == (200, "withdrawn")
    again = await mine.post("withdraw", headers=sales)
    assert (again.status_code, again.json()["code"]) == (409, "not_open")


async def test_unknown_versions_and_cases(world: World, published) -> None:
    """`migrate` to a version that is not there is 404, as is any command on a case that is not there."""
    case = await begin(world, published, amount=4)
    await case.refuses("migrate", 404, "unknown_version", to=99)
    assert (await case.does("migrate", to=1, dry_run=True))["result"]["verdict"] == "clean"
    case.id = "no-such-case"
    await case.refuses("suspend", 404, "not_found")
