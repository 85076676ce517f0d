"""Cases that older code has begun go on under today's: what was recorded replays, event by event.

A failure here means that running cases would stand still after an upgrade. The engine's meaning has changed: keep it
as it was for cases of older versions and raise `ENGINE`; then `python -m tools.record_histories` records the new one.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from waystation.contracts.plan import ENGINE
from workflows.graph import CaseWorkflow
from workflows.plans import PLANS
from workflows.wire import WIRE

HISTORIES = Path(__file__).parent / "histories"
SHIPPED = Path(__file__).parent.parent.parent / "definitions"
RECORDED = sorted(HISTORIES.glob("engine-*/*.json.gz"))


def read(path: Path) -> WorkflowHistory:
    found = json.loads(gzip.decompress(path.read_bytes()))
    return WorkflowHistory.from_json(found.pop("workflow_id"), found)


@pytest.fixture(scope="module", autouse=True)
def plans() -> None:
    """The plans that the recorded cases run."""
    for path in HISTORIES.glob("engine-*/plans/*.json.gz"):
        PLANS.put(path.name.removesuffix(".json.gz"), gzip.decompress(path.read_bytes()))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.name.partition('.')[0]}")
async def test_what_was_recorded_replays(path: Path) -> None:
    """No command of the workflow is missing, new or in another place."""
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=WIRE)
    result = await replayer.replay_workflow(read(path), raise_on_replay_failure=False)
    assert result.replay_failure is None, f"{path.name}: {result.replay_failure}"


def test_every_shipped_process_is_recorded() -> None:
    """Several histories each, for the version of the engine that new cases get."""
    for scenarios in SHIPPED.glob("*.scenarios.yaml"):
        process = scenarios.name.removesuffix(".scenarios.yaml")
        assert len(list((HISTORIES / f"engine-{ENGINE}").glob(f"{process}-*.json.gz"))) >= 2, process


def test_the_recordings_are_small_and_name_no_machine() -> None:
    """They are part of the source: half a mebibyte, and nothing of who recorded them."""
    assert sum(path.stat().st_size for path in HISTORIES.rglob("*.gz")) < 512 * 1024
    for path in RECORDED:
        text = gzip.decompress(path.read_bytes()).decode()
        assert {part.partition('"')[0] for part in text.split('"identity":"')[1:]} <= {"recorder"}
        assert str(Path.home()) not in text
