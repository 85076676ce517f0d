"""Lists of many cases: pages joined are the whole list, whatever is filtered, sorted, and changed meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Literal

import pytest

from tests.store.journals import Story
from tests.store.moments import later
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.store import case_lists, search_terms, task_lists
from waystation.store.case_lists import CaseFilter, CaseSort
from waystation.store.cursors import Page
from waystation.store.filters import Sight
from waystation.store.session import Database
from waystation.store.tables.cases import NEVER, CaseRow, CaseStatus, Seen, TaskRow
from waystation.store.task_lists import InboxItem, TaskFilter, TaskSort

CASE_SORTS: dict[CaseSort, Callable[[CaseRow], Any]] = {
    "created": lambda row: (row.started_at, row.case_id),
    "due": lambda row: (row.due_at or NEVER, row.case_id),
    "priority": lambda row: (row.priority, row.due_at or NEVER, row.case_id),
    "updated": lambda row: (row.changed_at, row.case_id),
}
TASK_SORTS: dict[TaskSort, Callable[[TaskRow], Any]] = {
    "due": lambda row: (row.due_at or NEVER, row.case_id, row.path),
    "priority": lambda row: (row.priority, row.due_at or NEVER, row.case_id, row.path),
    "opened": lambda row: (row.opened_at, row.case_id, row.path),
    "updated": lambda row: (row.changed_at, row.case_id, row.path),
}
STATUSES: tuple[Literal["open", "closed"], ...] = ("open", "closed")
PROCESSES, PEOPLE, WORDS = ("repair", "order"), ("ann", "bob", "cat"), ("空调维修", "水管漏水", "Boiler 7", "电梯")


def _story(number: int, chance: random.Random) -> Story:
    """A case with two tasks at once, many of them alike in everything that lists sort by."""
    story = Story(f"c{number:03}")
    story.started(
        chance.choice(PROCESSES),
        chance.choice(PEOPLE),
        title=chance.choice(WORDS),
        priority=chance.randint(1, 3),
        key=f"K{number % 7}-{number}",
        data={"note": chance.choice(WORDS)},
    )
    if chance.random() < 0.5:
        at = later(chance.choice((100, 200, 300)))
        story.tell(EntryKind.CLOCK_SET, "", clock="|deadline", kind="deadline", due=at, next=at, calendar=None)
    for path in ("check", "visit#2"):
        asked = chance.sample(PEOPLE, chance.randint(1, 3))
        due = chance.choice((None, 50, 100))
        story.asks(path, *asked, due=due, priority=chance.randint(1, 3))
        if chance.random() < 0.3:
            story.answered(path, asked[0])
    if chance.random() < 0.2:
        story.ended(chance.choice(("done", "cancelled")))
    return story


@pytest.fixture
async def many(database: Database) -> Database:
    chance = random.Random(7)
    async with database.write("t") as session:
        for number in range(40):
            await _story(number, chance).append(session)
    await Story("alien").started("repair", "bob", title=WORDS[0]).asks("check", "bob").store(database, "other")
    return database


async def _joined(ask: Callable[[str | None], Any]) -> list[Any]:
    """All pages of a list."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page: Page[Any] = await ask(cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def _some_filter(chance: random.Random) -> dict[str, Any]:
    """Two of the filters that cases and tasks share."""
    kinds: dict[str, Any] = {
        "process": chance.sample(PROCESSES, chance.randint(1, 2)),
        "initiator": chance.sample(PEOPLE, chance.randint(1, 2)),
        "priority": chance.sample((1, 2, 3), 2),
        "text": chance.choice(("空调", "漏", "boil", "电梯", "7", "维修 空")),
        "candidates": chance.choice(PEOPLE),
        "assignee": chance.choice(PEOPLE),
        "due_before": later(150),
        "due_after": later(60),
        "overdue_at": later(120),
        "since": later(1),
        "node": chance.choice((["check"], ["visit#2", "check"])),
        "version": 1,
    }
    return {name: kinds[name] for name in chance.sample(sorted(kinds), chance.randint(0, 2))}


def _holds(row: Any, case: CaseRow, wanted: dict[str, Any], tasks: list[InboxItem]) -> bool:
    """What the filter means, said once more in Python. `tasks`: whose people count."""
    due = row.due_at or NEVER
    opened = row.started_at if isinstance(row, CaseRow) else row.opened_at
    waiting = [item.task for item in tasks if item.task.status == "open"]
    texts = (
        "|".join(str(value) for value in (case.title, case.key_text, case.data))
        + "|"
        + "|".join(str(item.task.title) for item in tasks)
    )
    checks: dict[str, Callable[[Any], bool]] = {
        "process": lambda value: case.process in value,
        "initiator": lambda value: case.initiator in value,
        "priority": lambda value: row.priority in value,
        "version": lambda value: case.version == value,
        "text": lambda value: all(word in texts.casefold() for word in value.split()),
        "due_before": lambda value: due < value,
        "due_after": lambda value: due >= value,
        "overdue_at": lambda value: due < value and (not isinstance(row, CaseRow) or row.status == "open"),
        "since": lambda value: opened >= value,
        "node": lambda value: bool(set(value) & set(case.nodes)) if isinstance(row, CaseRow) else row.node in value,
        "candidates": lambda value: any(value in _asked(task) for task in waiting),
        "assignee": lambda value: any([value] == _asked(task) for task in waiting),
    }
    return all(checks[name](value) for name, value in wanted.items())


