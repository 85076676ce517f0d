"""Pinned outputs over HTTP: simulations use them in place of their nodes, a saved scenario says them its own way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = {"amy": {"manager": "bob"}, "bob": {"roles": ["lead"]}, "carol": {"roles": ["hr"]}}
LONG = {"kind": "annual", "from": "2026-05-06", "days": 4, "reason": "探亲"}
ROUND = """\
waystation: 1
process: round
data: { code: { type: integer }, again: { type: integer }, level: { type: string } }
nodes:
  ask: { kind: action, do: http.request, with: { method: GET, url: "https://example.com" },
         save: { code: "${ result.status }" }, next: level }
  level: { kind: choice, next: [{ when: "${ data.code < 300 }", to: wait }, { to: review }] }
  wait: { kind: wait, for: 2h, next: review }
  review: { kind: approval, approvers: [{ user: bob }], next: { approved: more, rejected: review } }
  more: { kind: action, do: http.request, with: { method: GET, url: "https://example.com/2" },
          save: { again: "${ result.status }" }, next: paid }
  paid: { kind: receive, message: paid, match: "${ data.again }", save: { level: "${ message.level }" }, next: done }
  done: { kind: end, outcome: done }
"""
FINE = {"kind": "action", "result": {"status": 200, "body": None, "headers": {}}}
TEAPOT = {"kind": "action", "result": {"status": 418, "body": None, "headers": {}}}
YES = {"kind": "approval", "outcome": "approved", "by": "bob", "form": {}}
NO = {**YES, "outcome": "rejected"}
PAID = {"kind": "receive", "message": {"level": "gold"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    library = Library(calendars=shipped_calendars())
    async with open_office(tmp_path_factory.mktemp("pins"), library=library, requests_per_minute=10**6) as made:
        yield made


async def made(office: Office, text: str | None = None) -> str:
    source = {"template": "leave"} if text is None else {"text": text}
    answer = await office.ask("dee", "POST", "/designs", json={"from": source})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def play(office: Office, design: str, pins: dict[str, Any], *steps: dict[str, Any], **more: Any) -> Any:
    body = {"start": {"as": "amy"}, "steps": list(steps), "pins": pins, "people": PEOPLE, **more}
    answer = await office.ask("dee", "POST", f"/designs/{design}/simulate", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def save(
    office: Office, design: str, pins: dict[str, Any], *steps: dict[str, Any], **more: Any
) -> httpx.Response:
    simulation = {"start": {"as": "amy"}, "steps": list(steps), "pins": pins, "people": PEOPLE, **more}
    headers = {**await office.headers("dee"), "If-Match": '"1"'}
    path = f"/api/v1/designs/{design}/scenarios"
    return await office.http.post(path, json={"name": "固定", "simulation": simulation}, headers=headers)


async def verdict(office: Office, design: str) -> tuple[int, int]:
    run = (await office.ask("dee", "POST", f"/designs/{design}/scenarios/run", json={"names": ["固定"]})).json()
    return run["passed"], run["failed"]


async def test_a_pinned_answer_is_given_in_the_persons_place(office: Office) -> None:
    """The task does not wait; the way goes on as after that answer, and the saved scenario gives it as a step."""
    design = await made(office)
    pins = {"manager": YES}
    start = {"start": {"as": "amy", "data": LONG}}
    found = await play(office, design, pins, **start)
    assert [each["node"] for each in found["tasks"]] == ["personnel"]
    assert found["pins"] == [{"node": "manager", "used": 1, "code": None, "zh": None, "en": None}]
    saved = await save(office, design, pins, **start)
    assert saved.status_code == 200, saved.text
    assert await verdict(office, design) == (1, 0)


async def test_pinned_results_answers_and_messages_take_a_case_to_its_end(office: Office) -> None:
    """Each is given where the case asks for it, also in the midst of moved time; the scenario goes the same way."""
    design = await made(office, ROUND)
    pins = {"ask": FINE, "review": YES, "more": FINE, "paid": PAID}
    found = await play(office, design, pins, {"advance": "5h"})
    assert (found["case"]["outcome"], found["case"]["data"]) == ("done", {"code": 200, "again": 200, "level": "gold"})
    assert {each["node"]: each["used"] for each in found["pins"]} == dict.fromkeys(pins, 1)
    assert [each["stub"] for each in found["actions"]] == [True, True]
    answered = next(each for each in found["path"] if each["event"] == "answered")
    assert answered["at"] == "2026-03-02T03:00:00Z"  # when the wait was over, not when the step was
    assert (await save(office, design, pins, {"advance": "5h"})).status_code == 200
    assert await verdict(office, design) == (1, 0)


async def test_two_pins_of_one_action_cannot_be_one_stub(office: Office) -> None:
    """A scenario stubs actions by name: where nodes were given different things, saving says so and where."""
    design = await made(office, ROUND)
    pins = {"ask": TEAPOT, "review": YES, "more": FINE}
    found = await play(office, design, pins)
    assert found["case"]["data"] == {"code": 418, "again": 200}
    refused = await save(office, design, pins)
    assert (refused.status_code, refused.json()["code"]) == (409, "pins_differ")
    assert refused.json()["detail"]["nodes"] == ["ask"]


async def test_a_pinned_decision_goes_where_it_went(office: Office) -> None:
    """It is not asked again, whatever the data say; a scenario cannot say that, so saving is refused with the node."""
    design = await made(office, ROUND)
    pins = {"ask": FINE, "level": {"kind": "choice", "to": "review", "values": {}}}
    found = await play(office, design, pins)
    assert [each["node"] for each in found["tasks"]] == ["review"]
    assert "level:branch:1" in found["edges"]
    refused = await save(office, design, pins)
    assert (refused.json()["code"], refused.json()["detail"]["nodes"]) == ("pin_not_in_scenario", ["level"])
    wait: dict[str, Any] = {"wait": {"kind": "wait", "values": {}, "outcome": None}}
    assert [each["node"] for each in (await play(office, design, {"ask": FINE, **wait}))["tasks"]] == ["review"]


async def test_a_pinned_failure_fails(office: Office) -> None:
    """An incident stands where no edge catches it, as for an action that fails."""
    design = await made(office, ROUND)
    found = await play(office, design, {"ask": {"kind": "action", "failed": "http.timeout"}})
    assert [each["code"] for each in found["incidents"]] == ["http.timeout"]


async def test_a_pin_that_does_not_fit_any_more_is_told_and_left_alone(office: Office) -> None:
    """A node that is gone or of another kind, an outcome that is refused: the node runs, and the answer says why."""
    design = await made(office, ROUND)
    pins = {"gone": YES, "level": YES, "review": {**YES, "outcome": "perhaps"}, "ask": TEAPOT}
    found = await play(office, design, pins)
    assert [each["node"] for each in found["tasks"]] == ["review"]
    codes = {each["node"]: each["code"] for each in found["pins"]}
    assert (codes["gone"], codes["level"], codes["ask"]) == ("not_found", "pin_outdated", None)
    assert codes["review"] is not None
    assert all(each["zh"] and each["en"] for each in found["pins"] if each["code"])


async def test_a_pin_that_leads_back_to_its_node_ends(office: Office) -> None:
    """A refusal that asks again is given a bounded number of times; then the task is there to be answered."""
    design = await made(office, ROUND)
    found = await play(office, design, {"ask": TEAPOT, "review": NO})
    assert [each["node"] for each in found["tasks"]] == ["review"]
    assert {each["node"]: each["used"] for each in found["pins"]} == {"ask": 1, "review": 50}


async def test_pins_are_of_simulations_only(office: Office) -> None:
    """Drills and the rest do not know them; too large or too many ones are refused."""
    design = await made(office, ROUND)
    drill = {"simulation": {"start": {"as": "amy"}, "pins": {}}, "faults": [{"kind": "silent", "node": "review"}]}
    assert (await office.ask("dee", "POST", f"/designs/{design}/drill", json=drill)).status_code == 400
    path = f"/designs/{design}/simulate"
    for pins in ({"ask": {"kind": "action", "result": "x" * 300_000}}, {f"n{i}": YES for i in range(101)}, {"ask": 1}):
        assert (await office.ask("dee", "POST", path, json={"start": {"as": "amy"}, "pins": pins})).status_code == 400
