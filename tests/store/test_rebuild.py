"""Projections made again from the journal are those that are stored; what differs is found and put right."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update

from tests.store.journals import Story
from tests.store.moments import T0
from waystation.contracts.events import EntryKind
from waystation.store import idempotency, notices
from waystation.store.rebuild import rebuild
from waystation.store.session import Database
from waystation.store.tables.cases import CaseRow, CounterRow, TaskPersonRow, TaskRow, VisitRow


@pytest.fixture
async def busy(database: Database) -> Database:
    """Several cases in all kinds of states, appended piece by piece."""
    for number in range(3):
        story = Story(f"c{number}").started(key=f"K{number}").asks("visit", "ann", "bob", due=60)
        await story.store(database)
        story.tell(EntryKind.TASK_CHANGED, "visit", candidates=["bob"], claimer="bob", revision=2)
        story.tell(EntryKind.NOTICE, id="n", to=["ann", "bob"], template="due", priority=2)
        story.tell(EntryKind.DATA_CHANGED, "visit", fields={"n": number, "t": T0})
        story.tell(EntryKind.INCIDENT_OPENED, "visit", code="x").tell(EntryKind.INCIDENT_CLOSED, "visit", how="skip")
        story.tell(EntryKind.VERB, "visit", "bob", verb="cc", who=["cat"])
        story.tell(EntryKind.COMMANDED, "visit", "bob", id="k", verb="complete", answer={"revision": 7})
        await story.store(database)
        if number % 2:
            await story.answered("visit", "bob").ended().store(database)
    async with database.write("t") as session:
        await notices.mark_read(session, "bob", at=T0)
    return database


async def test_the_stored_projections_are_what_the_journal_says(busy: Database) -> None:
    """However the entries came in pieces, no difference is found."""
    report = await rebuild(busy, "t", check=True)
    assert report.differences == []
    assert report.cases == 3
    assert report.entries > 30


@pytest.mark.parametrize(
    ("fault", "table", "column"),
    [
        (update(CaseRow).where(CaseRow.case_id == "c1").values(status="open"), "cases", "status"),
        (update(TaskRow).where(TaskRow.case_id == "c2").values(claimer="cat"), "tasks", "claimer"),
        (delete(TaskPersonRow).where(TaskPersonRow.case_id == "c0", TaskPersonRow.person == "bob"), "task_people", ""),
        (delete(CaseRow).where(CaseRow.case_id == "c2"), "cases", ""),
        (
            update(CounterRow).where(CounterRow.name == "started").values(count=CounterRow.count + 1),
            "counters",
            "count",
        ),
    ],
    ids=["a changed column", "a changed claim", "a missing row", "a missing case", "a wrong counter"],
)
async def test_a_planted_fault_is_found_and_put_right(busy: Database, fault: Any, table: str, column: str) -> None:
    """A check finds it and changes nothing; a rebuild without `check` mends it."""
    async with busy.write("t") as session:
        await session.execute(fault)
    for _ in range(2):
        found = (await rebuild(busy, "t", check=True)).differences
        assert {(difference.table, difference.column) for difference in found} == {(table, column)}
    assert (await rebuild(busy, "t", check=False)).differences == found
    assert (await rebuild(busy, "t", check=True)).differences == []


async def test_a_row_that_the_journal_does_not_know_is_found(busy: Database) -> None:
    """Superfluous rows of a case go; those of other tenants are not looked at."""
    for tenant in ("t", "other"):
        async with busy.write(tenant) as session:
            session.add(
                VisitRow(
                    case_id="c1",
                    path="ghost",
                    node="ghost",
                    process="repair",
                    kind="task",
                    status="active",
                    outcome="",
                    entered_at=T0,
                    left_at=None,
                )
            )
    (found,) = (await rebuild(busy, "t", check=False)).differences
    assert (found.table, found.key, found.stored, found.expected) == ("visits", ("ghost",), "a row", "no row")
    assert (await rebuild(busy, "t", check=True)).differences == []
    async with busy.read("other") as session:
        assert await session.get(VisitRow, ("other", "c1", "ghost")) is not None


async def test_effects_that_the_journal_does_not_know_are_found(database: Database) -> None:
    """Actions and undo actions that a case started are known; what a lost task did besides is shown."""
    story = Story("c").started().tell(EntryKind.ACTION_STARTED, "book", action="a", key="book")
    await story.tell(EntryKind.UNDO_STARTED, why="cancel", records=["book"]).store(database)

    async def works() -> dict[str, Any]:
        return {}

    async with database.write("t") as session:
        for key in ("book", "undo:book", "lost#2"):
            await idempotency.once(session, "action:c", key, {}, works)
        await idempotency.once(session, "starts", "elsewhere", {}, works)
    report = await rebuild(database, "t", check=True)
    assert ([], [("c", "lost#2")]) == (report.differences, report.unknown)
