"""Scenarios on a real server agree with memory, also when every case continues as new every few events."""

from __future__ import annotations

from pathlib import Path

from waystation.bootstrap import build_catalog
from waystation.scenario_files import prepare
from waystation.scenario_report import Report
from waystation.scenario_temporal import TemporalRuns
from waystation.store.rebuild import rebuild

ENGINE = Path(__file__).parent.parent / "engine"
#: Enough for a few commands or one activity.
RESTLESS = 15
#: Calls, messages, boundaries, undo, locks, joins: what crosses runs and cases.
FILES = ("boundaries", "errors_and_undo", "messages", "nested", "people_who_leave", "starts_and_versions")


async def test_scenarios_hold_over_many_runs() -> None:
    """The same files as in memory, with a new run every few events; the projections are what the journal says."""
    catalog = build_catalog()
    report = Report()
    async with TemporalRuns(catalog, continue_after=RESTLESS) as runs:
        await report.add_all(prepare([ENGINE / f"{name}.yaml" for name in FILES], catalog), runs)
        tenants = [f"scenario-{number}" for number in range(1, len(report.rows) + 1)]
        rebuilt = [await rebuild(runs.database, tenant, check=True) for tenant in tenants]
    assert [] == [(row.name, row.failures) for row in report.rows if not row.passed]
    assert len(report.rows) >= len(FILES)
    assert [] == [difference for found in rebuilt for difference in found.differences]
