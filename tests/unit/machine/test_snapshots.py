"""A case can be put down and taken up at any moment: stored and read back after every single step, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from waystation.bootstrap import build_catalog
from waystation.scenario_actions import RealActions, ScenarioActions
from waystation.scenario_files import PlanBook, Setup, prepare
from waystation.scenario_report import Report
from workflows.engine import Engine
from workflows.machine import Machine, Step, dump_state, load_state
from workflows.memory import MemoryEngine

ROOT = Path(__file__).parent.parent.parent.parent
FOLDERS = ["tests/patterns", "tests/approvals", "tests/engine", "tests/language"]


class Forgetful(MemoryEngine):
    """Keeps no machine from one step to the next."""

    def _take(self, case: str, step: Step) -> None:
        entry = self.cases[case]
        stored = dump_state(entry.machine.state)
        entry.machine = Machine(entry.machine.program, load_state(stored))
        assert dump_state(entry.machine.state) == stored
        super()._take(case, step)


class ForgetfulRuns:
    """Scenarios on that engine."""

    at_once = 1

    def __init__(self) -> None:
        self._real = RealActions(build_catalog())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._real.close()

    async def engine(self, setup: Setup) -> Engine:
        actions = ScenarioActions(setup.scenario, "forgetful", self._real)
        settings = dict(setup.scenario.settings)
        return Forgetful(PlanBook(setup.plans, setup.versions), setup.organisation, actions, settings=settings)


def existing() -> Iterator[str]:
    yield from (folder for folder in FOLDERS if (ROOT / folder).is_dir())


@pytest.mark.parametrize("folder", list(existing()))
async def test_every_step_survives_a_snapshot(folder: str) -> None:
    """All scenarios of a folder pass on an engine that stores and reads back the state after each event."""
    report, catalog = Report(), build_catalog()
    async with ForgetfulRuns() as runs:
        await report.add_all(prepare([ROOT / folder], catalog), runs)
    assert report.passed, report.as_text()
