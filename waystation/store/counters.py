"""Counters: how often things happened, by process and hour. Added to in the transaction of what they count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, func, inspect, select
from sqlalchemy.dialects import mysql, postgresql, sqlite

from waystation.store.prepared import prepared
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CounterRow

#: Rows that share one count, so that transactions of different cases seldom wait for each other.
SHARDS = 8

#: What a counter row is known by: process, name, hour, shard.
CounterKey = tuple[str, str, datetime, int]


def shard_of(case_id: str) -> int:
    """The shard that a case's counts go to, always the same."""
    return hashlib.sha256(case_id.encode()).digest()[0] % SHARDS


def keys_for(case_id: str, process: str, counts: Mapping[tuple[str, datetime], int]) -> dict[CounterKey, int]:
    """What one case adds to which counter rows."""
    shard = shard_of(case_id)
    return {(process, name, hour, shard): count for (name, hour), count in counts.items()}


async def add(session: TenantSession, counts: Mapping[CounterKey, int]) -> None:
    """Add to counters, in the order of their keys, so that two transactions never wait for each other in a ring."""
    rows = [
        {"process": process, "name": name, "hour": hour, "shard": shard, "count": counts[process, name, hour, shard]}
        for process, name, hour, shard in sorted(key for key, count in counts.items() if count)
    ]
    if rows:
        await session.execute(_adding(session.dialect), rows)


async def totals(
    session: TenantSession, since: datetime, until: datetime, process: str | None = None
) -> list[tuple[str, str, datetime, int]]:
    """(process, name, hour, count) for every hour in [since, until) in which something happened."""
    query = (
        select(CounterRow.process, CounterRow.name, CounterRow.hour, func.sum(CounterRow.count))
        .where(CounterRow.hour >= since, CounterRow.hour < until)
        .group_by(CounterRow.process, CounterRow.name, CounterRow.hour)
        .order_by(CounterRow.process, CounterRow.name, CounterRow.hour)
    )
    found = await session.execute(query if process is None else query.where(CounterRow.process == process))
    return [(name_of_process, name, hour, int(count)) for name_of_process, name, hour, count in found]


@cache
def _adding(dialect: str) -> Insert:
    """The statement that makes a row, or adds to one that is there; for many rows at once."""
    if dialect in {"mysql", "mariadb"}:
        upsert = mysql.insert(CounterRow)
        return prepared(upsert.on_duplicate_key_update(count=CounterRow.count + upsert.inserted.count))
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    insert = make(CounterRow)
    key = [column.name for column in inspect(CounterRow).primary_key]
    added = {"count": CounterRow.count + insert.excluded["count"]}
    return prepared(insert.on_conflict_do_update(index_elements=key, set_=added))
