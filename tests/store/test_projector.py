"""What journal entries make of the projections."""

from __future__ import annotations

from typing import Any

import pytest

from tests.store.journals import META, Story
from tests.store.moments import T0, later
from waystation.contracts.events import Entry, EntryKind
from waystation.store import cases, journal, list_counts, notices, task_lists, tasks
from waystation.store.case_rows import CaseRows
from waystation.store.projector import project
from waystation.store.session import Database
from waystation.store.tables.cases import CaseRow, CaseStatus, Seen, TaskPersonRow


async def case_of(database: Database, story: Story) -> CaseRow:
    await story.store(database)
    async with database.read("t") as session:
        found = await cases.case(session, story.case_id)
    assert found is not None
    return found


async def people_of(database: Database, path: str) -> dict[str, str]:
    """Who sees a task, and why."""
    found = {}
    async with database.read("t") as session:
        for person in ("ann", "bob", "cat"):
            row = await session.get(TaskPersonRow, ("t", "c1", path, person))
            if row is not None:
                found[person] = row.status
    return found


async def test_a_case_from_start_to_end(database: Database) -> None:
    """The case's row follows its journal."""
    story = Story().started(key="A1", title="Printer", priority=2).asks("visit", "bob")
    open_case = await case_of(database, story)
    assert (open_case.status, open_case.key_text, open_case.title, open_case.priority) == (
        CaseStatus.OPEN,
        "A1",
        "Printer",
        2,
    )
    assert (open_case.nodes, open_case.version, open_case.initiator) == ({"visit": 1}, 1, "ann")
    story.tell(EntryKind.DATA_CHANGED, "visit", fields={"n": 2, "note": "ok"})
    story.tell(EntryKind.CASE_TITLED, title="Printer 2", priority=1).answered("visit", "bob").ended()
    done = await case_of(database, story)
    assert (done.status, done.outcome, done.ended_at) == (CaseStatus.DONE, "done", later(len(story.entries)))
    assert (done.data, done.nodes, done.title, done.priority) == ({"n": 2, "note": "ok"}, {}, "Printer 2", 1)
    assert done.revision == len(story.entries)


async def test_a_failed_case_tells_its_code(database: Database) -> None:
    story = Story().started().tell(EntryKind.CASE_ENDED, status="failed", outcome="", code="no_stock")
    found = await case_of(database, story)
    assert (found.status, found.outcome) == (CaseStatus.FAILED, "no_stock")


async def test_what_ends_with_the_case_is_closed(database: Database) -> None:
    """After a case has ended, nothing of it is open: tasks, clocks, incidents, visits, waits in inboxes."""
    story = Story().started().asks("visit", "bob", due=60)
    story.tell(EntryKind.INCIDENT_OPENED, "visit", code="x", title="y").ended("cancelled", "")
    await story.store(database)
    async with database.read("t") as session:
        assert [row.status for row in await tasks.of_case(session, "c1")] == ["closed"]
        assert [row.status for row in await cases.clocks(session, "c1")] == ["stopped"]
        assert [row.status for row in await cases.visits(session, "c1")] == ["withdrawn"]
        assert await cases.incidents(session, "c1") == []
        assert (await task_lists.inbox(session, "bob")).items == []


async def test_who_sees_a_task_follows_who_may_answer(database: Database) -> None:
    """Claim, release, transfer and answer move the task between inboxes."""
    story = Story().started().asks("visit", "ann", "bob")
    await story.store(database)
    assert await people_of(database, "visit") == {"ann": Seen.OPEN, "bob": Seen.OPEN}
    story.tell(EntryKind.TASK_CHANGED, "visit", candidates=["ann", "bob"], claimer="bob", revision=2)
    await story.store(database)
    assert await people_of(database, "visit") == {"ann": Seen.GONE, "bob": Seen.OPEN}
    story.tell(EntryKind.TASK_CHANGED, "visit", candidates=["cat"], viewers=["cat", "ann"], claimer=None, revision=3)
    await story.store(database)
    assert await people_of(database, "visit") == {"ann": Seen.OPEN, "bob": Seen.GONE, "cat": Seen.OPEN}
    story.answered("visit", "cat")
    await story.store(database)
    assert await people_of(database, "visit") == {"ann": Seen.CLOSED, "bob": Seen.GONE, "cat": Seen.DONE}


