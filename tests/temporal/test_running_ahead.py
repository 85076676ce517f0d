"""Actions that only compute are run where their case is written, and only as far as nobody could notice too early."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event

from activities import _computing
from activities._engine import CaseActivities
from activities._runtime import ActionRequest
from tests.support.house import QUICK, House, dawdling, eventually, failing
from waystation import case_worker
from waystation.contracts.events import Entry, EntryKind
from waystation.contracts.runs import Recorded, RecordRequest
from waystation.store import task_lists
from waystation.store.rebuild import rebuild

#: Five actions and the end; `then` stands after them.
ROW = """
nodes:
  a: { kind: action, do: x.step, next: b }
  b: { kind: action, do: x.step, next: c }
  c: { kind: action, do: x.step, next: %s }
"""


async def publish(house: House, text: str, process: str = "p") -> None:
    await house.publish(process, text, actions=("x.step",), computing="x.step")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is quick on an idle machine counts as quick on a busy one."""
    monkeypatch.setattr(_computing, "PATIENCE", 1.5)


async def marked_once(house: House, case: str) -> bool:
    """Has the history of a case exactly one marker, once its first workflow task is through?"""

    async def look() -> Any:
        found = await house.events(case)
        return found if found["WORKFLOW_TASK_COMPLETED"] else None

    return bool((await eventually(look))["MARKER_RECORDED"] == 1)


def told(entries: list[Entry], kind: EntryKind) -> list[str]:
    return [entry.node for entry in entries if entry.kind is kind]


async def agrees(house: House, case: str) -> list[Entry]:
    """The journal of a case: without a gap, and projections say the same."""
    entries = await house.journal(case)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert (await rebuild(house.database, house.tenant, check=True)).differences == []
    return entries


async def test_a_case_that_only_computes_is_written_once(house: House) -> None:
    """Its start, its actions and its end are one transaction and one marker of its history; it can be replayed."""
    writes: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO journal"):
            writes.append(statement)

    event.listen(house.database.writer.sync_engine, "before_cursor_execute", note)
    async with house.open():
        await publish(house, ROW % "end")
        _ = await house.ended(await house.start("p"))
        writes.clear()
        case = await house.start("p")
        _ = await house.ended(case)
    assert len(writes) == 1
    assert await marked_once(house, case)
    assert told(await agrees(house, case), EntryKind.ACTION_DONE) == ["a", "b", "c"]


async def test_who_is_asked_afterwards_is_asked_at_once(house: House) -> None:
    """The start answers when the task behind the actions is in the inbox."""
    await house.employ("ann")
    async with house.open():
        await publish(house, ROW % "ask" + "  ask: { kind: task, assign: [{ user: ann }], next: end }")
        case = await house.start("p")
        assert await marked_once(house, case)
        async with house.database.read(house.tenant) as session:
            assert [item.task.path for item in (await task_lists.inbox(session, "ann")).items] == ["ask"]
        await house.does(case, "ann", "complete", "ask", outcome="done")
        _ = await house.ended(case)
    _ = await agrees(house, case)


async def test_what_is_slow_is_run_beside(house: House) -> None:
    """It is stopped and run in a try of its own; the next time nobody waits for it. The case is known meanwhile."""
    house.actions["x.step"] = dawdling(2.5, times=2)
    async with house.open():
        await publish(house, ROW % "end")
        case = await house.start("p")
        _ = await house.ended(case)
        assert [call.path for call in house.calls] == ["a", "a", "b", "c"]
        _ = await house.ended(await house.start("p"))
        assert [call.path for call in house.calls[4:]] == ["a", "b", "c"]
    assert told(await agrees(house, case), EntryKind.ACTION_DONE) == ["a", "b", "c"]


async def test_a_failure_is_final_where_trying_again_is_pointless(house: House) -> None:
    """It is told once, and its handler goes on, in the same write."""
    house.actions["x.step"] = failing("x.no", times=1)
    async with house.open():
        await publish(
            house,
            """
            nodes:
              a: { kind: action, do: x.step, next: end, on: { error: [{ code: x.no, to: b }] } }
              b: { kind: action, do: x.step, next: end }
            """,
        )
        case = await house.start("p")
        _ = await house.ended(case)
        assert await marked_once(house, case)
    entries = await agrees(house, case)
    assert (told(entries, EntryKind.ACTION_FAILED), told(entries, EntryKind.ACTION_DONE)) == (["a"], ["b"])


async def test_what_failed_in_passing_is_tried_again(house: House) -> None:
    """By the node's rule, as if it had not been tried before the write."""
    house.actions["x.step"] = failing("x.busy", times=3, kind="transient")
    async with house.open():
        await publish(house, "nodes:\n  a: { kind: action, do: x.step, retry: { max_attempts: 4 }, next: end }")
        case = await house.start("p", trial=QUICK)
        _ = await house.ended(case)
    assert told(await agrees(house, case), EntryKind.ACTION_DONE) == ["a"]
    assert len(house.calls) == 4


@pytest.mark.parametrize("last", ["end", "say"])
async def test_what_others_notice_is_the_workflows(house: House, last: str) -> None:
    """A caller is told of an end, and a message is sent, only when the workflow has come so far."""
    child = ROW % last + ("" if last == "end" else "  say: { kind: send, to: cases, message: hello, next: end }")
    async with house.open():
        await publish(house, child, "child")
        await house.publish("p", "nodes:\n  sub: { kind: call, process: child, next: end }")
        case = await house.start("p")
        _ = await house.ended(case)
    assert told(await agrees(house, case), EntryKind.CALL_ENDED) == ["sub"]
    assert [call.path for call in house.calls] in (["a", "b", "c", "c"], ["a", "b", "c"])


async def test_what_was_written_further_makes_room(house: House) -> None:
    """A message comes while the store is slow to write: the case goes on from its first action, with both."""
    slow: list[RecordRequest] = []

    class Slow(CaseActivities):
        async def _write(self, request: RecordRequest) -> Recorded:
            done = [entry for entry in request.entries if entry.kind is EntryKind.ACTION_DONE]
            recorded = await super()._write(request)
            if len(done) == 2 and not slow:
                slow.append(request)
                await asyncio.sleep(9.5)  # beyond this, the worker asks for another workflow task
            return recorded

    async def number(request: ActionRequest) -> Any:
        return {"path": request.path}

    house.actions["x.step"] = number
    with patch.object(case_worker, "CaseActivities", Slow):
        async with house.open():
            await publish(
                house,
                """
                nodes:
                  both: { kind: fork, next: [a, hear] }
                  a: { kind: action, do: x.step, next: b }
                  b: { kind: action, do: x.step, next: met }
                  hear: { kind: receive, message: tick, next: met }
                  met: { kind: join, next: end }
                """,
            )
            case = await house.start("p")
            assert (await house.gateway.message(house.tenant, "tick", {}, "t1")).taken == 1
            _ = await house.ended(case)
    assert len(slow) == 1
    entries = await agrees(house, case)
    assert sorted(told(entries, EntryKind.ACTION_DONE)) == ["a", "b"]
    assert told(entries, EntryKind.MESSAGE_TAKEN) == ["hear"]
