"""Record histories of the shipped processes, for the test that replays them on today's code.

`python -m tools.record_histories` runs scenarios of `definitions/` on a real server and keeps what Temporal recorded,
with the plans that were run, in `tests/temporal/histories/engine-<N>/`. A folder belongs to one version of the
engine's meaning and is made anew only together with a rise of that version, or when processes are added: a change
that does not replay on it needs a new version (`waystation.contracts.plan.ENGINE`). Where runs of one version come to
do the same in another way, that way is recorded beside it: `python -m tools.record_histories ahead`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio.client import WorkflowHistory

from waystation.bootstrap import build_catalog
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import ENGINE
from waystation.contracts.runs import workflow_id
from waystation.scenario_files import Setup, prepare, shipped_definitions
from waystation.scenario_report import Report
from waystation.scenario_temporal import TemporalEngine, TemporalRuns
from waystation.store.session import EVERY_TENANT
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.definitions import PlanRow

HISTORIES = Path(__file__).parent.parent / "tests" / "temporal" / "histories"
#: Scenarios of one file, evenly spread over it.
PER_FILE = 4
#: Events after which a recorded case continues as new, so that some histories begin in the middle.
RESTLESS = 60


class _Recording(TemporalRuns):
    """Remembers which tenant ran a scenario of which file."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog, continue_after=RESTLESS)
        self.files: dict[str, str] = {}

    async def engine(self, setup: Setup) -> TemporalEngine:
        # The number is taken before anything is waited for, so it is this scenario's.
        self.files[f"scenario-{self._count + 1}"] = Path(setup.file).name.partition(".")[0]
        return await super().engine(setup)


def chosen(setups: list[Setup]) -> list[Setup]:
    """A few scenarios of each file."""
    found: list[Setup] = []
    for _, each in groupby(setups, key=lambda setup: setup.file):
        of_file = list(each)
        step = max(1, len(of_file) // PER_FILE)
        found += of_file[::step][:PER_FILE]
    return found


async def record(folder: Path) -> None:
    """Record into an empty folder."""
    catalog = build_catalog()
    setups = [one for one in prepare([shipped_definitions()], catalog) if isinstance(one, Setup)]
    report = Report()
    async with _Recording(catalog) as runs:
        await report.add_all(chosen(setups), runs)
        if failed := [row for row in report.rows if not row.passed]:
            raise SystemExit(f"scenarios fail: {failed}")
        async with runs.database.read(EVERY_TENANT) as session:
            cases = (await session.execute(select(CaseRow.tenant, CaseRow.case_id).order_by(CaseRow.started_at))).all()
            plans = {row.hash: row.plan for row in await session.scalars(select(PlanRow))}
        count: Counter[str] = Counter()
        used: set[str] = set()
        for tenant, case in cases:
            for history in await _runs_of(runs, tenant, case):
                text = scrubbed(history)
                used |= {digest for digest in plans if digest in _decoded(history)}
                name = runs.files[tenant]
                count[name] += 1
                _write(folder / f"{name}-{count[name]:02}.json.gz", text)
        for digest in sorted(used):
            _write(folder / "plans" / f"{digest}.json.gz", plans[digest])


async def _runs_of(runs: TemporalRuns, tenant: str, case: str) -> list[WorkflowHistory]:
    """The histories of all runs of a case, newest first."""
    found: list[WorkflowHistory] = []
    run: str | None = None
    while run != "":
        handle = runs.gateway.client.get_workflow_handle(workflow_id(tenant, case), run_id=run)
        found.append(await handle.fetch_history())
        run = found[-1].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


def _decoded(history: WorkflowHistory) -> str:
    """The arguments of the run's start as text: they name its plan."""
    payloads = history.events[0].workflow_execution_started_event_attributes.input.payloads
    return "".join(payload.data.decode("utf-8", "replace") for payload in payloads)


def scrubbed(history: WorkflowHistory) -> bytes:
    """A history as JSON, without the names of the machine and the processes that made it."""
    found: dict[str, Any] = {"workflow_id": history.workflow_id, **history.to_json_dict()}
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    return re.sub(r'"identity":"[^"]*"', '"identity":"recorder"', text).encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0))


def main() -> None:
    folder = HISTORIES / "-".join(["engine", str(ENGINE), *sys.argv[1:2]])
    for old in folder.rglob("*.gz"):
        old.unlink()
    asyncio.run(record(folder))
    size = sum(path.stat().st_size for path in folder.rglob("*.gz"))
    files = len(list(folder.glob("*.gz")))
    print(f"{files} histories, {size // 1024} KiB in {folder.relative_to(Path.cwd())}", flush=True)
    sys.stdout.flush()
    os._exit(0)  # the Temporal client's threads may abort an interpreter that ends by itself


if __name__ == "__main__":
    main()
