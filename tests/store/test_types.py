"""Values come back from every database as they went in; what one of them would spoil is refused by all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from tests.store.moments import T0
from waystation.contracts.errors import Refused
from waystation.store import exact_json
from waystation.store.session import Database
from waystation.store.tables.definitions import DraftRow, PlanRow

CHINA = timezone(timedelta(hours=8))


async def keep(database: Database, **values: Any) -> DraftRow:
    """Write a row and read it back in another session."""
    facts = {"kind": "k", "name": "n", "source": "", "layout": None, "revision": 1, "changed_at": T0, "changed_by": ""}
    async with database.write("t") as session:
        session.add(DraftRow(**{**facts, **values}))
    async with database.read("t") as session:
        return (await session.scalars(select(DraftRow))).one()


async def test_moments_keep_their_microseconds_and_their_instant(database: Database) -> None:
    """A moment in another zone is the same instant in UTC; one without a zone is refused."""
    moment = datetime(2026, 3, 1, 23, 30, 0, 123456, tzinfo=CHINA)
    found = (await keep(database, changed_at=moment)).changed_at
    assert found == moment
    assert (found.tzinfo, found.hour, found.microsecond) == (UTC, 15, 123456)
    with pytest.raises(StatementError, match="no time zone"):
        await keep(database, changed_at=datetime(2026, 3, 1))  # noqa: DTZ001 - the mistake itself


@pytest.mark.parametrize(
    "value",
    [
        {"价格": Decimal("12345678901234.5678"), "b": 2**70, "a": [Decimal("1.10"), -3, True, None, "x"]},
        [],
        'text with \0, \\ and "quotes"',
        0,
        False,
        {"long": "审" * 70_000},
    ],
    ids=["numbers", "empty", "text", "zero", "false", "long"],
)
async def test_json_keeps_digits_order_and_length(database: Database, value: Any) -> None:
    """Exact decimals, integers of any size, key order, NUL in texts, more than 64 KiB."""
    found = (await keep(database, layout=value)).layout
    assert exact_json.encode(found) == exact_json.encode(value)


async def test_long_texts_and_bytes(database: Database) -> None:
    assert (await keep(database, source="审" * 70_000)).source == "审" * 70_000
    async with database.write("t") as session:
        session.add(PlanRow(hash="h", plan=bytes(range(256)) * 500, kept_at=T0))
    async with database.read("t") as session:
        assert await session.scalar(select(PlanRow.plan)) == bytes(range(256)) * 500


@pytest.mark.parametrize("name", ["Abc", "abc", "Äbc", "äbc", "abc\u0301"])
async def test_keys_are_compared_byte_by_byte(database: Database, name: str) -> None:
    """Case, accents and normal forms make different keys; the same key is the same row."""
    await keep(database, name="ABC")
    async with database.write("t") as session:
        session.add(DraftRow(kind="k", name=name, source="", layout=None, revision=1, changed_at=T0, changed_by=""))
    async with database.read("t") as session:
        assert len((await session.scalars(select(DraftRow))).all()) == 2
        assert (await session.scalars(select(DraftRow.name).where(DraftRow.name == name))).all() == [name]


async def test_the_same_key_twice_is_an_error(database: Database) -> None:
    await keep(database)
    with pytest.raises(IntegrityError):
        await keep(database)


@pytest.mark.parametrize(
    "spoiled", [{"name": "x" * 201}, {"name": "x "}, {"name": "x\0"}, {"source": "x\0"}, {"kind": "k" * 41}]
)
async def test_what_a_database_would_spoil_is_refused(database: Database, spoiled: dict[str, str]) -> None:
    """Identifiers that are too long or end in a space, and NUL in texts, never reach the database."""
    with pytest.raises(Refused) as refused:
        await keep(database, **spoiled)
    [value] = spoiled.values()
    assert ("bad_request", value[:40], len(value)) == (
        refused.value.code,
        refused.value.detail["value"],
        refused.value.detail["length"],
    )


async def test_what_a_column_cannot_hold_is_refused(database: Database) -> None:
    """A number of more than 64 bits and half a character are refused by us, not failed by the database."""
    with pytest.raises(Refused, match="bad_request"):
        await keep(database, source="x\ud800")
    with pytest.raises(Refused, match="bad_request"):
        await keep(database, revision=2**70)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Decimal("1.0"), 1, True),
        (Decimal("1E+3"), 1000, True),
        (1.5, Decimal("1.50"), True),
        ({"a": 1, "b": [1, Decimal("2.0")]}, {"b": [1, 2], "a": 1}, True),
        (2**64, Decimal(2**64), True),
        (T0, T0.isoformat().replace("+00:00", "Z"), True),
        (1, "1", False),
        (True, 1, False),
        (None, 0, False),
        ([1, 2], [2, 1], False),
        (Decimal("1E+400000"), Decimal("1E+400001"), False),
    ],
)
def test_digests_are_equal_where_values_are(one: Any, other: Any, equal: bool) -> None:
    """What is compared by digest is compared by value."""
    assert (exact_json.digest(one) == exact_json.digest(other)) is equal
