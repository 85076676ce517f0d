"""Designs against reality: finished cases played again, and faults that are tried before they happen."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.office import Office, open_office
from waystation.bootstrap import build_catalog
from waystation.compiler.files import shipped_calendars
from waystation.compiler.library import Library
from waystation.contracts.events import Entry
from waystation.scenario_files import Setup, prepare
from waystation.scenario_run import MemoryRuns
from waystation.store import journal, people
from workflows.people import parse_people
from workflows.scenarios import run_scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "waystation" / "design" / "templates"
STAFF = {
    "people": {"amy": {"manager": "bob"}, "bob": {"roles": ["lead"]}, "carol": {"roles": ["hr"]},
               "dee": {"roles": ["designer"]}}
}  # fmt: skip


async def recorded(name: str) -> list[list[Entry]]:
    """The journals of the cases that a template's scenarios run."""
    catalog, found = build_catalog(), []
    async with MemoryRuns(catalog) as runs:
        for setup in prepare([TEMPLATES / f"{name}.scenarios.yaml"], catalog):
            assert isinstance(setup, Setup)
            engine = await runs.engine(setup)
            assert (await run_scenario(setup.scenario, engine, setup.plans)).passed
            found += [await engine.journal(case) for case in await engine.all_cases()]
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    library = Library(calendars=shipped_calendars())
    folder: Path = tmp_path_factory.mktemp("rehearsals")
    async with open_office(folder, library=library, requests_per_minute=10**6) as made:
        journals = await recorded("leave")
        async with made.database.write("acme") as session:
            at = journals[0][0].at
            await people.save_organisation(session, parse_people(STAFF), by="", at=at)
            for number, entries in enumerate(journals):
                await journal.append(session, f"case-{number}", entries)
        yield made


async def design_with(office: Office, *ops: dict[str, Any]) -> str:
    made = (await office.ask("dee", "POST", "/designs", json={"from": {"template": "leave"}})).json()
    if ops:
        headers = {**await office.headers("dee"), "If-Match": '"1"'}
        answer = await office.http.patch(f"/api/v1/designs/{made['id']}", json={"ops": list(ops)}, headers=headers)
        assert answer.status_code == 200, answer.text
    return str(made["id"])


async def replayed(office: Office, design: str) -> Any:
    answer = await office.ask("dee", "POST", f"/designs/{design}/replay", json={"last": 10})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_is_not_changed_goes_as_it_went(office: Office) -> None:
    """Cases on the process that they ran on take the same way, ask the same people, miss the same deadlines."""
    found = await replayed(office, await design_with(office))
    assert (found["cases"], found["same"], found["items"]) == (3, 3, [])


async def test_a_replay_tells_other_ways_and_other_people(office: Office) -> None:
    """A lower limit sends short leaves to human resources too; another rule asks somebody else."""
    lower = {"op": "set_edge", "edge": "long:branch:0", "when": "${ data.days > 2 }"}
    found = await replayed(office, await design_with(office, lower))
    assert (found["same"], found["changed"]) == (2, 1)
    [row] = found["items"]
    assert (row["new_tasks"], row["path_after"]) == (["personnel"], ["manager", "long", "personnel", "granted"])
    assert ("人事审批" in row["zh"], "Human resources" in row["en"]) == (True, True)
    assert (row["title"], found["nodes"]["personnel"]["zh"]) == ("请假 3 天 · 探亲", "人事审批")
    other = {"op": "set", "path": ["nodes", "manager", "approvers"], "value": ["user:carol"]}
    found = await replayed(office, await design_with(office, other))
    assert found["changed"] == 3
    assert found["items"][0]["approvers"][0] == {"node": "manager", "before": ["bob"], "after": ["carol"]}


async def test_a_replay_tells_where_cases_would_stand_still(office: Office) -> None:
    """A design that needs what nobody filled in does not take the old cases."""
    strict = {"op": "set", "path": ["data", "handover"], "value": {"type": "string"}}
    required = {"op": "set", "path": ["required"], "value": ["kind", "from", "days", "reason", "handover"]}
    found = await replayed(office, await design_with(office, strict, required))
    assert (found["stuck"], len(found["items"])) == (3, 3)
    assert all(row["zh"] and row["en"] for row in found["items"])


