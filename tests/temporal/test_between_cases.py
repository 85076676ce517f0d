"""What passes between cases on a server: messages, calls, locks. All of it goes through the outbox of the store."""

from __future__ import annotations

import pytest

from tests.support.house import House, eventually
from waystation.contracts.errors import Refused
from waystation.store import locks

RECEIVE = """
    data: { order: { type: string }, got: { type: integer, default: 0 } }
    nodes:
      paid: { kind: receive, message: paid, match: "${ data.order }", save: { got: "${ message.amount }" }, next: end }
"""
SEND = """
    nodes:
      tell: { kind: send, message: paid, to: cases, with: { key: "7", amount: "${ 40 + 2 }" }, next: end }
"""
BEGIN = """
    data: { order: { type: string } }
    start: { message: { name: placed, data: { order: "${ message.no }" }, key: "${ message.no }" } }
    nodes:
      pack: { kind: task, assign: [{ user: ann }], next: end }
"""
CALLER = """
    data: { answer: { type: integer } }
    nodes:
      sub:
        kind: call
        process: inner
        with: { n: "${ 20 }" }
        save: { answer: "${ result.n * 2 }" }
        on: { error: [ { code: "*", to: sorry } ] }
        next: end
      sorry: { kind: end, outcome: sorry }
"""
INNER = """
    data: { n: { type: integer } }
    nodes:
      ask: { kind: task, assign: [{ user: ann }], outcomes: [good, bad], next: { good: more, bad: no } }
      more: { kind: set, save: { n: "${ data.n + 1 }" }, next: end }
      no: { kind: end, error: refused }
"""
BENCH = """
    nodes:
      work: { kind: task, assign: [{ user: ann }], lock: { name: bench, scope: tenant }, next: end }
"""


async def test_a_message_reaches_the_case_that_waits_for_it(house: House) -> None:
    """One waiting case matches, the other is not woken; a message that comes first is kept."""
    async with house.open():
        await house.publish("p", RECEIVE)
        early = await house.gateway.message(house.tenant, "paid", {"key": "3", "amount": 5}, "m1")
        one, other = await house.start("p", {"order": "1"}), await house.start("p", {"order": "2"})
        before = await house.events(other)
        sent = await house.gateway.message(house.tenant, "paid", {"key": "1", "amount": 9}, "m2")
        again = await house.gateway.message(house.tenant, "paid", {"key": "1", "amount": 9}, "m2")
        assert {"order": "1", "got": 9} == (await house.ended(one)).data
        assert {"order": "3", "got": 5} == (await house.ended(await house.start("p", {"order": "3"}))).data
        assert before == await house.events(other)
    assert (0, 1, 1) == (early.taken, sent.taken, again.taken)


async def test_a_case_sends_to_another(house: House) -> None:
    """`send` writes its message with the journal, and the dispatcher brings it to whoever waits."""
    async with house.open():
        await house.publish("p", RECEIVE)
        await house.publish("q", SEND)
        waiting = await house.start("p", {"order": "7"})
        _ = await house.ended(await house.start("q"))
        assert {"order": "7", "got": 42} == (await house.ended(waiting)).data


async def test_a_message_starts_a_case_once(house: House) -> None:
    """A process that begins with a message starts once per message, and not while its key is in use."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", BEGIN)
        first = await house.gateway.message(house.tenant, "placed", {"no": "A"}, "m1")
        again = await house.gateway.message(house.tenant, "placed", {"no": "A"}, "m1")
        other = await house.gateway.message(house.tenant, "placed", {"no": "A"}, "m2")
        state = await house.at(first.started[0], "pack")
    assert ({"order": "A"}, "A") == (state.data, state.key)
    assert (1, 0) == (len(first.started), len(other.started))
    assert set(again.started) <= set(first.started)


async def test_a_called_case_answers_its_caller(house: House) -> None:
    """Its end comes back as an answer, with its data as `result`."""
    await house.employ("ann")
    async with house.open():
        await house.publish("inner", INNER)
        await house.publish("outer", CALLER)
        outer = await house.start("outer")
        inner = await _called(house, outer)
        await house.does(inner, "ann", "complete", "ask", outcome="good")
        assert {"answer": 42} == (await house.ended(outer)).data


async def test_a_called_case_fails_into_its_callers_edge(house: House) -> None:
    """An end error of the called case takes the caller's error edge."""
    await house.employ("ann")
    async with house.open():
        await house.publish("inner", INNER)
        await house.publish("outer", CALLER)
        outer = await house.start("outer")
        await house.does(await _called(house, outer), "ann", "complete", "ask", outcome="bad")
        state = await house.ended(outer)
    assert "sorry" == (state.ending and state.ending.outcome)


async def test_a_call_that_cannot_start_fails(house: House) -> None:
    """A process that is not there is an error at the call, not a case that waits for ever."""
    async with house.open():
        await house.publish("outer", CALLER)
        state = await house.ended(await house.start("outer"))
    assert "sorry" == (state.ending and state.ending.outcome)


async def test_cancelling_the_caller_cancels_the_called(house: House) -> None:
    """Whoever is waited for ends with the one who waits."""
    await house.employ("ann")
    async with house.open():
        await house.publish("inner", INNER)
        await house.publish("outer", CALLER)
        outer = await house.start("outer")
        inner = await _called(house, outer)
        await house.does(outer, "", "cancel")
        ended = [(await house.ended(case)).ending for case in (outer, inner)]
    assert ["cancelled", "cancelled"] == [ending and ending.status for ending in ended]


async def test_a_lock_goes_from_case_to_case(house: House) -> None:
    """One case has the bench; the next gets it in the order of asking, and nothing is held afterwards."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", BENCH)
        cases = [await house.start("p") for _ in range(3)]
        _ = await house.at(cases[0], "work", phase="open")
        for case, after in zip(cases, [*cases[1:], None], strict=True):
            with pytest.raises(Refused):
                await house.does(after or "none", "ann", "complete", "work", outcome="done")
            await house.does(case, "ann", "complete", "work", outcome="done")
            if after is not None:
                _ = await house.at(after, "work", phase="open")
        _ = await house.ended(cases[-1])
        async with house.database.read(house.tenant) as session:
            assert [] == await locks.queue_of(session, "tenant:bench")


async def test_a_cancelled_case_leaves_the_line(house: House) -> None:
    """Who waits for a lock and is cancelled is passed over."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", BENCH)
        first, second, third = [await house.start("p") for _ in range(3)]
        await house.does(second, "", "cancel")
        await house.does(first, "", "cancel")
        _ = await house.at(third, "work", phase="open")


async def _called(house: House, case: str) -> str:
    async def look() -> str | None:
        state = await house.gateway.state(house.tenant, case)
        called = next((act.work.get("case") for act in state.acts.values()), None)
        if called is None:
            return None
        try:
            inner = await house.gateway.state(house.tenant, called)
        except Refused:
            return None
        return str(called) if any(act.phase == "open" for act in inner.acts.values()) else None

    found: str = await eventually(look)
    return found
