"""The machine's own journals, from hundreds of scenarios, make projections that say what the machine's state says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import create_tables
from waystation.bootstrap import build_catalog
from waystation.contracts.events import Entry
from waystation.scenario_files import Setup, prepare
from waystation.scenario_report import Report
from waystation.scenario_run import MemoryRuns
from waystation.store import exact_json, journal
from waystation.store.case_rows import CaseRows
from waystation.store.projector import project
from waystation.store.rebuild import rebuild
from waystation.store.session import Database
from waystation.store.tables.cases import ClockRow, Seen, TaskPersonRow, TaskRow
from workflows.engine import Engine
from workflows.machine import CaseState
from workflows.memory import MemoryEngine
from workflows.panel import viewers

ROOT = Path(__file__).parents[2]
#: Scenarios with every verb, every command, errors, undo, returns and deadlines.
FOLDERS = ("tests/approvals", "tests/engine", "tests/language")

#: Where it comes from, the case's state at the end of the scenario, and its journal.
Recorded = tuple[str, CaseState, list[Entry]]


class Recording(MemoryRuns):
    """Keeps the engines of all scenarios."""

    def __init__(self) -> None:
        super().__init__(build_catalog())
        self.engines: list[tuple[Setup, MemoryEngine]] = []

    async def engine(self, setup: Setup) -> Engine:
        engine = await super().engine(setup)
        assert isinstance(engine, MemoryEngine)
        self.engines.append((setup, engine))
        return engine

    def cases(self) -> Iterator[Recorded]:
        for setup, engine in self.engines:
            for case, recorded in engine.cases.items():
                yield f"{setup.scenario.name}: {case}", recorded.machine.state, recorded.entries


@pytest.fixture(scope="module")
def recorded() -> dict[str, list[Recorded]]:
    """Filled once; running hundreds of scenarios takes seconds."""
    return {}


@pytest.fixture
async def cases(recorded: dict[str, list[Recorded]]) -> list[Recorded]:
    if not recorded:
        runs = Recording()
        async with runs:
            await Report().add_all(prepare([ROOT / folder for folder in FOLDERS], build_catalog()), runs)
        recorded["all"] = list(runs.cases())
    return recorded["all"]


async def test_projections_say_what_the_machine_knows(cases: list[Recorded]) -> None:
    """Status, outcome, title, data, open tasks, who sees them, who has claimed them, and running clocks."""
    assert len(cases) > 100
    wrong = {name: (found, expected) for name, found, expected in map(compared, cases) if found != expected}
    assert wrong == {}


async def test_stored_piece_by_piece_they_are_the_same(cases: list[Recorded], tmp_path: Path) -> None:
    """Appended in pieces to a database, the journals leave projections without any difference."""
    # Each scenario has its own tenant; here all share one, where equal business keys would be in each other's way.
    keyless = [case for case in cases if case[1].key is None][::6]
    database = Database(f"sqlite:///{tmp_path / 'cases.db'}")
    await create_tables(database)
    async with database.write("t") as session:
        for number, (_, _, entries) in enumerate(keyless):
            for start in range(0, len(entries), 6):
                await journal.append(session, f"c{number}", entries[start : start + 6])
    report = await rebuild(database, "t", check=True)
    await database.close()
    assert report.differences == []
    assert report.cases == len(keyless)


def compared(case: Recorded) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The same facts from the projections and from the machine's state, as plain data."""
    name, state, entries = case
    rows = CaseRows("c1")
    for entry in entries:
        project(rows, entry)
    return name, exact_json.plain(projected(rows)), exact_json.plain(known(state))


def projected(rows: CaseRows) -> dict[str, Any]:
    case, tasks = rows.case, [task for task in rows.each(TaskRow) if task.status == "open"]
    return {
        "status": case.status,
        "outcome": case.outcome,
        "title": case.title,
        "data": case.data,
        "version": [case.version, case.plan_hash],
        "incidents": case.incidents,
        "revision": case.revision,
        "claimed": {task.path: task.claimer for task in tasks},
        "seen": sorted([seat.path, seat.person] for seat in rows.each(TaskPersonRow) if seat.status == Seen.OPEN),
        "clocks": {
            clock.clock: [clock.due_at, clock.paused] for clock in rows.each(ClockRow) if clock.status == "running"
        },
    }


def known(state: CaseState) -> dict[str, Any]:
    ending = state.ending if state.status == "ended" else None
    asking = [(act.path, act.panel) for act in state.acts.values() if act.panel is not None and act.phase == "open"]
    return {
        "status": ending.status if ending else {"running": "open"}.get(state.status, state.status),
        "outcome": (ending.outcome or ending.code) if ending else "",
        "title": state.title,
        "data": state.data,
        "version": [state.version, state.plan],
        "incidents": sum(act.phase == "incident" for act in state.acts.values()),
        "revision": state.seq,
        "claimed": {path: panel.claimer or "" for path, panel in asking},
        "seen": sorted([path, person] for path, panel in asking for person in viewers(panel)),
        "clocks": {clock.id: [clock.due, clock.paused is not None] for clock in state.clocks.values()},
    }
