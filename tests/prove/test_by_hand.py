"""The processes of the manifests by hand, on PostgreSQL: two API and four workers at work, and a restore drill."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from tests.support.by_hand import ByHand
from tests.support.databases import Server, postgresql_server  # noqa: F401 - a fixture
from tests.support.four_processes import PATIENCE, PROCESSES, Office, drive
from tests.support.installation import Installation
from tests.unit.watching.test_dashboard import ENGINE, queries

pytestmark = [pytest.mark.slow, pytest.mark.databases, pytest.mark.temporal]

SHARE = float(os.environ.get("PROVE_SHARE", "1"))
#: Is there only once a workflow task has failed.
NEVER = "temporal_workflow_task_execution_failed"
EACH = max(1, round(25 * SHARE))


@pytest.fixture
def installed(tmp_path: Path, postgresql_server: Server, request: pytest.FixtureRequest) -> Iterator[ByHand]:  # noqa: F811
    made = ByHand(tmp_path, postgresql_server, f"byhand{abs(hash(request.node.name)) % 10**8}")
    made.make_store()
    made.start_temporal()
    try:
        made.upgrade("--demo")
        made.start()
        yield made
    finally:
        made.kill()


def offices(installed: ByHand) -> tuple[Office, Office]:
    """One that asks the first API process, one that asks the second; tokens hold at both."""
    place = cast(Installation, installed)  # of a place it needs the address and the passwords, which both have
    first, second = Office(place), Office(place)
    second.http.base_url = f"http://127.0.0.1:{installed.ports[1]}/api/v1"
    first.sign_in()
    second.tokens = first.tokens
    return first, second


def until_settled(installed: ByHand, since: datetime) -> None:
    """Wait until the workers that were started `since` then have asked Temporal about the cases that were changed last,
    and have taken back what it does not know."""
    asked = f"FROM outbox WHERE kind = 'check_case' AND created_at >= '{since.isoformat()}'"
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        statuses = set(installed.ask_store(f"SELECT DISTINCT status {asked}").split())
        if statuses == {"done"}:
            return
        time.sleep(1)
    raise AssertionError(f"cases are still in doubt after {PATIENCE} s")


def test_cases_over_two_apis_and_four_workers(installed: ByHand) -> None:
    """All cases end as one alone does, whichever API is asked; the figures have every name that the dashboard has."""
    first, second = offices(installed)
    with closing(first.http), closing(second.http), ThreadPoolExecutor(2) as pool:
        ends = drive(first, range(1, 2))
        halves = [
            pool.submit(drive, office, numbers)
            for office, numbers in (
                (first, range(2, 2 + EACH)),
                (second, range(2 + EACH, 2 + 2 * EACH)),
            )
        ]
        assert [half.result() for half in halves] == [ends, ends]
    assert f"{len(PROCESSES) * (2 * EACH + 1)} cases" in installed.check()
    told = installed.figures(installed.health) + installed.figures(installed.health + 1)
    asked = set(ENGINE.findall(" ".join(queries()))) - {NEVER}
    assert asked <= set(re.findall(r"^(temporal_\w+)", told, re.MULTILINE))
    assert "waystation_actions_total{" in told
    assert "waystation_deliveries_total{" in told


def test_a_restore_drill(installed: ByHand, tmp_path: Path) -> None:
    """Back up while cases run, kill all, lose both databases, restore: every case goes on to its end."""
    first, second = offices(installed)
    kept = tmp_path / "backup"
    kept.mkdir()
    with closing(first.http), closing(second.http), ThreadPoolExecutor(2) as pool:
        ends = drive(first, range(1, 2))
        numbers = range(2, 2 + EACH)
        jobs = [(process, number) for number in numbers for process in PROCESSES]
        cases = {job: first.start(*job) for job in jobs}
        moving = pool.submit(lambda: [second.finish(*job, cases[job]) for job in jobs[: len(jobs) // 2]])
        while second.answered < 2:
            time.sleep(0.05)
        installed.back_up(kept)
        moving.result()

        installed.kill()
        installed.restore(kept)
        restarted = datetime.now(UTC)
        installed.start_temporal()
        installed.start()
        again, other = offices(installed)
        with closing(again.http), closing(other.http):
            until_settled(installed, restarted)
            assert sorted({f"{job[0]} {again.finish(*job, cases[job])}" for job in jobs}) == ends
    assert f"{len(PROCESSES) * (EACH + 1)} cases" in installed.check()
