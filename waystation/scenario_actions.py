"""Actions of scenarios: stubs where the scenario has them, the real ones on a private database where not."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from activities import demo
from activities._runtime import ActionRequest, Succeeded, run_action, run_computing
from waystation.contracts.catalog import Catalog
from waystation.store import migrate
from waystation.store.session import Database
from workflows.memory import ActionCall, Failed
from workflows.scenarios import Scenario


class RealActions:
    """Runs actions of the catalogue on a SQLite database that is made when the first one is needed."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._database: Database | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._seeded: set[str] = set()

    async def run(self, tenant: str, call: ActionCall) -> Any:
        """Run one attempt for a tenant, which gets the demo rows first."""
        spec = self.catalog.actions.get(call.effect.action)
        if spec is None:
            return Failed("unknown_action", title=f"there is no action {call.effect.action}")
        request = ActionRequest(
            tenant, call.case, call.process, call.effect.path, call.effect.key, call.effect.args, call.at,
            initiator=call.initiator, attempt=call.attempt, settings=call.settings,
        )  # fmt: skip
        if spec.computes:
            outcome = await run_computing(spec, request)
        else:
            outcome = await run_action(spec, await self._ready(tenant, call), request)
        if isinstance(outcome, Succeeded):
            return outcome.result
        title = " · ".join(dict.fromkeys(text for text in (outcome.zh, outcome.en) if text))  # as a worker says it
        return Failed(outcome.code, outcome.kind, title, dict(outcome.detail))

    async def _ready(self, tenant: str, call: ActionCall) -> Database:
        if self._database is None:
            self._folder = tempfile.TemporaryDirectory(prefix="waystation-test-")
            url = f"sqlite:///{Path(self._folder.name) / 'scenarios.db'}"
            await migrate.upgrade(url)
            self._database = Database(url)
        if tenant not in self._seeded:
            self._seeded.add(tenant)
            await demo.seed(self._database, tenant, at=call.at)
        return self._database

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close()
        if self._folder is not None:
            self._folder.cleanup()


class ScenarioActions:
    """The runner of one scenario. A stub with `fails` fails its first `times` calls (default: all), then returns."""

    def __init__(self, scenario: Scenario, tenant: str, real: RealActions) -> None:
        self.scenario = scenario
        self.tenant = tenant
        self.real = real
        self.calls: dict[str, int] = {}

    async def __call__(self, call: ActionCall) -> Any:
        name = call.effect.action
        stub = self.scenario.actions.get(name)
        if stub is None and name not in self.scenario.actions:
            return await self.real.run(self.tenant, call)
        self.calls[name] = self.calls.get(name, 0) + 1
        stub = stub or {}
        if "fails" in stub and self.calls[name] <= int(stub.get("times", self.calls[name])):
            kind = str(stub.get("kind", "business"))
            return Failed(str(stub["fails"]), kind, str(stub.get("title", "")), stub.get("detail"))
        return stub.get("returns") if stub.get("returns") is not None else {}
