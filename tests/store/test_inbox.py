"""The inbox: filters, orders, pages that neither lose nor repeat, counts."""

from __future__ import annotations

import pytest

from tests.store.journals import Story
from tests.store.moments import later
from waystation.contracts.errors import Refused
from waystation.store import case_lists, cases, list_counts, task_lists, tasks
from waystation.store.case_lists import CaseFilter
from waystation.store.session import Database
from waystation.store.tables.cases import CaseStatus, Seen
from waystation.store.task_lists import TaskFilter, TaskSort

#: Case -> (due in seconds, priority).
TASKS: dict[str, tuple[float | None, int]] = {
    "c1": (300, 3),
    "c2": (None, 1),
    "c3": (60, 5),
    "c4": (300, 2),
    "c5": (None, 3),
    "c6": (200, 1),
}


@pytest.fixture
async def inbox(database: Database) -> Database:
    """Six tasks of bob, one of them in another process, and one of somebody else."""
    for case_id, (due, priority) in TASKS.items():
        process = "order" if case_id == "c6" else "repair"
        story = (
            Story(case_id)
            .started(process, title=f"Case {case_id} 50%")
            .asks("visit", "bob", due=due, priority=priority)
        )
        await story.store(database)
    await Story("c7").started().asks("visit", "cat", due=10).store(database)
    return database


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("due", ["c3", "c6", "c1", "c4", "c2", "c5"]),
        ("priority", ["c6", "c2", "c4", "c1", "c5", "c3"]),
        # Moments are alike on each story's line: those with a clock entered first open a second later.
        ("opened", ["c6", "c4", "c3", "c1", "c5", "c2"]),
    ],
)
async def test_pages_in_each_order(inbox: Database, sort: TaskSort, expected: list[str]) -> None:
    """Page after page gives the whole list once, in order, whatever the size of a page."""
    for limit in (1, 2, 4, 50):
        found: list[str] = []
        cursor: str | None = None
        async with inbox.read("t") as session:
            while True:
                page = await task_lists.inbox(session, "bob", sort=sort, cursor=cursor, limit=limit)
                found += [item.task.case_id for item in page.items]
                cursor = page.next
                if cursor is None:
                    break
        assert found == expected


async def test_a_task_answered_between_pages_shifts_nothing(inbox: Database) -> None:
    """A cursor names a place in the list, not a number of rows."""
    async with inbox.read("t") as session:
        first = await task_lists.inbox(session, "bob", limit=2)
    gone = first.items[0].task
    story = Story(gone.case_id).started(title=f"Case {gone.case_id} 50%").asks("visit", "bob", due=60, priority=5)
    story.answered("visit", "bob")
    async with inbox.write("t") as session:
        await story.append(session, since=4)
    async with inbox.read("t") as session:
        second = await task_lists.inbox(session, "bob", limit=2, cursor=first.next)
        done = await task_lists.inbox(session, "bob", status=Seen.DONE)
    assert [item.task.case_id for item in second.items] == ["c1", "c4"]
    assert [item.task.case_id for item in done.items] == [gone.case_id]


async def test_filters_and_counts(inbox: Database) -> None:
    async with inbox.read("t") as session:
        page = await task_lists.inbox(session, "bob", TaskFilter(process="order"))
        assert [(item.task.case_id, item.case_title, item.seen) for item in page.items] == [
            ("c6", "Case c6 50%", Seen.OPEN)
        ]
        assert await list_counts.inbox_counts(session, "bob", at=later(250)) == list_counts.InboxCounts(
            6, 6, 0, 2, 2, 0
        )
        assert await list_counts.inbox_counts(session, "nobody", at=later(250)) == list_counts.InboxCounts(*[0] * 6)
        assert await tasks.loads(session, ["cat", "bob", "ann"]) == {"cat": 1, "bob": 6, "ann": 0}
        assert [row.case_id for row in await tasks.overdue(session, at=later(250))] == ["c7", "c3", "c6"]
        assert len(await tasks.open_for(session, "bob")) == 6
        assert [await tasks.sees(session, person, "c7") for person in ("cat", "bob")] == [True, False]


@pytest.mark.parametrize("cursor", ["x", "bm9uZQ", "WzEsMl0", "WyJhIiwiYiIsImMiXQ"])
async def test_a_strange_cursor_is_refused(inbox: Database, cursor: str) -> None:
    """A cursor of another list, or of nobody, is an error of the caller."""
    async with inbox.read("t") as session:
        with pytest.raises(Refused, match="bad_cursor"):
            await task_lists.inbox(session, "bob", cursor=cursor)


async def test_cases_are_found(inbox: Database) -> None:
    """By process, status, starter, key, time and words, between which % and _ are nothing."""
    await Story("c8").started("order", by="zoe", key="A 1", title="100_0").ended().store(inbox)
    async with inbox.read("t") as session:

        async def found(**wanted: object) -> list[str]:
            page = await case_lists.search(session, CaseFilter(**wanted))  # type: ignore[arg-type]
            return sorted(row.case_id for row in page.items)

        assert await found(process="order") == ["c6", "c8"]
        assert await found(status=CaseStatus.DONE) == ["c8"]
        assert await found(initiator="zoe") == ["c8"]
        assert await found(key="A 1") == ["c8"]
        assert await found(text="c3 50%") == ["c3"]
        assert await found(text="00_0") == ["c8"]
        assert await found(text="0%9") == []
        assert await found(until=later(1)) == []
        assert len(await found(since=later(1))) == 8
        assert await found(with_incident=True) == []
        assert await case_lists.count(session, CaseFilter(process="repair")) == 6
        assert await cases.open_of_version(session, "order", 1) == ["c6"]
        assert await cases.plans_in_use(session) == ["a" * 64]
