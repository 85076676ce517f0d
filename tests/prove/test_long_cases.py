"""Long cases stay under the server's limits by continuing as new, and lose nothing on the way."""

from __future__ import annotations

import asyncio
import os

from tests.support.house import House
from waystation.contracts.events import EntryKind

#: A smaller share of the full counts can be asked for, to look at one thing.
SHARE = float(os.environ.get("PROVE_SHARE", "1"))
TURNS = max(50, int(20_000 * SHARE))
COMMANDS = max(50, int(3_000 * SHARE))
#: Where the server suggests a fresh run; the hard limit is 51,200 events.
MOST_EVENTS = 8_192

LOOP = """
    data: { n: { type: integer, default: 0 }, most: { type: integer, default: 1 } }
    limits: { steps: 1000000 }
    nodes:
      add: { kind: action, do: x.add, save: { n: "${ data.n + 1 }" }, next: more }
      more: { kind: choice, next: [ { when: "${ data.n < data.most }", to: add }, { to: end } ] }
"""
DESK = """
    nodes:
      ask: { kind: task, assign: [{ user: ann }], next: end }
"""


async def test_many_turns_of_a_loop(house: House) -> None:
    """20,000 turns, each with an action: each happens once, no run is longer than the server suggests."""
    async with house.open():
        await house.publish("p", LOOP, actions=("x.add",))
        case = await house.start("p", {"most": TURNS})
        state = await house.ended(case, patience=1_800)
        histories = await house.runs(case)
    assert state.data["n"] == TURNS
    assert len({request.key for request in house.calls}) == TURNS
    assert max(len(history.events) for history in histories) < MOST_EVENTS
    entries = await house.journal(case)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


async def test_many_commands_to_one_case(house: House) -> None:
    """3,000 commands: each is accepted once, also when it is sent twice, and the journal has no gap."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", DESK)
        case = await house.start("p")
        few = asyncio.Semaphore(6)

        async def draft(number: int) -> None:
            async with few:
                for _ in range(2):
                    await house.does(case, "ann", "draft", "ask", form={}, command=f"draft-{number}")

        await asyncio.gather(*(draft(number) for number in range(COMMANDS)))
        await house.does(case, "ann", "complete", "ask", outcome="done")
        await house.ended(case)
        histories = await house.runs(case)
    accepted = [entry for entry in await house.journal(case) if entry.kind is EntryKind.COMMANDED]
    assert len(accepted) == COMMANDS + 1
    assert len({entry.data["id"] for entry in accepted}) == COMMANDS + 1
    assert max(len(history.events) for history in histories) < MOST_EVENTS
