"""A key takes effect once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.store.journals import META, Story
from tests.store.moments import T0
from waystation.contracts.errors import Refused
from waystation.store import definitions, idempotency, journal
from waystation.store.session import Database, TenantSession
from waystation.store.tables.definitions import DraftRow


def request(
    database: Database, key: str, given: Any, answer: Any = "ok", *, scope: str = "start", tenant: str = "t"
) -> Awaitable[Any]:
    """A request whose effect is a draft, named after its answer."""

    async def work(session: TenantSession) -> Any:
        async def effect() -> Any:
            await definitions.save_draft(session, "form", str(answer), "", by="a", at=T0)
            return answer

        return await idempotency.once(session, scope, key, given, effect)

    return database.transact(tenant, work)


async def effects(database: Database, tenant: str = "t") -> int:
    async with database.read(tenant) as session:
        return await session.scalar(select(func.count()).select_from(DraftRow)) or 0


async def test_fifty_racers_with_one_key_have_one_effect_and_one_answer(database: Database) -> None:
    """However many requests with one key run at once, the effect happens once and all get its answer."""
    answers = await asyncio.gather(*(request(database, "k", {"same": 1}, f"a{number}") for number in range(50)))
    assert len(set(answers)) == 1
    assert await effects(database) == 1


async def test_racers_with_one_key_and_different_requests(database: Database) -> None:
    """One request takes effect; those that ask for something else are refused."""

    async def racer(number: int) -> str:
        try:
            return str(await request(database, "k", {"n": number % 2}, f"a{number}"))
        except Refused as refused:
            return refused.code

    answers = await asyncio.gather(*(racer(number) for number in range(20)))
    assert answers.count("key_reused") == 10
    assert len(set(answers)) == 2
    assert await effects(database) == 1


async def test_of_ids_that_racers_bring_one_is_chosen(database: Database) -> None:
    """Everybody gets the first one, also later and after `once`; another request under the key is refused."""

    async def bring(number: int, given: Any = 1) -> Any:
        async def work(session: TenantSession) -> Any:
            return await idempotency.chosen(session, "start", "k", given, {"case": f"c{number}"})

        return await database.transact("t", work)

    answers = await asyncio.gather(*(bring(number) for number in range(20)))
    assert len({answer["case"] for answer in answers}) == 1
    assert await bring(99) == answers[0]
    assert await request(database, "k", 1, "never") == answers[0]
    assert await effects(database) == 0
    with pytest.raises(Refused) as refused:
        await bring(99, given=2)
    assert refused.value.code == "key_reused"


async def test_the_answer_is_stored_as_it_was_given(database: Database) -> None:
    """The first and every later answer are the same plain data, digit by digit."""
    answer = {"total": Decimal("1.10"), "at": T0, "items": (1, 2)}
    plain = {"total": Decimal("1.10"), "at": T0.isoformat().replace("+00:00", "Z"), "items": [1, 2]}
    for _ in range(2):
        found = await request(database, "k", {"b": 1, "a": Decimal("1.0")}, answer)
        assert found == plain
        assert str(found["total"]) == "1.10"
    assert await request(database, "k", {"a": 1, "b": 1}, "never") == plain


async def test_what_failed_may_be_tried_again(database: Database) -> None:
    """The record and the effect are one transaction: after a failure there is neither."""

    async def fail(session: TenantSession) -> None:
        async def effect() -> None:
            await definitions.save_draft(session, "form", "f", "", by="a", at=T0)
            raise Refused("no_stock")

        await idempotency.once(session, "start", "k", 1, effect)

    with pytest.raises(Refused, match="no_stock"):
        await database.transact("t", fail)
    assert await effects(database) == 0
    assert await request(database, "k", 2) == "ok"


async def test_keys_are_apart_by_scope_tenant_and_spelling(database: Database) -> None:
    """The same key elsewhere, and a key that looks alike, are other keys, of any length."""
    long = "k" * 5000
    for number, (scope, tenant, key) in enumerate(
        [("a", "t", "k"), ("b", "t", "k"), ("a", "u", "k"), ("a", "t", "K"), ("a", "t", "k "), ("a", "t", long)]
    ):
        assert await request(database, key, 1, f"a{number}", scope=scope, tenant=tenant) == f"a{number}"
    assert (await effects(database), await effects(database, "u")) == (5, 1)


async def test_old_keys_are_forgotten(database: Database) -> None:
    """A forgotten key takes effect again; younger ones and those of other scopes stay."""
    await request(database, "k", 1, scope="a")
    await request(database, "k", 1, scope="b")
    soon = datetime.now(UTC) + timedelta(seconds=1)
    async with database.write("t") as session:
        assert await idempotency.forget(session, T0) == 0
        assert await idempotency.forget(session, soon, scope="a") == 1
    assert await request(database, "k", 2, "again", scope="a") == "again"
    with pytest.raises(Refused, match="key_reused"):
        await request(database, "k", 2, scope="b")


async def test_keys_of_open_cases_are_not_forgotten(database: Database) -> None:
    """A case that has stood still for long tries its action again: it must not take effect twice."""
    async with database.write("t") as session:
        await journal.append(session, "open", Story("open").started().entries, META)
        await journal.append(session, "ended", Story("ended").started().ended().entries, META)
    for case in ("open", "ended"):
        assert await request(database, "k", 1, "first", scope=f"action:{case}") == "first"
    async with database.write("t") as session:
        assert await idempotency.forget(session, datetime.now(UTC) + timedelta(days=1)) == 1
    assert await request(database, "k", 1, "again", scope="action:open") == "first"
    assert await request(database, "k", 1, "again", scope="action:ended") == "again"
