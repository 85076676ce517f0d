"""Cases that no worker keeps in memory: each workflow task replays the whole history, and everything goes as ever."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from waystation.bootstrap import build_catalog
from waystation.scenario_files import prepare
from waystation.scenario_report import Report
from waystation.scenario_temporal import TemporalRuns

SHIPPED = Path(__file__).parent.parent.parent / "definitions"
#: Between them: actions, undo, messages, approvals, clocks, foreach.
PROCESSES = ("fulfilment", "purchase", "visit")


async def test_shipped_processes_replay_at_every_step() -> None:
    """With `max_cached_workflows=0`. What a replay does otherwise than the first time is an error of the task.

    One after another: without a cache, each case's task drops the local activities of the others.
    """
    catalog, report = build_catalog(), Report()
    async with TemporalRuns(catalog, cached=0) as runs:
        runs.at_once = 1
        for process in PROCESSES:
            every = prepare([SHIPPED / f"{process}.scenarios.yaml"], catalog)
            await report.add_all(islice(every, 1), runs)
    assert report.passed, report.as_text()
    assert len(report.rows) == len(PROCESSES)
