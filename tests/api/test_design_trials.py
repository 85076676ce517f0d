"""Simulation over HTTP: who is asked and why, the way taken, back and forth, and scenarios saved from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = {"amy": {"manager": "bob"}, "bob": {"roles": ["lead"]}, "carol": {"roles": ["hr"]}}
LONG = {"kind": "annual", "from": "2026-05-06", "days": 4, "reason": "探亲"}
TEMPLATES = Path(__file__).parents[2] / "waystation" / "design" / "templates"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    library = Library(calendars=shipped_calendars())
    async with open_office(tmp_path_factory.mktemp("trials"), library=library, requests_per_minute=10**6) as made:
        yield made


async def made(office: Office, **source: Any) -> dict[str, Any]:
    answer = await office.ask("dee", "POST", "/designs", json={"from": source or {"template": "leave"}})
    assert answer.status_code == 201, answer.text
    design: dict[str, Any] = answer.json()
    return design


async def play(office: Office, design: dict[str, Any], *steps: dict[str, Any], **more: Any) -> Any:
    body = {"people": PEOPLE, "start": {"as": "amy", "data": LONG}, "steps": list(steps), **more}
    return await office.ask("dee", "POST", f"/designs/{design['id']}/simulate", json=body)


async def test_a_simulation_tells_who_is_asked_and_why(office: Office) -> None:
    """After the start the manager, after his answer human resources; back is one step less."""
    design = await made(office)
    first = (await play(office, design)).json()
    [task] = first["tasks"]
    assert (task["node"], task["who"], task["why"][0]["zh"]) == ("manager", ["bob"], "直属主管")
    assert first["next_due"] == first["clocks"][0]["next"]
    second = (await play(office, design, {"approve": {"task": "manager", "as": "bob"}})).json()
    assert [each["who"] for each in second["tasks"]] == [["carol"]]
    assert second["nodes"]["manager"] == {"state": "done", "visits": 1}
    assert {":start", "manager:outcome:approved", "long:branch:0"} == set(second["edges"])
    assert [each["node"] for each in second["path"] if each["event"] == "entered" and each["step"] == 1] == [
        "long", "personnel",
    ]  # fmt: skip
    late = (await play(office, design, {"advance": "3d"})).json()
    assert late["tasks"][0]["breached"] is True


async def test_a_step_that_is_refused_says_why_and_where(office: Office) -> None:
    """Everybody may be tried; who may not answer is told so, and what was before stays to be seen."""
    design = await made(office)
    answer = (await play(office, design, {"approve": {"task": "manager", "as": "carol"}})).json()
    assert (answer["ok"], answer["refused"]["code"], answer["refused"]["step"]) == (False, "not_yours", 1)
    assert answer["tasks"][0]["who"] == ["bob"]
    bad = await play(office, design, {"fly": {}})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_scenario")


async def test_what_was_simulated_becomes_a_scenario_that_passes_or_fails(office: Office) -> None:
    """It is saved beside the others, runs on the design, and fails once the design does something else."""
    design = await made(office)
    steps = [{"approve": {"task": "manager", "as": "bob"}}]
    simulation = {"people": PEOPLE, "start": {"as": "amy", "data": LONG}, "steps": steps}
    headers = {**await office.headers("dee"), "If-Match": '"1"'}
    path = f"/api/v1/designs/{design['id']}"
    saved = await office.http.post(
        f"{path}/scenarios", json={"name": "到人事", "simulation": simulation}, headers=headers
    )
    assert saved.status_code == 200, saved.text
    assert saved.json()["scenarios"].startswith(
        (TEMPLATES / "leave.scenarios.yaml").read_text(encoding="utf-8").rstrip()
    )
    run = (await office.ask("dee", "POST", f"/designs/{design['id']}/scenarios/run", json={})).json()
    assert (run["passed"], run["failed"]) == (4, 0), run
    ops = [{"op": "set_edge", "edge": "long:branch:0", "when": "${ data.days > 30 }"}]
    await office.http.patch(path, json={"ops": ops}, headers={**headers, "If-Match": '"2"'})
    run = (await office.ask("dee", "POST", f"/designs/{design['id']}/scenarios/run", json={})).json()
    assert {each["name"] for each in run["items"] if not each["passed"]} == {"到人事", "四天还要人事"}
    said = [line for each in run["items"] for line in each["said"]]
    assert all("期望" in line["zh"] or "没有" in line["zh"] for line in said), said
    assert [line["en"] for line in said] == [line for each in run["items"] for line in each["failures"]]


ENDLESS = """\
waystation: 1
process: endless
limits: { steps: 1000000 }
data: { n: { type: integer, default: 0 } }
nodes:
  again: { kind: set, save: { n: "${ data.n + 1 }" }, next: more }
  more: { kind: choice, next: [{ when: "${ data.n >= 0 }", to: again }, { to: done }] }
  done: { kind: end }
"""


async def test_a_design_without_an_end_is_stopped(office: Office) -> None:
    """A hostile design costs whoever tries it out a refusal, and nobody else anything."""
    design = await made(office, text=ENDLESS)
    answer = await office.ask("dee", "POST", f"/designs/{design['id']}/simulate", json={"start": {"as": "amy"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_long")


ORDER = """\
waystation: 1
process: buy
data: { order: { type: string } }
nodes:
  order:
    kind: action
    do: purchasing.order
    with: { supplier: x, lines: [{ item: a, qty: 1, price: 1 }], booking: b }
    save: { order: "${ result.order }" }
    on: { error: [{ code: "*", to: manual }] }
    next: end
  manual: { kind: task, assign: ["${ case.initiator }"], next: end }
"""


async def test_actions_are_stood_in_for(office: Office) -> None:
    """Without a stub an action gives something of the right shape; a stub may fail; nothing is really done."""
    design = await made(office, text=ORDER)
    plain = (await play(office, design, start={"as": "amy"})).json()
    assert plain["case"]["status"] == "done", plain
    assert plain["stubs"]["purchasing.order"]["returns"]["order"] == "示例"
    failing = {"purchasing.order": {"fails": "purchasing.no_supplier"}}
    failed = (await play(office, design, start={"as": "amy"}, actions=failing)).json()
    assert ([each["node"] for each in failed["tasks"]], failed["actions"][0]["failed"]) == (
        ["manual"], "purchasing.no_supplier",
    )  # fmt: skip
