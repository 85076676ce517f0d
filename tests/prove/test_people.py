"""Somebody leaves for whom hundreds of tasks wait, in an organisation of thousands: each is asked of his successors.

The worker is killed while it is being done, and takes it up again.
"""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.four_processes import Office
from tests.support.installation import Installation
from tests.support.proofs import TOLD

pytestmark = [pytest.mark.slow, pytest.mark.temporal]

#: A smaller share of the full counts can be asked for, to look at one thing.
SHARE = float(os.environ.get("PROVE_SHARE", "1"))
PEOPLE, TASKS = max(100, int(2_000 * SHARE)), max(60, int(500 * SHARE))
#: Seconds that the tasks may take to find their people.
PATIENCE = 600
ADMIN = "owner_chen"
COLUMNS = ["id", "name", "email", "manager", "groups", "roles", "active"]
PROCESS = """
waystation: 1
process: keep
title: { zh: 保管, en: Keep }
data: { note: { type: string } }
nodes:
  look: { kind: task, title: { zh: 查看, en: Look }, assign: [{ role: keeper }], next: end }
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Installation(tmp_path / "prove")
    made.up()
    try:
        with closing(Office(made)) as opened:
            opened.sign_in()
            yield opened
    finally:
        made.stop()


def organisation() -> list[dict[str, str]]:
    """Teams of ten under teams of ten; the first one of all keeps things."""
    return [
        {
            "id": f"p{number}",
            "name": f"员工{number}",
            "email": f"p{number}@example.cn",
            "manager": f"p{number // 10}" if number else "",
            "groups": f"team{number // 10}",
            "roles": "keeper" if number == 0 else "",
            "active": "yes",
        }
        for number in range(PEOPLE)
    ]


def imported(office: Office, rows: list[dict[str, str]]) -> dict[str, Any]:
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, [column for column in COLUMNS if column in rows[0]])
    writer.writeheader()
    writer.writerows(rows)
    answer = office.http.post(
        "/organisation/import",
        files={"file": ("people.csv", sheet.getvalue().encode())},
        headers={"Authorization": f"Bearer {office.tokens[ADMIN]}"},
        timeout=300,
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["faults"] == 0, found
    return found


def job_of(office: Office, job: str) -> dict[str, Any]:
    return office.ask("GET", f"/organisation/jobs/{job}", ADMIN)


def candidates(office: Office) -> Counter[str]:
    """Who may answer the tasks of the process, as the store has it, and how many each."""
    database = sqlite3.connect(f"file:{office.installed.folder / 'var' / 'waystation.db'}?mode=ro", uri=True)
    with closing(database):
        query = "select candidates, count(*) from tasks where process = 'keep' and status = 'open' group by candidates"
        return Counter({str(who): int(count) for who, count in database.execute(query)})


def changes(office: Office, job: str) -> Counter[int]:
    """How often each case was told of the change."""
    database = sqlite3.connect(f"file:{office.installed.folder / 'var' / 'waystation.db'}?mode=ro", uri=True)
    with closing(database):
        query = "select case_id, count(*) from commands where command = ? group by case_id"
        return Counter(int(count) for _, count in database.execute(query, (f"people-{job}",)))


def test_who_leaves_is_followed_by_others(office: Office) -> None:
    """Every task that waited for one who leaves is asked of his successors, once, also when the worker is killed."""
    assert imported(office, organisation())["added"] == PEOPLE
    assert imported(office, organisation()) | {"version": 0} == {
        "dry_run": False, "added": 0, "changed": 0, "unchanged": PEOPLE, "version": 0, "job": None, "faults": 0,
        "problems": [],
    }  # fmt: skip
    office.ask("POST", "/processes", ADMIN, {"text": PROCESS})

    def start(number: int) -> None:
        office.ask("POST", "/cases", ADMIN, {"process": "keep", "data": {"note": f"{number}"}}, f"keep-{number}")

    with ThreadPoolExecutor(8) as some:
        list(some.map(start, range(TASKS)))
    assert candidates(office) == {'["p0"]': TASKS}

    leaves = [
        {"id": "p0", "active": "no", "roles": ""},
        {"id": "p1", "active": "yes", "roles": "keeper"},
        {"id": "p2", "active": "yes", "roles": "keeper"},
    ]
    job, began = str(imported(office, leaves)["job"]), time.monotonic()
    while (seen := job_of(office, job))["done"] == 0:
        assert time.monotonic() - began < PATIENCE, seen
        time.sleep(0.05)
    assert seen["status"] == "running"
    assert seen["done"] < TASKS
    office.installed.kill("waystation.cli worker")
    while (seen := job_of(office, job))["status"] != "done":
        assert time.monotonic() - began < PATIENCE, seen
        time.sleep(0.5)
    print(f"{TOLD}{TASKS} tasks in {time.monotonic() - began:.0f} s, the kill of the worker included")
    assert (seen["done"], seen["failed"]) == (TASKS, 0)
    assert candidates(office) == {'["p1","p2"]': TASKS}
    assert changes(office, job) == {1: TASKS}
    checked = office.installed.run("rebuild", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