async def test_a_due_time_reaches_task_inbox_and_case(database: Database) -> None:
    """Whether the clock is set before or after the task opens, and when it moves."""
    story = Story().started().asks("visit", "bob", due=60)
    story.tell(EntryKind.CLOCK_SET, "", clock="|deadline", kind="deadline", due=later(900).isoformat(), next=None)
    assert (await case_of(database, story)).due_at == later(900)
    story.clock("visit", 120).tell(EntryKind.BREACHED, "visit", mark="breached", clock="visit|deadline")
    await story.store(database)
    async with database.read("t") as session:
        task = await tasks.task(session, "c1", "visit")
        assert task is not None
        assert (task.due_at, task.breached) == (later(120), True)
        counts = await list_counts.inbox_counts(session, "bob", at=later(121))
    assert (counts.todo, counts.overdue) == (1, 1)


async def test_a_task_offered_again_is_open_again(database: Database) -> None:
    """`open_while` closes a task and offers it again at the same path."""
    story = Story().started().asks("visit", "bob").tell(EntryKind.TASK_CLOSED, "visit", why="open_while")
    await story.store(database)
    assert await people_of(database, "visit") == {"bob": Seen.CLOSED}
    story.asks("visit", "bob")
    await story.store(database)
    assert await people_of(database, "visit") == {"bob": Seen.OPEN}


async def test_incidents_are_counted_while_they_are_open(database: Database) -> None:
    story = Story().started().tell(EntryKind.NODE_ENTERED, "pay", kind="action")
    story.tell(EntryKind.INCIDENT_OPENED, "pay", code="bank.down", title="No answer", detail={"tries": 3})
    assert (await case_of(database, story)).incidents == 1
    story.tell(EntryKind.INCIDENT_CLOSED, "pay", "op", how="retry")
    assert (await case_of(database, story)).incidents == 0
    async with database.read("t") as session:
        (closed,) = await cases.incidents(session, "c1", only_open=False)
    assert (closed.how, closed.closed_by, closed.detail) == ("retry", "op", {"tries": 3})


async def test_where_cases_stand(database: Database) -> None:
    """Active activations are counted by node, also several of one node."""
    story = Story().started().asks("pick", "bob").asks("pick#2", "bob").asks("pay", "cat").answered("pay", "cat")
    story.tell(EntryKind.NODE_PASSED, "gift")
    found = await case_of(database, story)
    assert found.nodes == {"pick": 2}
    async with database.read("t") as session:
        loads = await cases.node_loads(session, "repair")
    assert [(load.node, load.active, load.since) for load in loads] == [("pick", 2, later(2))]


async def test_an_accepted_command_keeps_its_answer(database: Database) -> None:
    """The same command id is answered from here, also after the case has ended; the first answer stays."""
    story = Story().started().tell(EntryKind.COMMANDED, "", "op", id="k1", verb="cancel", args={}, answer={"ok": 1})
    story.tell(EntryKind.COMMANDED, "", "op", id="k1", verb="cancel", args={}, answer={"ok": 2}).ended("cancelled", "")
    await story.store(database)
    async with database.read("t") as session:
        answer = await cases.command_answer(session, "c1", "k1")
        assert answer is not None
        assert (answer.answer, answer.verb, answer.actor) == ({"ok": 1}, "cancel", "op")
        assert await cases.command_answer(session, "c1", "k2") is None


async def test_readers_and_their_receipts(database: Database) -> None:
    """抄送: each person once; a receipt is kept the first time."""
    story = Story().started().asks("visit", "bob").tell(EntryKind.VERB, "visit", "bob", verb="cc", who=["cat", "ann"])
    story.tell(EntryKind.VERB, "visit", "bob", verb="cc", who="cat").tell(EntryKind.VERB, "visit", "cat", verb="read")
    story.tell(EntryKind.VERB, "visit", "cat", verb="read")
    await story.store(database)
    async with database.read("t") as session:
        readers = await cases.readers(session, "c1")
        assert [row.person for row in await cases.to_read(session, "cat")] == ["cat"]
    assert [(row.person, row.read_at) for row in readers] == [("ann", None), ("cat", later(6))]


