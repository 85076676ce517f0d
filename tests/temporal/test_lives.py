"""Random lives in memory and on a Temporal server; many more in tests/prove."""

from __future__ import annotations

from tests.support.two_engines import compared
from waystation.bootstrap import build_catalog
from waystation.scenario_temporal import TemporalRuns


async def test_both_engines_agree() -> None:
    """The same things done to the same process show the same after each of them."""
    async with TemporalRuns(build_catalog()) as runs:
        for seed in range(3):
            await compared(runs, seed)
