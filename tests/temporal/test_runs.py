"""A case over several runs and several workers: nothing is lost at the seams, and every history replays."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.worker import Replayer

from tests.support.house import RESTLESS, House, dawdling, eventually, failing, forget_plans
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from workflows import graph
from workflows.graph import CaseWorkflow
from workflows.wire import WIRE

LOOP = """
    data: { n: { type: integer, default: 0 }, most: { type: integer, default: 40 } }
    limits: { steps: 100000 }
    nodes:
      add: { kind: action, do: x.add, save: { n: "${ data.n + 1 }" }, next: more }
      more: { kind: choice, next: [ { when: "${ data.n < data.most }", to: add }, { to: end } ] }
"""
GATHER = """
    data: { n: { type: integer, default: 0 } }
    on: { message: [ { name: tick, to: count, interrupt: false } ] }
    nodes:
      ask: { kind: task, assign: [{ user: ann }], next: end }
      count: { kind: set, save: { n: "${ data.n + 1 }" }, next: end }
"""
BRANCHES = """
    data: { blob: { type: string, default: "" } }
    nodes:
      split: { kind: fork, next: [left, right] }
      left: { kind: task, assign: [{ user: ann }], next: join }
      right: { kind: action, do: x.right, next: join }
      join: { kind: join, next: again }
      again: { kind: task, assign: [{ user: ann }], next: end }
"""
SHORTER = """
    nodes:
      ask: { kind: task, assign: [{ user: ann }], deadline: { in: 1h }, next: end }
"""
WAITING = """
    nodes:
      ask: { kind: task, assign: [{ user: ann }], deadline: { in: 1h }, next: go }
      go: { kind: action, do: x.go, next: end }
"""


async def test_a_loop_over_many_runs_loses_nothing(house: House) -> None:
    """Continue as new in the middle of a loop: every turn happens once, and the journal has no gap."""
    async with house.open():
        await house.publish("p", LOOP, actions=("x.add",), outside="x.add")
        case = await house.start("p", {"most": 12}, trial=RESTLESS)
        state = await house.ended(case)
        histories = await house.runs(case)
    assert 12 == state.data["n"] == len(house.calls) == len({request.key for request in house.calls})
    assert len(histories) >= 3
    assert all(len(history.events) < 40 for history in histories)
    entries = await house.journal(case)
    assert list(range(1, len(entries) + 1)) == [entry.seq for entry in entries]


async def test_commands_and_messages_cross_the_seams(house: House) -> None:
    """Many at once while the case continues as new again and again: each counts once, also when sent twice."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", GATHER)
        case = await house.start("p", trial=RESTLESS)

        async def disturb(number: int) -> None:
            for _ in range(2):
                await house.does(case, "ann", "draft", "ask", form={}, command=f"draft-{number}")
                await house.gateway.message(house.tenant, "tick", {"n": number}, f"tick-{number}")

        await asyncio.gather(*(disturb(number) for number in range(25)))

        async def counted() -> bool:
            state = await house.gateway.state(house.tenant, case)
            return int(state.data["n"]) >= 25

        await eventually(counted)
        await house.does(case, "ann", "complete", "ask", outcome="done")
        state = await house.ended(case)
        histories = await house.runs(case)
    assert len(histories) >= 2
    assert 25 == state.data["n"]
    drafts = [entry.data["id"] for entry in await house.journal(case) if entry.kind is EntryKind.COMMANDED]
    assert sorted([f"draft-{number}" for number in range(25)] + [drafts[-1]]) == sorted(drafts)


async def test_a_large_state_goes_through_the_store(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that is too large for an input is kept by its hash, and found again by the next run."""
    monkeypatch.setattr(graph, "CARRIED_LIMIT", 2_000)
    await house.employ("ann")
    async with house.open():
        await house.publish("p", BRANCHES, actions=("x.right",))
        blob = "字" * 20_000
        case = await house.start("p", {"blob": blob}, trial=RESTLESS)
        for number in range(12):
            await house.does(case, "ann", "draft", "left", form={"round": number})
        await house.does(case, "ann", "complete", "left", outcome="done")
        await house.does(case, "ann", "complete", "again", outcome="done")
        state = await house.ended(case)
        histories = await house.runs(case)
    assert blob == state.data["blob"]
    assert len(histories) >= 2
    second = histories[1].events[0].workflow_execution_started_event_attributes.input.payloads[0]
    assert len(second.data) < 2_000


async def test_another_worker_takes_over(house: House) -> None:
    """A worker goes, another comes that knows no plan: the case goes on where it was."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", WAITING, actions=("x.go",))
        case = await house.start("p")
    forget_plans()
    async with house.open():
        await house.does(case, "ann", "complete", "ask", outcome="done")
        assert "done" == (await house.ended(case)).ending.status  # type: ignore[union-attr]
    assert ["go"] == [request.path for request in house.calls]


