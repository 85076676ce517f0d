"""Two who want the same at the same time: exactly one wins, the other is told why, and journal and state agree.

Both commands of a pair are on their way before either is answered. A thousand pairs of each kind at full count.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.house import House, eventually
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Entry, EntryKind
from waystation.store import cases, definitions
from waystation.store.ids import new_id
from waystation.store.rebuild import rebuild
from waystation.store.tables.cases import CaseRow
from workflows.machine import CaseState

pytestmark = [pytest.mark.slow, pytest.mark.temporal]

#: A smaller share of the full counts can be asked for, to look at one thing.
SHARE = float(os.environ.get("PROVE_SHARE", "1"))
RACES = max(20, int(1_000 * SHARE))
#: Races at once; more only wait for each other.
AT_ONCE = 8

APPROVAL = """
    nodes:
      ask:
        kind: approval
        approvers: [{ user: ann }, { user: bob }]
        mode: any
        next: { approved: end, rejected: end }
"""
ALONE = """
    nodes:
      ask: { kind: approval, approvers: [{ user: ann }], next: { approved: end, rejected: end } }
"""
POOL = """
    nodes:
      ask: { kind: task, assign: [{ user: ann }, { user: bob }], next: end }
"""
WITHDRAWN = """
    withdraw: { until: first_answer }
    nodes:
      ask: { kind: task, assign: [{ user: ann }], next: last }
      last: { kind: task, assign: [{ user: ann }], next: end }
"""
#: Versions differ in the people whom they ask.
VERSION = """
    data: { n: { type: integer, default: %d } }
    nodes:
      ask: { kind: task, assign: [{ user: ann }], next: end }
"""

#: What somebody does; and how it went: "" or the code of the refusal.
Move = Callable[[], Awaitable[Any]]


async def outcome(move: Move) -> str:
    try:
        await move()
    except Refused as refused:
        return refused.code
    return ""


def sends(house: House, case: str, actor: str, verb: str, task: str | None = None, **args: Any) -> Move:
    """A command under one id. Where no answer comes it is sent again, as everybody may."""
    command = str(args.pop("command", new_id()))

    async def send() -> Any:
        while True:
            try:
                return await house.does(case, actor, verb, task, command=command, **args)
            except Unavailable:
                continue

    return send


async def race(house: House, one: Callable[[str], Move], other: Callable[[str], Move]) -> list[tuple[str, str, str]]:
    """(case, how the one fared, how the other did) of as many races as asked, every other one begun by the other."""
    few = asyncio.Semaphore(AT_ONCE)

    async def once(number: int) -> tuple[str, str, str]:
        async with few:
            case = await house.start("p", actor="ann")
            await asked(house, case)
            moves = [one(case), other(case)]
            if number % 2:
                second, first = await asyncio.gather(outcome(moves[1]), outcome(moves[0]))
            else:
                first, second = await asyncio.gather(outcome(moves[0]), outcome(moves[1]))
            return case, first, second

    return list(await asyncio.gather(*(once(number) for number in range(RACES))))


async def asked(house: House, case: str) -> None:
    """Wait until its people have been asked; where very much is under way, a start is answered before."""
    while True:
        try:
            _ = await house.at(case, "ask", phase="open")
        except (TimeoutError, Unavailable):
            continue
        return


async def told(house: House, case: str) -> tuple[CaseState, list[Entry], CaseRow]:
    """A case's state, journal and row, which must agree."""

    async def look() -> tuple[CaseState, list[Entry], CaseRow] | None:
        state, entries = await house.gateway.state(house.tenant, case), await house.journal(case)
        async with house.database.read(house.tenant) as session:
            row = await cases.case(session, case)
        return (state, entries, row) if row is not None and row.revision == state.seq == len(entries) else None

    found: tuple[CaseState, list[Entry], CaseRow] = await eventually(look)
    return found


def accepted(entries: list[Entry]) -> list[tuple[str, str]]:
    """(verb, who) of every command that was accepted."""
    return [(str(entry.data["verb"]), entry.by) for entry in entries if entry.kind is EntryKind.COMMANDED]


async def nothing_is_wrong(house: House) -> bool:
    """The projections are what the journal says."""
    report = await rebuild(house.database, house.tenant, check=True)
    return report.cases > 0 and not report.differences and not report.unknown


async def test_two_approve_at_once(house: House) -> None:
    """One approval suffices: one of the two is accepted, the other finds the task closed."""
    await house.employ("ann", "bob")
    async with house.open():
        await house.publish("p", APPROVAL)
        ends = await race(
            house,
            lambda case: sends(house, case, "ann", "approve", "ask"),
            lambda case: sends(house, case, "bob", "approve", "ask"),
        )
        for case, first, second in ends:
            assert sorted((first, second)) == ["", "not_open"]
            state, entries, row = await told(house, case)
            assert accepted(entries) == [("approve", "ann" if first == "" else "bob")]
            assert (state.status, row.status, row.outcome) == ("ended", "done", "done")
        assert await nothing_is_wrong(house)


