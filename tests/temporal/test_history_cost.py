"""What a step costs in history, and that entries written ahead of the workflow make room where it goes another way."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event

from activities._runtime import ActionRequest
from tests.support.house import House, dawdling
from waystation.contracts.events import EntryKind
from waystation.store.rebuild import rebuild

STEPS = 12


def line(kind: str, *, then: str = "") -> str:
    """One node after another; tasks for ann."""
    what = "kind: task, assign: [{ user: ann }]" if kind == "task" else "kind: action, do: x.add"
    names = [f"n{number}" for number in range(STEPS)] + ["end"]
    nodes = (f"  {name}: {{ {what}{then}, next: {following} }}" for name, following in pairwise(names))
    return "\n".join(["nodes:", *nodes])


@pytest.mark.parametrize(("then", "most"), [("", 6), (", deadline: 2h", 8)])
async def test_an_answer_costs_few_events(house: House, then: str, most: int) -> None:
    """Six where no clock changes: the task, the update, and one transaction that opens the next task too."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", line("task", then=then))
        case = await house.start("p")
        await house.at(case, "n0")
        before = await house.events(case)
        for number in range(STEPS - 1):
            await house.does(case, "ann", "complete", f"n{number}", outcome="done")
            await house.at(case, f"n{number + 1}", phase="open")
        spent = await house.events(case) - before
    assert spent.total() <= most * (STEPS - 1)


async def of_a_quick_case(house: House) -> int:
    """Events of a case of actions, the least of a few: a busy machine spreads one over several workflow tasks."""
    least = 1_000
    for _ in range(6):
        case = await house.start("p")
        await house.ended(case)
        least = min(least, (await house.events(case)).total())
        if least <= 1.5 * STEPS + 4:
            break
    return least


async def test_an_action_costs_one_event_and_a_bit(house: House) -> None:
    """A marker each, and one workflow task for all."""
    async with house.open():
        await house.publish("p", line("action"), actions=("x.add",))
        assert await of_a_quick_case(house) <= 1.5 * STEPS + 4


async def test_actions_that_compute_are_written_together(house: House) -> None:
    """No transaction each, and not an event more; nobody misses an entry."""
    writes: list[str] = []
    event.listen(house.database.writer.sync_engine, "commit", lambda _: writes.append("commit"))
    async with house.open():
        await house.publish("p", line("action"), actions=("x.add",), computing="x.add")
        assert await of_a_quick_case(house) <= 1.5 * STEPS + 4
        fewest = STEPS
        for _ in range(6):
            writes.clear()
            case = await house.start("p")
            await house.ended(case)
            fewest = min(fewest, len(writes))
        assert fewest <= STEPS / 2
    told = [entry.node for entry in await house.journal(case) if entry.kind is EntryKind.ACTION_DONE]
    assert told == [f"n{number}" for number in range(STEPS)]


async def test_what_computes_for_long_holds_nothing_back(house: House) -> None:
    """A command is answered meanwhile; after the quick try the server goes on, and everything before is written."""
    answered = asyncio.Event()
    slow = dawdling(6.0, times=1)

    async def counting(request: ActionRequest) -> Any:
        """Outlasts its quick try; then goes on until the command has been answered."""
        outcome = await slow(request)
        await answered.wait()
        return outcome

    house.actions["x.add"] = counting
    await house.employ("ann")
    async with house.open():
        await house.publish(
            "p",
            """
            nodes:
              both: { kind: fork, next: [count, ask] }
              count: { kind: action, do: x.add, next: met }
              ask: { kind: task, assign: [{ user: ann }], next: met }
              met: { kind: join, next: end }
            """,
            actions=("x.add",),
            computing="x.add",
        )
        case = await house.start("p")
        await house.does(case, "ann", "complete", "ask", outcome="done")
        told = [entry.kind for entry in await house.journal(case)]
        assert EntryKind.TASK_CLOSED in told
        assert EntryKind.ACTION_DONE not in told
        answered.set()
        await house.ended(case)


async def test_what_was_written_ahead_makes_room(house: House) -> None:
    """Messages that come while people are found give the case other entries: journal and inbox follow the case."""
    await house.employ("ann")
    async with house.open():
        await house.publish(
            "p",
            """
            data: { n: { type: integer, default: 0 } }
            nodes:
              both: { kind: fork, next: [ask, hear] }
              ask: { kind: task, assign: [{ user: ann }], next: more }
              more: { kind: choice, next: [{ when: "${ data.n < 30 }", to: ask }, { to: met }] }
              hear: { kind: receive, message: tick, save: { n: "${ data.n + 1 }" }, next: again }
              again: { kind: choice, next: [{ when: "${ data.n < 30 }", to: hear }, { to: met }] }
              met: { kind: join, next: end }
            """,
        )
        case = await house.start("p")

        async def tick(number: int) -> None:
            await asyncio.sleep(number * 0.02)
            await house.gateway.message(house.tenant, "tick", {}, f"t{number}")

        ticking = asyncio.gather(*(tick(number) for number in range(30)))
        while (state := await house.gateway.state(house.tenant, case)).status != "ended":
            open_tasks = [act.path for act in state.acts.values() if act.node == "ask" and act.phase == "open"]
            for path in open_tasks:
                await house.does(case, "ann", "complete", path, outcome="done")
        await ticking
    entries = await house.journal(case)
    assert list(range(1, len(entries) + 1)) == [entry.seq for entry in entries]
    assert len([entry for entry in entries if entry.kind is EntryKind.TASK_CLOSED]) > 1
    assert [] == (await rebuild(house.database, house.tenant, check=True)).differences