def _asked(task: TaskRow) -> list[str]:
    return [task.claimer] if task.claimer else list(task.candidates)


async def test_pages_of_cases_joined_are_the_whole_list(many: Database) -> None:
    """For any filter, order, size of page and sight: what pages hold together is what Python finds and sorts."""
    chance = random.Random(1)
    async with many.read("t") as session:
        everything = await _joined(lambda cursor: case_lists.search(session, CaseFilter(), cursor=cursor))
        tasks = await _all_tasks(many)
        for _ in range(8):
            wanted, sort, descending = _some_filter(chance), chance.choice(list(CASE_SORTS)), chance.random() < 0.5
            statuses = chance.choice((None, ["open"], ["done", "open", "no such status"]))
            sight = chance.choice((None, Sight("ann"), Sight("cat", frozenset()), Sight("dan", frozenset({"a" * 64}))))
            expected = [
                row.case_id
                for row in sorted(everything, key=CASE_SORTS[sort], reverse=descending)
                if _holds(row, row, wanted, tasks[row.case_id])
                and (statuses is None or row.status in statuses)
                and (sight is None or sight.plans != frozenset() or _took_part(row, sight.person, tasks))
            ]
            limit = chance.choice((2, 7, 200))
            found = await _joined(
                lambda cursor: case_lists.search(
                    session,
                    CaseFilter(**wanted, status=statuses),  # noqa: B023 - called at once
                    sight,  # noqa: B023
                    sort=sort,  # noqa: B023
                    descending=descending,  # noqa: B023
                    cursor=cursor,
                    limit=limit,  # noqa: B023
                )
            )
            assert [row.case_id for row in found] == expected, (wanted, sort, descending, sight)
            assert await case_lists.count(session, CaseFilter(**wanted, status=statuses), sight) == len(expected)


async def test_pages_of_tasks_joined_are_the_whole_list(many: Database) -> None:
    """The same for all tasks that somebody sees, and for a person's inbox, which is a part of them."""
    chance = random.Random(1)
    tasks = await _all_tasks(many)
    async with many.read("t") as session:
        cases = {row.case_id: row for row in (await case_lists.search(session, CaseFilter(), limit=200)).items}
        for _ in range(8):
            wanted, sort, descending = _some_filter(chance), chance.choice(list(TASK_SORTS)), chance.random() < 0.5
            status = chance.choice(STATUSES)
            sight = chance.choice((None, Sight("cat", frozenset())))
            rows = [
                item.task
                for items in tasks.values()
                for item in items
                if item.task.status == status
                and _holds(item.task, cases[item.task.case_id], wanted, [item])
                and (sight is None or _took_part(cases[item.task.case_id], sight.person, tasks))
            ]
            rows.sort(key=TASK_SORTS[sort], reverse=descending)
            options: dict[str, Any] = {"sort": sort, "descending": descending, "limit": chance.choice((2, 7, 200))}
            asked = TaskFilter(**wanted)
            found = await _joined(
                lambda cursor: task_lists.everywhere(session, asked, sight, status=status, cursor=cursor, **options)  # noqa: B023
            )
            assert [(item.task.case_id, item.task.path) for item in found] == [
                (row.case_id, row.path) for row in rows
            ], (wanted, sort, descending, sight)
            if status == "open" and sight is None and sort != "updated":
                mine = [row for row in rows if "bob" in _asked(row)]
                inbox = await _joined(
                    lambda cursor: task_lists.inbox(session, "bob", asked, cursor=cursor, **options)  # noqa: B023
                )
                assert [(item.task.case_id, item.task.path) for item in inbox] == [
                    (row.case_id, row.path) for row in mine
                ], (wanted, sort, descending)


