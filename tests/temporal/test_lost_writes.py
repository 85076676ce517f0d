"""What was written for a workflow task that never became history does not stay, and nothing that did is touched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.house import House
from waystation.contracts.events import Entry, EntryKind
from waystation.gateway.doubts import CHECK_CASE, doubt, doubt_recent, settle
from waystation.store import cases, journal, outbox, task_lists
from waystation.store.rebuild import rebuild
from waystation.store.tables.cases import CaseStatus

ASK = """
    data: { n: { type: integer, default: 0 } }
    nodes:
      ask: { kind: task, assign: [{ user: ann }], next: end }
"""


async def test_a_task_that_is_done_again_replaces_what_it_wrote(house: House) -> None:
    """The worker died after writing: the task is done again, at another time, and its entries take their place."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK)
        case = await house.start("p")
        await _lose(house, case, "lost")
        answer = await house.does(case, "ann", "complete", "ask", outcome="done", command="true")
        _ = await house.ended(case)
    entries = await house.journal(case)
    assert list(range(1, len(entries) + 1)) == [entry.seq for entry in entries]
    assert ["true"] == [entry.data["id"] for entry in entries if entry.kind is EntryKind.COMMANDED]
    assert {"revision": 1, "status": "ended"} == answer
    assert [] == (await rebuild(house.database, house.tenant, check=True)).differences


async def test_a_command_that_was_lost_leaves_nothing(house: House) -> None:
    """Its sender never asks again: the case is in doubt, Temporal does not know the command, the inbox is as before."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK)
        case = await house.start("p")
        before = await house.journal(case)
        await _lose(house, case, "lost")
        async with house.database.read(house.tenant) as session:
            assert [] == (await task_lists.inbox(session, "ann")).items
        assert 4 == await settle(house.gateway.line, house.database, house.tenant, case)
        assert 0 == await settle(house.gateway.line, house.database, house.tenant, case)
        async with house.database.read(house.tenant) as session:
            assert ["ask"] == [item.task.path for item in (await task_lists.inbox(session, "ann")).items]
            row = await cases.case(session, case)
        assert CaseStatus.OPEN == (row and row.status)
        assert before == await house.journal(case)
        assert [] == (await rebuild(house.database, house.tenant, check=True)).differences
        await house.does(case, "ann", "complete", "ask", outcome="done", command="lost")
        assert "done" == (await house.ended(case)).ending.status  # type: ignore[union-attr]


async def test_history_is_never_taken_back(house: House) -> None:
    """A case that Temporal and the store agree about stays as it is, open or ended."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK)
        open_case, ended_case = await house.start("p"), await house.start("p")
        await house.does(ended_case, "ann", "complete", "ask", outcome="done")
        _ = await house.ended(ended_case)
        for case in (open_case, ended_case):
            before = await house.journal(case)
            assert 0 == await settle(house.gateway.line, house.database, house.tenant, case)
            assert before == await house.journal(case)


async def test_doubts_wait_in_the_outbox(house: House) -> None:
    """A doubt survives its process, comes up once a minute at most, and not before a lost task is done again."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ASK)
        case = await house.start("p")
        await doubt(house.database, house.tenant, case)
        assert 1 <= await doubt_recent(house.database)
    async with house.database.write(house.tenant) as session:
        now = datetime.now(UTC)
        assert [] == await outbox.claim(session, [CHECK_CASE], "w", at=now)
        later = await outbox.claim(session, [CHECK_CASE], "w", at=now.replace(year=now.year + 1))
    assert {case} == {item.case_id for item in later}
    assert len(later) <= 2


async def _lose(house: House, case: str, command: str) -> None:
    """Write what a completed task would have written, without Temporal's knowing."""
    at = datetime.now(UTC)
    seq = (await house.journal(case))[-1].seq

    def entry(what: EntryKind, path: str = "", **data: Any) -> Entry:
        nonlocal seq
        seq += 1
        return Entry(seq, at, what, path, path, "ann", data, command)

    lost = [
        entry(EntryKind.TASK_CLOSED, "ask", outcome="done", why="answered"),
        entry(EntryKind.NODE_LEFT, "ask", kind="task", outcome="done", to="end"),
        entry(EntryKind.COMMANDED, "ask", id=command, verb="complete", args={}, answer={"revision": 1}),
        entry(EntryKind.CASE_ENDED, status="done", outcome="done", code="", detail=None),
    ]
    async with house.database.write(house.tenant) as session:
        assert 4 == await journal.append(session, case, lost)
