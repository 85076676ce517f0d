"""Every scenario of every process that ships passes on a Temporal server, unchanged, with skipped time."""

from __future__ import annotations

import pytest

from tests.definitions.test_shipped import CATALOG, PROCESSES, report_of
from waystation.scenario_temporal import TemporalRuns


@pytest.mark.parametrize("process", PROCESSES)
async def test_all_scenarios_pass(process: str) -> None:
    """Those that the ordinary tests leave out, too."""
    report = await report_of([process], TemporalRuns(CATALOG))
    assert report.passed, report.as_text()
