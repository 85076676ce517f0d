"""Forms while they are filled in, and what somebody may do with a task, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.conftest import World

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

PROCESS = """
waystation: 1
process: {name}
title: {{ zh: 请假, en: Leave }}
description: {{ zh: 主管审批后归档。, en: The manager approves. }}
data:
  days: {{ type: integer, minimum: 1 }}
  why: {{ type: string }}
  proof: {{ type: string }}
  hours: {{ type: integer }}
  note: {{ type: string }}
required: [days]
withdraw: {{ until: first_answer }}
access: {{ start: [user:agent_zhou] }}
forms:
  ask:
    fields:
      days: {{ type: integer, minimum: 1, required: true }}
      why: {{ type: string, required: "${{ form.days > 1 }}" }}
      proof: {{ type: string, show_if: "${{ form.days > 3 }}", required: true }}
      hours: {{ type: integer, value: "${{ form.days * 8 }}" }}
    layout: [[days, hours], why, proof]
  judge:
    fields: {{ days: {{ type: integer }}, why: {{ type: string }}, note: {{ type: string, required: true }} }}
start: {{ form: ask, at: boss }}
nodes:
  boss:
    kind: approval
    approvers: [user:eng_wu]
    form: {{ use: judge, fields: {{ days: read, why: hide }} }}
    allow: [transfer, return, urge]
    return: {{ to: [initiator, previous] }}
    next: {{ approved: file, rejected: end }}
  file:
    kind: task
    assign: [user:agent_zhou, user:agent_qin]
    outcomes: {{ done: {{ title: {{ zh: 归档, en: Filed }} }}, back: {{ form: judge }} }}
    next: {{ done: end, back: end }}
"""


async def published(world: World) -> str:
    name = f"leave_{uuid.uuid4().hex[:8]}"
    admin = await world.sign_in(world.with_role("admin"))
    answer = await world.http.post("/api/v1/processes", json={"text": PROCESS.format(name=name)}, headers=admin)
    assert answer.status_code == 201, answer.text
    return name


async def asked(world: World, path: str, by: str, **body: Any) -> dict[str, Any]:
    answer = await world.http.post(f"/api/v1/{path}", json=body, headers=await world.sign_in(by))
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def standing(form: dict[str, Any]) -> dict[str, tuple[bool, bool, Any]]:
    """Of each field: shown, required, value."""
    return {each["name"]: (each["shown"], each["required"], each["value"]) for each in form["fields"]}


async def test_a_start_form_follows_what_is_filled_in(world: World) -> None:
    """Conditions and formulas are those that judge the start; what is not filled in yet makes no rule hold."""
    name = await published(world)
    empty = await asked(world, f"processes/{name}/form", "agent_zhou")
    assert empty["version"] == 1
    assert empty["form"]["layout"] == [["days", "hours"], "why", "proof"]
    assert standing(empty["form"]) == {
        "days": (True, True, None),
        "why": (True, False, None),
        "proof": (False, False, None),
        "hours": (True, False, None),
    }
    filled = await asked(world, f"processes/{name}/form", "agent_zhou", data={"days": 5})
    assert standing(filled["form"]) == {
        "days": (True, True, 5),
        "why": (True, True, None),
        "proof": (True, True, None),
        "hours": (True, False, 40),
    }
    computed = [each["name"] for each in filled["form"]["fields"] if each["computed"]]
    assert computed == ["hours"]
    for person, may in (("agent_zhou", True), ("eng_wu", False)):
        answer = await world.http.get("/api/v1/processes", headers=await world.sign_in(person))
        listed = next(each for each in answer.json()["items"] if each["process"] == name)
        assert (listed["startable"], listed["description"]["zh"]) == (may, "主管审批后归档。")
    other = await world.http.post(f"/api/v1/processes/{name}/form", json={}, headers=await world.sign_in("eng_wu"))
    assert (other.status_code, other.json()["code"]) == (403, "not_allowed")


async def test_a_task_offers_what_the_case_would_take(world: World) -> None:
    """Verbs differ from person to person; rights of the node hold for its form; an outcome may have its own form."""
    name = await published(world)
    started = await asked(world, "cases", "agent_zhou", process=name, data={"days": 1})
    boss = started["tasks"][0]["id"]
    desk = await asked(world, f"tasks/{boss}/desk", "eng_wu", form={"note": "fine"})
    offers = {each["verb"]: each for each in desk["offers"]}
    assert set(offers) == {"approve", "reject", "abstain", "return", "transfer", "urge"}
    assert offers["return"]["targets"] == ["initiator"]
    assert standing(desk["form"]) == {"days": (True, False, 1), "note": (True, True, "fine")}
    assert [each["right"] for each in desk["form"]["fields"]] == ["read", "edit"]

    seen = await asked(world, f"tasks/{boss}/desk", "agent_zhou")
    assert [each["verb"] for each in seen["offers"]] == ["urge", "withdraw"]
    await asked(world, f"tasks/{boss}/urge", "agent_zhou")
    again = {each["verb"]: each["why"] for each in (await asked(world, f"tasks/{boss}/desk", "agent_zhou"))["offers"]}
    assert again["urge"]["code"] == "too_soon"

    approved = await asked(world, f"tasks/{boss}/approve", "eng_wu", form={"note": "fine"})
    task = approved["tasks"][0]["id"]
    pool = await asked(world, f"tasks/{task}/desk", "agent_zhou")
    assert [each["verb"] for each in pool["offers"]][:2] == ["complete", "claim"]
    assert [(each["id"], each["has_form"]) for each in pool["outcomes"]] == [("done", False), ("back", True)]
    assert pool["form"] is None
    own = await asked(world, f"tasks/{task}/desk", "agent_zhou", outcome="back")
    assert own["form"]["name"] == "judge"
    await asked(world, f"tasks/{task}/claim", "agent_zhou")
    late = await asked(world, f"tasks/{task}/desk", "agent_qin")
    assert "complete" not in {each["verb"] for each in late["offers"]}
    closed = await asked(world, f"tasks/{boss}/desk", "eng_wu")
    assert "approve" not in {each["verb"] for each in closed["offers"]}


async def test_a_choice_about_what_is_not_known_yet_is_forecast_by_its_default(world: World) -> None:
    """What an action will find out, nobody knows before the start: the way goes on, and says what was guessed."""
    data: dict[str, Any] = {"customer": "Cafe", "serial_no": "E8-7001", "text": "It hums", "region": "华东"}
    data |= {"location": {"lat": 31.2, "lng": 121.4, "datum": "wgs84"}}
    found = await asked(world, "processes/ticket/forecast", "agent_zhou", data=data)
    assert found["asked"][0]["node"] == "sort_by_hand"
    assert "sorted" in found["asked"][0]["unknown"]
