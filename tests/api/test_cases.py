"""Cases over HTTP: start, inbox, answer, timeline; rights, idempotency and races."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

from tests.api.conftest import World

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

LEAVE = """
waystation: 1
process: {name}
title: {{ zh: 请假, en: Leave }}
data:
  days: {{ type: integer, minimum: 1 }}
  note: {{ type: string }}
required: [days]
start: {{ key: "${{ case.initiator + string(data.days) }}" }}
forms:
  answer: {{ fields: {{ note: {{ type: string, required: true }} }} }}
nodes:
  review:
    kind: task
    title: {{ zh: 审核, en: Review }}
    assign: [{{ role: {role} }}]
    form: answer
    next: end
"""


async def publish(world: World, name: str, role: str = "service_agent") -> None:
    headers = await world.sign_in(world.with_role("admin"))
    answer = await world.http.post(
        "/api/v1/processes", json={"text": LEAVE.format(name=name, role=role)}, headers=headers
    )
    assert answer.status_code == 201, answer.text


def fresh() -> str:
    return f"leave_{uuid.uuid4().hex[:8]}"


async def test_a_case_goes_from_start_to_end(world: World) -> None:
    """Start, find the task in the inbox, complete it, read the timeline."""
    name, clerk = fresh(), world.with_role("service_agent")
    await publish(world, name)
    headers = await world.sign_in(clerk)
    started = await world.http.post("/api/v1/cases", json={"process": name, "data": {"days": 2}}, headers=headers)
    assert started.status_code == 201, started.text
    case, tasks = started.json()["case"], started.json()["tasks"]
    assert [task["node"] for task in tasks] == ["review"]
    inbox = (await world.http.get("/api/v1/tasks", headers=headers)).json()["items"]
    assert tasks[0]["id"] in [task["id"] for task in inbox]
    missing = await world.http.post(f"/api/v1/tasks/{tasks[0]['id']}/complete", json={}, headers=headers)
    assert (missing.status_code, missing.json()["code"]) == (422, "bad_form")
    done = await world.http.post(
        f"/api/v1/tasks/{tasks[0]['id']}/complete", json={"form": {"note": "fine"}}, headers=headers
    )
    assert done.status_code == 200, done.text
    assert done.json()["case"]["status"] == "done"
    assert done.json()["case"]["data"] == {"days": 2, "note": "fine"}
    inbox = (await world.http.get("/api/v1/tasks", headers=headers)).json()["items"]
    assert tasks[0]["id"] not in [task["id"] for task in inbox]
    lines = (await world.http.get(f"/api/v1/cases/{case['id']}/timeline", headers=headers)).json()["items"]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["kind"] in ("commanded", "case_ended")


async def test_fifty_equal_starts_make_one_case(world: World) -> None:
    """One Idempotency-Key: one case, fifty equal answers; the key with another request is refused."""
    name, clerk = fresh(), world.with_role("service_agent")
    await publish(world, name)
    headers = {**await world.sign_in(clerk), "Idempotency-Key": uuid.uuid4().hex}
    body = {"process": name, "data": {"days": 3}}
    answers = await asyncio.gather(
        *(world.http.post("/api/v1/cases", json=body, headers=headers, timeout=60) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case"]["id"] for answer in answers}) == 1
    other = await world.http.post("/api/v1/cases", json={**body, "data": {"days": 4}}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


async def test_of_many_clerks_one_claims(world: World) -> None:
    """Fifty claims of one task at once by the people of a role: one wins, the others get `claimed`."""
    name = fresh()
    await publish(world, name)
    people = [p.id for p in world.made.organisation.people.values() if "service_agent" in p.roles]
    assert len(people) > 1
    headers = {person: await world.sign_in(person) for person in people}
    started = await world.http.post(
        "/api/v1/cases", json={"process": name, "data": {"days": 5}}, headers=headers[people[0]]
    )
    task = started.json()["tasks"][0]["id"]
    answers = await asyncio.gather(
        *(
            world.http.post(f"/api/v1/tasks/{task}/claim", headers=headers[people[i % len(people)]], timeout=60)
            for i in range(50)
        )
    )
    winner = (await world.http.get(f"/api/v1/tasks/{task}", headers=headers[people[0]])).json()["claimer"]
    for index, answer in enumerate(answers):
        if people[index % len(people)] == winner:
            assert answer.status_code in (200, 409)
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "claimed")
    assert sum(answer.status_code == 200 for answer in answers) >= 1


async def test_a_burst_is_accepted_before_anybody_is_asked(world: World) -> None:
    """202 with the case's id; the same key again is the same case; each can be read at once, with who is asked."""
    name = fresh()
    await publish(world, name)
    headers = {**await world.sign_in(world.with_role("service_agent")), "Prefer": "respond-async"}

    async def start(number: int) -> httpx.Response:
        body = {"process": name, "data": {"days": number + 1}}
        return await world.http.post(
            "/api/v1/cases", json=body, headers={**headers, "Idempotency-Key": f"{name}{number}"}
        )

    answers = await asyncio.gather(*(start(number % 10) for number in range(20)))
    assert {(each.status_code, each.headers["preference-applied"]) for each in answers} == {(202, "respond-async")}
    cases = {each.json()["case"] for each in answers}
    assert len(cases) == 10
    for answer in answers[:10]:
        seen = await world.http.get(answer.headers["location"], headers=headers)
        assert seen.status_code == 200, seen.text
        assert (seen.json()["case"]["id"], seen.json()["case"]["status"]) == (answer.json()["case"], "open")
    last = (await start(10)).json()["case"]
    admin = await world.sign_in(world.with_role("admin"))
    held = await world.http.post(f"/api/v1/cases/{last}/suspend", json={"reason": "加急"}, headers=admin)
    assert (held.status_code, held.json().get("status")) == (200, "suspended"), held.text
    refused = await world.http.post("/api/v1/cases", json={"process": name, "data": {"days": 0}}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_form")