async def test_a_version_published_later_is_served(house: House) -> None:
    """A running worker gets plans that it has never seen; open cases stay with theirs."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", WAITING, actions=("x.go",))
        old = await house.start("p")
        assert 2 == await house.publish("p", "nodes: { only: { kind: end, outcome: new } }")
        forget_plans()
        new = await house.ended(await house.start("p"))
        await house.does(old, "ann", "complete", "ask", outcome="done")
        assert ("new", 2) == (new.ending and new.ending.outcome, new.version)
        assert 1 == (await house.ended(old)).version


async def test_a_case_moves_to_another_version(house: House) -> None:
    """`migrate` goes through the same door; the target plan is found by its hash."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", WAITING, actions=("x.go",))
        case = await house.start("p", trial=RESTLESS)
        await house.publish("p", SHORTER)
        with pytest.raises(Refused, match="unknown_version"):
            await house.does(case, "", "migrate", to=7)
        await house.does(case, "", "migrate", to=2)
        for number in range(8):
            await house.does(case, "ann", "draft", "ask", form={"n": number})
        await house.does(case, "ann", "complete", "ask", outcome="done")
        state = await house.ended(case)
    assert (2, []) == (state.version, house.calls)


async def test_every_history_replays(house: House) -> None:
    """What the worker decided then, it would decide again: forks, failures, retries, messages, renewals, a cancel."""
    await house.employ("ann")
    house.actions["x.right"] = failing("x.down", times=1, kind="transient")
    async with house.open():
        await house.publish("branches", BRANCHES, actions=("x.right",))
        await house.publish("loop", LOOP, actions=("x.add",))
        await house.publish("gather", GATHER)
        branches = await house.start("branches", trial=RESTLESS)
        loop, gather = await house.start("loop", trial=RESTLESS), await house.start("gather")
        await house.does(branches, "ann", "complete", "left", outcome="done")
        _ = await house.gateway.message(house.tenant, "tick", {}, "t1")
        await house.handle(gather).cancel()
        for case in (loop, gather):
            _ = await house.ended(case)
        replayer = Replayer(workflows=[CaseWorkflow], data_converter=WIRE)
        for case in (branches, loop, gather):
            for history in await house.runs(case):
                await replayer.replay_workflow(history)


async def test_a_history_with_slow_actions_replays(house: House) -> None:
    """While one runs, the worker asks for further workflow tasks; a replay sees all of them as one."""
    house.actions["x.add"] = dawdling(4.5, times=2)
    async with house.open():
        await house.publish("loop", LOOP, actions=("x.add",))
        case = await house.start("loop", {"most": 60})
        _ = await house.ended(case)
        replayer = Replayer(workflows=[CaseWorkflow], data_converter=WIRE)
        for history in await house.runs(case):
            await replayer.replay_workflow(history)


async def test_an_action_that_takes_longer_than_its_quick_try_replays(house: House) -> None:
    """The server goes on with it; whoever looks at the case later, in another worker, finds it as it is."""
    house.actions["x.add"] = dawdling(6.0, times=1)
    async with house.open():
        await house.publish("slow", "nodes: { count: { kind: action, do: x.add, next: end } }", actions=("x.add",))
        case = await house.start("slow")
        _ = await house.ended(case)
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=WIRE)
    for history in await house.runs(case):
        await replayer.replay_workflow(history)
    assert [request.attempt for request in house.calls] == [1, 1]


async def test_an_outage_of_our_database_is_no_try(house: House) -> None:
    """An action that may be tried once is not given up because the store was away for a moment."""
    house.actions["x.add"] = failing("database_unavailable", times=3, kind="transient")
    async with house.open():
        await house.publish("p", "nodes: { count: { kind: action, do: x.add, next: end } }", actions=("x.add",))
        case = await house.start("p")
        ending = (await house.ended(case)).ending
        assert ending is not None
        assert ending.status == "done"
    assert [request.attempt for request in house.calls] == [1, 1, 1, 1]


async def test_lost_commands_are_safe_to_send_again(house: House) -> None:
    """Fifty clerks claim one task: one gets it, the others are told; nobody is lost at the limit of ten in flight."""
    names = [f"c{number}" for number in range(50)]
    await house.employ(*names)
    people = ", ".join(f"{{ user: {name} }}" for name in names)
    async with house.open():
        await house.publish("p", f"nodes: {{ pool: {{ kind: task, assign: [{people}], next: end }} }}")
        case = await house.start("p")

        async def claim(name: str) -> str:
            try:
                await house.does(case, name, "claim", "pool", command=f"claim-{name}")
            except Refused as refused:
                return refused.code
            return "mine"

        answers = await asyncio.gather(*(claim(name) for name in names))
    assert ["claimed"] * 49 + ["mine"] == sorted(answers)


async def test_equal_starts_with_one_key_are_one_case(house: House) -> None:
    """Fifty equal requests at once: one case, fifty equal answers; other input with the key is refused."""
    await house.employ("ann")
    async with house.open():
        text = 'data: { no: { type: string }, n: { type: integer } }\nstart: { key: "${ data.no }" }\n'
        await house.publish("p", text + "nodes: { ask: { kind: task, assign: [{ user: ann }], next: end } }")
        cases = await asyncio.gather(*(house.start("p", {"no": "A", "n": 1}) for _ in range(50)))
        with pytest.raises(Refused, match="key_in_use"):
            await house.start("p", {"no": "A", "n": 2})
    assert 1 == len(set(cases))
