"""Where scenarios run, and how one went: `MemoryRuns` here; `waystation.scenario_temporal.TemporalRuns` on a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from waystation.contracts.catalog import Catalog
from waystation.scenario_actions import RealActions, ScenarioActions
from waystation.scenario_files import PlanBook, Setup
from workflows.engine import Engine
from workflows.memory import MemoryEngine
from workflows.scenarios import Said


@dataclass(slots=True)
class Verdict:
    """How one scenario went. `line` is where it stands, or the step that failed; `step` is that step's index, None for
    the start. `said` is what was otherwise than written."""

    name: str
    line: int
    said: list[Said] = field(default_factory=list)
    step: int | None = None

    @property
    def passed(self) -> bool:
        return not self.said

    @property
    def failures(self) -> list[str]:
        """What was said, in English only."""
        return [line.en for line in self.said]


class Runs(Protocol):
    """Makes an engine for each scenario: its own tenant, its own clock. `at_once` of them may run at the same time."""

    at_once: int

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def engine(self, setup: Setup) -> Engine: ...


class MemoryRuns:
    """In this process, in milliseconds, one after another."""

    at_once = 1

    def __init__(self, catalog: Catalog) -> None:
        self._real = RealActions(catalog)
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._real.close()

    async def engine(self, setup: Setup) -> Engine:
        self._count += 1
        tenant = f"scenario-{self._count}"
        actions = ScenarioActions(setup.scenario, tenant, self._real)
        settings = dict(setup.scenario.settings)
        return MemoryEngine(
            PlanBook(setup.plans, setup.versions), setup.organisation, actions, tenant=tenant, settings=settings
        )
