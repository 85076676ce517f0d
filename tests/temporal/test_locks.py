"""Locks across cases, raced for on a server: one holder at every moment, nobody forgotten."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.support.house import House, eventually
from waystation.contracts.errors import Refused
from waystation.contracts.runs import CaseMark, LockClaim
from waystation.gateway.reservations import settle_lock
from waystation.store import locks

CLAIMED = """
    nodes:
      work: { kind: task, assign: [{ role: ann }], lock: { name: van, scope: SCOPE, take: claim }, next: end }
"""
ENTERED = """
    nodes:
      work: { kind: task, assign: [{ role: ann }], lock: { name: van, scope: SCOPE }, next: end }
"""
CASES = 20


async def _tries(house: House, case: str, verb: str) -> str:
    """How a verb at the task ends: its status, or the code of its refusal."""
    try:
        await house.does(case, "ann", verb, "work")
    except Refused as refused:
        return refused.code
    return "ok"


async def _queue(house: House, name: str) -> list[str]:
    async with house.database.read(house.tenant) as session:
        return [holder.case_id for holder in await locks.queue_of(session, name)]


async def test_of_racing_claims_one_takes_the_lock(house: House) -> None:
    """Twenty cases are claimed at the same instant: one gets it, the others are refused, and nobody queues."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", CLAIMED.replace("SCOPE", "tenant"))
        waiting = [await house.start("p") for _ in range(CASES)]
        for _ in range(2):
            ends = await asyncio.gather(*(_tries(house, case, "claim") for case in waiting))
            assert sorted(ends) == ["locked"] * (len(waiting) - 1) + ["ok"]
            winner = waiting[ends.index("ok")]
            assert await _queue(house, "tenant:van") == [winner]
            assert await _tries(house, winner, "complete") == "ok"
            waiting.remove(winner)
            assert await _queue(house, "tenant:van") == []


async def test_racing_answers_take_turns(house: House) -> None:
    """Who answers without a claim has the lock for that moment: of all who do so at once, each is done or refused."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", CLAIMED.replace("SCOPE", "process"))
        waiting = [await house.start("p") for _ in range(CASES)]
        while waiting:
            ends = await asyncio.gather(*(_tries(house, case, "complete") for case in waiting))
            assert "ok" in ends
            assert set(ends) <= {"ok", "locked"}
            waiting = [case for case, end in zip(waiting, ends, strict=True) if end != "ok"]
        assert await _queue(house, "process:p:van") == []


async def test_of_racing_starts_one_holds_and_each_gets_its_turn_in_order(house: House) -> None:
    """Twenty cases start at once at a locked node: one is open, and each opens in the order of its ticket."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", ENTERED.replace("SCOPE", "process"))
        started = await asyncio.gather(*(house.start("p") for _ in range(CASES)))

        async def all_queue() -> bool:
            return len(await _queue(house, "process:p:van")) == CASES

        _ = await eventually(all_queue)
        order = await _queue(house, "process:p:van")
        assert sorted(order) == sorted(started)
        for number, case in enumerate(order):
            _ = await house.at(case, "work", phase="open")
            for following in order[number + 1 : number + 2]:
                assert await _tries(house, following, "complete") == "not_open"
            assert await _tries(house, case, "complete") == "ok"
        assert await _queue(house, "process:p:van") == []


async def test_a_reservation_that_its_case_does_not_know_is_given_up(house: House) -> None:
    """What a lost command has reserved goes to the next in line; what a case holds stays with it."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", CLAIMED.replace("SCOPE", "tenant"))
        await house.publish("q", ENTERED.replace("SCOPE", "tenant"))
        lost = await house.start("p")
        await _reserved(house, lost, ago=timedelta(minutes=2))
        queued = await house.start("q")
        assert await _tries(house, queued, "complete") == "not_open"
        await _settle(house, lost)
        _ = await house.at(queued, "work", phase="open")
        await _reserved(house, queued, ago=timedelta(minutes=2))
        await _settle(house, queued)
        assert await _queue(house, "tenant:van") == [queued]


async def _reserved(house: House, case: str, ago: timedelta) -> None:
    """A reservation as a command leaves it that was lost before anything came of it."""
    then = datetime.now(UTC) - ago
    mark = CaseMark(house.tenant, case, "p", 1, "", then)
    claim = LockClaim(mark, "work", "tenant:van")
    async with house.database.write(house.tenant) as session:
        await locks.reserve_lock(session, claim.name, case, claim.path, until=then, at=then)


async def _settle(house: House, case: str) -> None:
    await settle_lock(house.gateway.line, house.database, house.tenant, case, "tenant:van", "work")
    house.gateway.decided()