async def test_the_same_approval_twice(house: House) -> None:
    """Sent twice under one id it counts once, and both get the same answer; under two ids, one is refused."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ALONE)
        ends = await race(
            house,
            lambda case: sends(house, case, "ann", "approve", "ask", command="same"),
            lambda case: sends(house, case, "ann", "approve", "ask", command="same"),
        )
        for case, first, second in ends:
            assert (first, second) == ("", "")
            _, entries, _ = await told(house, case)
            assert accepted(entries) == [("approve", "ann")]
            assert sum(entry.kind is EntryKind.ANSWERED for entry in entries) == 1
        ends = await race(
            house,
            lambda case: sends(house, case, "ann", "approve", "ask"),
            lambda case: sends(house, case, "ann", "reject", "ask"),
        )
        for case, first, second in ends:
            assert sorted((first, second)) == ["", "not_open"]
            _, entries, _ = await told(house, case)
            assert accepted(entries) == [("approve" if first == "" else "reject", "ann")]
        assert await nothing_is_wrong(house)


async def test_an_approval_against_a_cancellation(house: House) -> None:
    """The case ends in one way: approved, or cancelled."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ALONE)
        ends = await race(
            house,
            lambda case: sends(house, case, "ann", "approve", "ask"),
            lambda case: sends(house, case, "", "cancel"),
        )
        for case, first, second in ends:
            assert sorted((first, second)) == ["", "not_open"]
            _, entries, row = await told(house, case)
            assert [verb for verb, _ in accepted(entries)] == ["approve" if first == "" else "cancel"]
            assert row.status == ("done" if first == "" else "cancelled")
        assert await nothing_is_wrong(house)


async def test_two_claim_at_once(house: House) -> None:
    """One has it; the other gets `claimed`, and cannot complete it."""
    await house.employ("ann", "bob")
    async with house.open():
        await house.publish("p", POOL)
        ends = await race(
            house,
            lambda case: sends(house, case, "ann", "claim", "ask"),
            lambda case: sends(house, case, "bob", "claim", "ask"),
        )
        for case, first, second in ends:
            assert sorted((first, second)) == ["", "claimed"]
            winner, loser = ("ann", "bob") if first == "" else ("bob", "ann")
            state, entries, _ = await told(house, case)
            assert accepted(entries) == [("claim", winner)]
            assert [act.panel.claimer for act in state.acts.values() if act.panel is not None] == [winner]
        case, first, _ = ends[0]
        loser = "bob" if first == "" else "ann"
        assert await outcome(sends(house, case, loser, "complete", "ask", outcome="done")) == "claimed"
        assert await nothing_is_wrong(house)


async def test_a_withdrawal_against_an_answer(house: House) -> None:
    """Withdrawn, or answered and then too late to withdraw."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", WITHDRAWN)
        ends = await race(
            house,
            lambda case: sends(house, case, "ann", "withdraw"),
            lambda case: sends(house, case, "ann", "complete", "ask", outcome="done"),
        )
        for case, first, second in ends:
            assert (first, second) in (("", "not_open"), ("too_late", ""))
            state, entries, row = await told(house, case)
            assert [verb for verb, _ in accepted(entries)] == ["withdraw" if first == "" else "complete"]
            assert row.status == ("withdrawn" if first == "" else "open")
            assert [act.node for act in state.acts.values()] == ([] if first == "" else ["last"])
        assert await nothing_is_wrong(house)


async def test_publishing_against_starting(house: House) -> None:
    """Each case gets one version, whole: number, plan and data belong together, and none is older than asked for."""
    await house.employ("ann")
    few = asyncio.Semaphore(AT_ONCE)
    async with house.open():
        latest = await house.publish("p", VERSION % 1)
        plans: dict[int, str] = {}
        seen: Counter[str] = Counter()

        async def once(number: int) -> None:
            nonlocal latest
            async with few:
                before = latest
                case, version = await asyncio.gather(
                    house.start("p", actor="ann"), house.publish("p", VERSION % (number + 2))
                )
                latest = max(latest, version)
                state, _, row = await told(house, case)
                assert before <= state.version <= latest
                assert (row.version, row.plan_hash) == (state.version, state.plan)
                assert plans.setdefault(state.version, state.plan) == state.plan
                seen["new" if state.version > before else "old"] += 1

        await asyncio.gather(*(once(number) for number in range(RACES)))
        async with house.database.read(house.tenant) as session:
            versions = await definitions.versions(session, "p")
        assert [version.number for version in versions] == list(range(RACES + 1, 0, -1))
        assert plans.items() <= {version.number: version.plan_hash for version in versions}.items()
        assert sum(seen.values()) == RACES
        assert await nothing_is_wrong(house)