async def test_a_draft_belongs_to_the_person(database: Database) -> None:
    """Fields saved later go over those saved earlier; answering uses them up."""
    story = Story().started().asks("visit", "bob", "cat")
    for form in ({"a": 1, "b": 1}, {"b": 2}):
        story.tell(EntryKind.VERB, "visit", "bob", verb="draft", form=form)
    await story.store(database)
    async with database.read("t") as session:
        assert [item.draft for item in (await task_lists.inbox(session, "bob")).items] == [{"a": 1, "b": 2}]
        assert [item.draft for item in (await task_lists.inbox(session, "cat")).items] == [None]
    story.answered("visit", "bob")
    await story.store(database)
    async with database.read("t") as session:
        assert [item.draft for item in (await task_lists.inbox(session, "bob", status=Seen.DONE)).items] == [None]


async def test_notices_in_the_product(database: Database) -> None:
    story = Story().started()
    for number in range(3):
        story.tell(
            EntryKind.NOTICE, id=f"n{number}", to=["bob", "bob"], template="due", priority=1, values={"n": number}
        )
    await story.store(database)
    async with database.write("t") as session:
        first = await notices.notices_of(session, "bob", limit=2)
        rest = await notices.notices_of(session, "bob", limit=2, cursor=first.next)
        assert [row.body["values"]["n"] for row in (*first.items, *rest.items)] == [2, 1, 0]
        assert await notices.mark_read(session, "bob", [first.items[0].notice], at=T0) == 1
        assert await notices.mark_read(session, "cat", [first.items[1].notice], at=T0) == 0
        assert await notices.unread(session, "bob") == 2
        assert await notices.mark_read(session, "bob", at=T0) == 2


async def test_data_changes_tell_who_and_when(database: Database) -> None:
    """Local values of an item are told, and do not become the case's data."""
    story = Story().started().tell(EntryKind.DATA_CHANGED, "visit", "bob", fields={"n": 2})
    story.tell(EntryKind.DATA_CHANGED, "lines[0]/pick", "cat", fields={"n": 3}, local=True)
    assert (await case_of(database, story)).data == {"n": 2}
    async with database.read("t") as session:
        changes = await cases.changes(session, "c1", "n")
    assert [(row.value, row.local, row.path, row.actor) for row in changes] == [
        (2, False, "visit", "bob"),
        (3, True, "lines[0]/pick", "cat"),
    ]


async def test_migration_and_reopening_bring_new_facts(database: Database) -> None:
    """A migrated or reopened case runs on another version; its caller stays known."""
    story = Story().started(caller="c0|call#2")
    async with database.write("t") as session:
        await journal.append(session, "c1", story.entries)
    story.tell(EntryKind.MIGRATED, **{"from": 1, "to": 2})
    async with database.write("t") as session:
        await journal.append(session, "c1", story.entries[1:], journal.CaseMeta(2, "b" * 64))
    found = await case_of(database, story)
    assert (found.version, found.plan_hash, found.parent_case, found.parent_path) == (2, "b" * 64, "c0", "call#2")


async def test_suspended_and_resumed(database: Database) -> None:
    story = Story().started().tell(EntryKind.SUSPENDED)
    assert (await case_of(database, story)).status == CaseStatus.SUSPENDED
    story.tell(EntryKind.RESUMED)
    assert (await case_of(database, story)).status == CaseStatus.OPEN


@pytest.mark.parametrize("kind", list(EntryKind))
def test_every_kind_of_entry_is_understood(kind: EntryKind) -> None:
    """No kind is forgotten, and keys that are not known are ignored."""
    data: dict[str, Any] = {"fields": {}, "clock": "x|deadline", "id": "n", "status": "done", "process": "p"}
    rows = CaseRows("c1")
    project(rows, Entry(1, T0, EntryKind.CASE_STARTED, data={"process": "p"}), META)
    if kind is not EntryKind.CASE_STARTED:
        project(rows, Entry(2, T0, kind, "x", "x", "ann", {**data, "unheard_of": [1, 2]}), META)
        assert rows.case.revision == 2