ORDER = """\
waystation: 1
process: shop
data: { order: { type: string }, paid: { type: boolean }, no: { type: string, default: "1" } }
nodes:
  order:
    kind: action
    do: purchasing.order
    with: { supplier: x, lines: [{ item: a, qty: 1, price: 1 }], booking: b }
    save: { order: "${ result.order }" }
    next: pay
  pay:
    kind: receive
    message: paid
    match: "${ message.no == data.no }"
    save: { paid: true }
    next: look
  look:
    kind: approval
    approvers: ["user:bob"]
    deadline: { in: 1d, steps: [{ at: "100%", escalate: ["user:carol"] }] }
    next: { approved: end, rejected: end }
"""


async def test_faults_are_tried_before_they_happen(office: Office) -> None:
    """An action that is down leaves an incident, a silent approver is escalated, a second message changes nothing."""
    made = (await office.ask("dee", "POST", "/designs", json={"from": {"text": ORDER}})).json()
    steps = [{"message": {"name": "paid", "with": {"no": "1"}}}, {"approve": {"task": "look", "as": "bob"}}]
    faults = [{"kind": "action_down", "action": "purchasing.order", "for": "2h"},
              {"kind": "silent", "node": "look", "for": "2d"}, {"kind": "twice", "message": "paid"}]  # fmt: skip
    body = {"simulation": {"start": {"as": "amy"}, "steps": steps}, "faults": faults}
    answer = await office.ask("dee", "POST", f"/designs/{made['id']}/drill", json=body)
    assert answer.status_code == 200, answer.text
    down, silent, twice = answer.json()["items"]
    assert (down["ended"], [each["node"] for each in down["incidents"]]) == (None, ["order"])
    assert (silent["ended"], silent["breaches"]) == (None, ["look"])
    assert any("look" in each for each in silent["escalations"])
    assert (twice["ended"], twice["incidents"], twice["refused"]) == ("done", [], None)
    assert all(each["zh"] and each["en"] for each in (down, silent, twice))
    told = [(each["kind"], each["node"]) for each in silent["story"]]
    assert told.index(("task_opened", "look")) < told.index(("clock_step", "look")) < told.index(("breached", "look"))
    assert all(each["zh"] and each["en"] and each["at"] for each in silent["story"])
    assert [each["node"] for each in down["story"] if each["kind"] == "incident_opened"] == ["order"]


async def test_a_saved_scenario_is_drilled(office: Office) -> None:
    """By its name: its start and steps, without what it expects; one that is not there is not found."""
    design = await design_with(office)
    faults = [{"kind": "silent", "node": "personnel", "for": "3d"}]
    body = {"scenario": "四天还要人事", "faults": faults}
    [silent] = (await office.ask("dee", "POST", f"/designs/{design}/drill", json=body)).json()["items"]
    assert (silent["ended"], silent["breaches"], silent["refused"]) == (None, ["personnel"], None)
    assert "「人事审批」" in silent["zh"]
    assert "“Human resources”" in silent["en"]
    none = await office.ask("dee", "POST", f"/designs/{design}/drill", json={"scenario": "无", "faults": faults})
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    bare = await office.ask("dee", "POST", f"/designs/{design}/drill", json={"faults": faults})
    assert (bare.status_code, bare.json()["code"]) == (422, "bad_drill")


async def test_the_command_line_replays_a_file(office: Office, tmp_path: Path) -> None:
    """`waystation replay` says how many cases go as they went, and fails where one does not."""
    database = Path(str(office.database.writer.url.database))
    changed = tmp_path / "leave.yaml"
    text = (TEMPLATES / "leave.yaml").read_text(encoding="utf-8")
    changed.write_text(text.replace("data.days > 3", "data.days > 2"), encoding="utf-8")
    named = {"DATABASE_URL": f"sqlite:///{database}", "WAYSTATION_DATA_DIR": str(database.parent)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "waystation.cli", "replay", str(changed), "--last", "10", "--tenant", "acme",
        env={**os.environ, **named}, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 1, err.decode()
    assert out.decode().startswith("3 cases 实例, 2 same 相同, 1 changed 改变, 0 stuck")
