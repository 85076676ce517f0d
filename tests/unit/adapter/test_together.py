"""What cases write at the same time goes together, and what cannot go through takes nobody along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from activities._together import MOST_TOGETHER, Together
from waystation.contracts.errors import Unavailable
from waystation.contracts.events import Entry, EntryKind
from waystation.contracts.runs import CaseMark, Recorded, RecordRequest
from waystation.store.session import Conflict

T0 = datetime(2026, 5, 6, tzinfo=UTC)


def request(case: str, seq: int = 1, tenant: str = "t") -> RecordRequest:
    return RecordRequest(CaseMark(tenant, case, "p", 1, "plan", T0), [Entry(seq, T0, EntryKind.SUSPENDED)])


@dataclass
class Book:
    """Writes down what is written together; the first transaction waits until it is let go."""

    broken: frozenset[str] = frozenset()
    error: Exception = field(default_factory=lambda: RuntimeError("it does not fit"))
    written: list[list[str]] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, requests: Sequence[RecordRequest]) -> list[Recorded]:
        self.written.append([each.mark.case for each in requests])
        await self.go.wait()
        if self.broken & {each.mark.case for each in requests}:
            raise self.error
        return [Recorded([], each.entries[0].seq) for each in requests]


async def all_of(book: Book, *requests: RecordRequest) -> list[Recorded | BaseException]:
    """What becomes of requests, of which the first is under way when the others come."""
    together = Together(book)
    first = asyncio.create_task(together.record(requests[0]))
    while not book.written:
        await asyncio.sleep(0)
    others = [asyncio.create_task(together.record(each)) for each in requests[1:]]
    await asyncio.sleep(0)
    book.go.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


async def test_what_comes_meanwhile_goes_together() -> None:
    """The first goes at once; each gets its own answer."""
    book = Book()
    answers = await all_of(book, request("a", 1), request("b", 2), request("c", 3))
    assert [["a"], ["b", "c"]] == book.written
    assert [Recorded([], seq) for seq in (1, 2, 3)] == answers


async def test_a_case_is_written_once_in_a_transaction() -> None:
    """What comes again for a case goes after it, in order; and there are not more than a transaction may hold."""
    many = [request(f"m{number}") for number in range(MOST_TOGETHER + 1)]
    book = Book()
    answers = await all_of(book, request("a", 1), request("b", 2), request("b", 3), *many)
    assert 3 == len(book.written)
    assert MOST_TOGETHER == len(book.written[1])
    assert ["b", "m31", "m32"] == book.written[2]
    assert [2, 3] == [answer.ahead for answer in answers[1:3] if isinstance(answer, Recorded)]


async def test_tenants_wait_for_nobody_else() -> None:
    """Another tenant's case begins a transaction of its own while one is under way."""
    book = Book()
    await all_of(book, request("a"), request("b", tenant="other"))
    assert [["a"], ["b"]] == book.written


@pytest.mark.parametrize("error", [RuntimeError("it does not fit"), Conflict("in the way")])
async def test_only_what_cannot_go_through_fails(error: Exception) -> None:
    """A transaction that fails is taken apart: the others are written all the same."""
    book = Book(frozenset({"b"}), error)
    answers = await all_of(book, request("a"), request("b"), request("c"))
    assert [["a"], ["b", "c"], ["b"], ["c"]] == book.written
    assert answers[1] is error
    assert Recorded([], 1) == answers[2]


async def test_a_database_that_is_away_is_asked_once() -> None:
    """Nothing is gained by asking again for each: all are told, and come again."""
    away = Unavailable("database_unavailable", "away", "无响应")
    book = Book(frozenset({"b"}), away)
    answers = await all_of(book, request("a"), request("b"), request("c"))
    assert [["a"], ["b", "c"]] == book.written
    assert [away, away] == answers[1:]


async def test_what_nobody_waits_for_is_not_written() -> None:
    """Its activity was given up; it is sent again."""
    book = Book()
    together = Together(book)
    first = asyncio.create_task(together.record(request("a")))
    while not book.written:
        await asyncio.sleep(0)
    second = asyncio.create_task(together.record(request("b")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    book.go.set()
    await first
    await together.record(request("c"))
    assert [["a"], ["c"]] == book.written