async def test_common_words_are_found_like_rare_ones(many: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever way a search takes for as many hits as there are, pages joined hold what the whole list does."""
    tasks = await _all_tasks(many)
    async with many.read("t") as session:
        everything = (await case_lists.search(session, CaseFilter(), limit=200)).items
        for bounds in ((1, 1, 1), (1, 50, 200), (3, 5, 1_000)):
            for name, bound in zip(("_FEW", "_MANY_OF_ONE", "_MANY"), bounds, strict=True):
                monkeypatch.setattr(search_terms, name, bound)
            for text in ("空调", "漏", "维修 空", "电梯 boil 7", "消防"):
                found = await _joined(
                    lambda cursor: case_lists.search(session, CaseFilter(text=text), cursor=cursor, limit=9)  # noqa: B023
                )
                expected = [row.case_id for row in everything if _holds(row, row, {"text": text}, tasks[row.case_id])]
                assert [row.case_id for row in found] == expected, (text, bounds)


async def test_rows_that_change_between_pages_move_no_others(many: Database) -> None:
    """While tasks are answered and cases start between any two pages, every row that did not change is seen once."""
    chance = random.Random(3)
    for sort in TASK_SORTS:
        before = {(item.task.case_id, item.task.path) for item in await _inbox(many)}
        found: list[tuple[str, str]] = []
        changed: set[tuple[str, str]] = set()
        cursor: str | None = None
        while True:
            async with many.read("t") as session:
                page = await task_lists.inbox(session, "bob", sort=sort, cursor=cursor, limit=3)
            found += [(item.task.case_id, item.task.path) for item in page.items]
            cursor = page.next
            if cursor is None:
                break
            changed.add(await _change_one(many, chance, sort))
        unchanged = before - changed
        assert [place for place in found if place in unchanged] == list(
            dict.fromkeys(place for place in found if place in unchanged)
        )
        assert unchanged <= set(found)


async def _change_one(many: Database, chance: random.Random, label: str) -> tuple[str, str]:
    """Close one of bob's tasks and begin another case."""
    item = chance.choice(await _inbox(many))
    story = Story(item.task.case_id)
    async with many.write("t") as session:
        row = await session.get(CaseRow, ("t", item.task.case_id))
        assert row is not None
        story.entries = [story.tell(EntryKind.TASK_CLOSED).entries[0]] * row.revision
        story.tell(EntryKind.TASK_CLOSED, item.task.path, outcome="done", why="answered")
        await story.append(session, since=row.revision)
        await (
            Story(f"n{label}{chance.random()}")
            .started()
            .asks("check", "bob", due=chance.randint(1, 99))
            .append(session)
        )
    return item.task.case_id, item.task.path


async def _inbox(many: Database) -> list[InboxItem]:
    async with many.read("t") as session:
        return (await task_lists.inbox(session, "bob", limit=200)).items


async def _all_tasks(many: Database) -> dict[str, list[InboxItem]]:
    """Every task, by case."""
    found: dict[str, list[InboxItem]] = {}
    async with many.read("t") as session:
        for status in STATUSES:
            for item in (await task_lists.everywhere(session, status=status, limit=200)).items:
                found.setdefault(item.task.case_id, []).append(item)
    return found


def _took_part(case: CaseRow, person: str, tasks: dict[str, list[InboxItem]]) -> bool:
    mine = any(person in item.task.candidates for item in tasks[case.case_id])
    return case.initiator == person or mine


async def test_what_no_column_holds_matches_nothing(many: Database) -> None:
    """Values that no row can have are no error of the database's."""
    wanted: list[dict[str, Any]] = [
        {"process": ["x" * 101, "repair\0", "repair "]},
        {"version": [2**70]},
        {"initiator": ["\ud800"]},
        {"status": [CaseStatus.FAILED]},
        {"key": ["K0", "\0"]},
        {"node": ["x" * 500]},
        {"text": "%"},
        {"text": "\0 \ud800"},
        {"candidates": []},
    ]
    async with many.read("t") as session:
        for given in wanted:
            assert (await case_lists.search(session, CaseFilter(**given))).items == [], given


@pytest.mark.parametrize(
    "wanted",
    [
        {"process": [str(number) for number in range(101)]},
        {"candidates": [str(number) for number in range(2001)]},
        {"since": later(0).replace(tzinfo=None)},
        {"text": "字" * 101},
        {"text": "a b c d e f g h i j k"},
    ],
)
async def test_a_filter_beyond_its_bounds_is_refused(database: Database, wanted: dict[str, Any]) -> None:
    async with database.read("t") as session:
        with pytest.raises(Refused, match="bad_filter"):
            await case_lists.search(session, CaseFilter(**wanted))


async def test_a_cursor_is_of_one_list_and_order(many: Database) -> None:
    """The cursor of another order, direction or list is refused, as is one that nobody wrote."""
    async with many.read("t") as session:
        cursor = (await case_lists.search(session, CaseFilter(), limit=1)).next
        assert cursor is not None
        with pytest.raises(Refused, match="bad_cursor"):
            await case_lists.search(session, CaseFilter(), sort="due", cursor=cursor)
        with pytest.raises(Refused, match="bad_cursor"):
            await case_lists.search(session, CaseFilter(), descending=False, cursor=cursor)
        with pytest.raises(Refused, match="bad_cursor"):
            await task_lists.everywhere(session, sort="opened", cursor=cursor)
        for broken in (cursor[:-2], cursor + "A", "", "é", "x" * 5000, cursor.swapcase()):
            with pytest.raises(Refused, match="bad_cursor"):
                await case_lists.search(session, CaseFilter(), cursor=broken)


async def test_done_is_what_one_has_answered(many: Database) -> None:
    async with many.read("t") as session:
        done = await task_lists.inbox(session, "ann", status=Seen.DONE, sort="updated", limit=200)
    assert done.items
    assert {item.task.answered_by for item in done.items} == {"ann"}
    moments = [item.answered_at for item in done.items]
    assert moments == sorted(moments, key=lambda at: at or NEVER, reverse=True)
