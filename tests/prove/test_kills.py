"""With 200 cases in flight, worker, API and Temporal are killed in turn: every case ends, each effect is there once."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.four_processes import PROCESSES, Office, drive
from tests.support.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.temporal]

EACH = 50
#: The victims, and how many tasks have been answered when each is killed, as a part of all.
KILLS = (("waystation.cli worker", 0.1), ("waystation.cli api", 0.35), ("server start-dev", 0.6))
EFFECTS = """budget_booking order_event order_line parcel pick_list purchase_order raw_order sales_order stock_move
stock_reservation ticket visit visit_check_in visit_follow_up""".split()
SUMS = {"stock": "select coalesce(sum(on_hand), 0) from stock_level"}


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "prove")
    made.up()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def office(installed: Installation) -> Iterator[Office]:
    with closing(Office(installed)) as opened:
        yield opened


def effects(installed: Installation) -> dict[str, int]:
    """Rows of every table that actions write, and the sums of what they count up and down."""
    database = sqlite3.connect(f"file:{installed.folder / 'var' / 'waystation.db'}?mode=ro", uri=True)
    try:
        counted = {name: f"select count(*) from {name}" for name in EFFECTS} | SUMS
        return {name: int(database.execute(query).fetchone()[0]) for name, query in counted.items()}
    finally:
        database.close()


def since(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in before}


def kill_in_turn(
    installed: Installation, office: Office, already: int, all_tasks: int, over: threading.Event
) -> list[str]:
    """Kill each victim when its time has come, wait until all is up again."""
    killed: list[str] = []
    for victim, part in KILLS:
        while office.answered - already < part * all_tasks and not over.wait(0.05):
            pass
        if over.is_set():
            break
        installed.kill(victim)
        killed.append(victim)
        time.sleep(2)
        installed.wait_until_ready(120)
    return killed


def test_every_case_survives_every_kill(installed: Installation, office: Office) -> None:
    """One case of each process without kills says what a case does; 200 with kills do that 50 times, exactly."""
    office.sign_in()
    empty = effects(installed)
    ends = drive(office, range(1, 2))
    assert [end.split()[0] for end in ends] == sorted(PROCESSES)
    once, tasks = since(empty, effects(installed)), office.answered
    before = effects(installed)

    over, killed = threading.Event(), list[str]()

    def reaper() -> None:
        killed.extend(kill_in_turn(installed, office, tasks, tasks * EACH, over))

    thread = threading.Thread(target=reaper)
    try:
        assert drive(office, range(2, 2 + EACH), started=thread.start) == ends
    finally:
        over.set()
        thread.join()
    assert killed == [victim for victim, _ in KILLS]
    assert since(before, effects(installed)) == {name: EACH * count for name, count in once.items()}
    checked = installed.run("rebuild", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{4 * (EACH + 1)} cases" in checked.stdout
