"""How large a case may be: people, items, years, nodes, messages. None stalls, no run goes beyond the server's limit.

Each prints what it took: entries, runs, events of the longest run, bytes of the state, memory of this process, which is
worker and client in one.
"""

from __future__ import annotations

import asyncio
import os
import resource
from datetime import timedelta

from tests.support.compiling import plan
from tests.support.house import House, eventually
from tests.support.processes import EACH_DOES
from tests.support.proofs import TOLD
from waystation.bootstrap import build_catalog
from waystation.contracts.events import Entry, EntryKind
from waystation.scenario_files import PlanBook, Setup
from waystation.scenario_temporal import TemporalRuns
from workflows.machine import CaseState, dump_state
from workflows.people import parse_people
from workflows.scenarios import Scenario

#: A smaller share of the full counts can be asked for, to look at one thing.
SHARE = float(os.environ.get("PROVE_SHARE", "1"))
PEOPLE = max(20, int(500 * SHARE))
ITEMS = max(50, int(5_000 * SHARE))
NODES = max(50, int(1_000 * SHARE))
MESSAGES = max(20, int(1_000 * SHARE))
#: Of thirty days each: five years are 61.
MONTHS = max(6, int(61 * SHARE))
#: Where the server suggests a fresh run; the hard limit is 51,200 events.
MOST_EVENTS = 8_192
#: What is carried from run to run is stored outside the history when it is larger than this.
MOST_STATE = 8 * 1024 * 1024
PATIENCE = 1_800.0
AT_ONCE = 8


async def measured(house: House, case: str, what: str) -> list[Entry]:
    """The journal of a case that has ended; what it took is printed, and kept within bounds."""
    state = await house.ended(case, PATIENCE)
    assert state.ending is not None
    assert state.ending.status == "done"
    runs = await house.runs(case)

    async def written() -> list[Entry] | None:  # the case knows a moment before it is written
        found = await house.journal(case)
        return found if any(entry.kind is EntryKind.CASE_ENDED for entry in found[-3:]) else None

    entries: list[Entry] = await eventually(written)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    longest = max(len(run.events) for run in runs)
    told(what, state, len(entries), f"{len(runs)} runs of at most {longest} events")
    assert longest < MOST_EVENTS
    return entries


def told(what: str, state: CaseState, entries: int, runs: str) -> None:
    size, memory = len(dump_state(state)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{TOLD}{what}: {entries} entries, {runs}, {size // 1024} KiB at the end, {memory} MiB of memory")
    assert size < MOST_STATE


async def test_everybody_must_agree(house: House) -> None:
    """会签 of 500 people: each answers once, the last decides."""
    people = [f"p{number}" for number in range(PEOPLE)]
    await house.employ(*people)
    async with house.open():
        await house.publish(
            "p",
            """
            data: { who: { type: array, items: { type: string } } }
            nodes:
              judge: { kind: approval, approvers: ["${ data.who }"], mode: all, next: { approved: end, rejected: end } }
            """,
        )
        case = await house.start("p", {"who": people})
        await house.at(case, "judge", phase="open")
        few = asyncio.Semaphore(AT_ONCE)

        async def approve(person: str) -> None:
            async with few:
                await house.does(case, person, "approve", "judge", command=f"{person}-approves")

        await asyncio.gather(*(approve(person) for person in people))
        entries = await measured(house, case, f"{PEOPLE} people")
    assert len({entry.by for entry in entries if entry.kind is EntryKind.ANSWERED}) == PEOPLE


async def test_a_foreach_of_many_items(house: House) -> None:
    """5,000 items, each with an action: each is done once, and their results come together."""
    async with house.open():
        await house.publish("p", EACH_DOES, actions=("x.do",))
        case = await house.start("p", {"items": list(range(ITEMS))})
        entries = await measured(house, case, f"{ITEMS} items")
        state = await house.ended(case)
    assert state.data["total"] == sum(range(ITEMS))
    assert len({request.key for request in house.calls}) == ITEMS
    assert sum(entry.kind is EntryKind.ACTION_DONE for entry in entries) == ITEMS


async def test_a_process_of_many_nodes(house: House) -> None:
    """1,000 nodes one after another, every tenth an action: each is left once, in order."""
    ids = [f"n{number}" for number in range(NODES)]
    nodes = "\n".join(
        f"  {name}: {{ kind: {'action, do: x.do' if number % 10 == 0 else 'set'}, next: {after} }}"
        for number, (name, after) in enumerate(zip(ids, [*ids[1:], "end"], strict=True))
    )
    async with house.open():
        await house.publish("p", f"limits: {{ steps: 5000 }}\nnodes:\n{nodes}\n", actions=("x.do",))
        case = await house.start("p")
        entries = await measured(house, case, f"{NODES} nodes")
    assert [entry.node for entry in entries if entry.kind is EntryKind.NODE_LEFT] == ids


async def test_messages_that_come_before_anybody_waits(house: House) -> None:
    """1,000 messages are kept, and taken once each and in their order by a case that starts later."""
    async with house.open():
        await house.publish(
            "p",
            """
            data: { seen: { type: array, default: [] }, most: { type: integer } }
            limits: { steps: 100000 }
            nodes:
              hear: { kind: receive, message: early, save: { seen: "${ data.seen + [message.n] }" }, next: more }
              more: { kind: choice, next: [ { when: "${ size(data.seen) < data.most }", to: hear }, { to: end } ] }
            """,
        )
        for number in range(MESSAGES):
            await house.gateway.message(house.tenant, "early", {"n": number}, f"early-{number}")
        case = await house.start("p", {"most": MESSAGES})
        entries = await measured(house, case, f"{MESSAGES} early messages")
        state = await house.ended(case)
    assert state.data["seen"] == list(range(MESSAGES))
    assert sum(entry.kind is EntryKind.MESSAGE_TAKEN for entry in entries) == MESSAGES


async def test_a_case_that_lives_five_years() -> None:
    """A reminder every thirty days of skipped time: none is left out, none comes twice, each on its day."""
    text = """
        data: { n: { type: integer, default: 0 }, most: { type: integer } }
        nodes:
          month: { kind: wait, for: 30d, next: count }
          count: { kind: set, save: { n: "${ data.n + 1 }" }, next: more }
          more: { kind: choice, next: [ { when: "${ data.n < data.most }", to: month }, { to: end } ] }
    """
    book, people = PlanBook({"p": plan(text)}), {"ann": ["staff"]}
    scenario = Scenario("five years", "p", people, {}, {}, None, (), ())
    async with TemporalRuns(build_catalog()) as runs:
        engine = await runs.engine(Setup("years", 0, scenario, book.plans, parse_people(people)))
        begun = engine.now()
        case = await engine.start("p", {"most": MONTHS}, "ann")
        for month in range(1, MONTHS + 1):
            await engine.advance(timedelta(days=30))
            assert (await engine.state(case)).data["n"] == month
        state, entries = await engine.state(case), await engine.journal(case)
    assert state.status == "ended"
    assert state.ended_at == begun + MONTHS * timedelta(days=30)
    told(f"{MONTHS} months", state, len(entries), f"{MONTHS * 30 / 365:.1f} years")
