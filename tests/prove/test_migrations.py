"""A thousand open cases are moved to another version after a dry run, and back again; nothing of them is lost."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from designer_api.bulk_steering import way_back
from tests.support.house import House, eventually
from waystation.gateway import bulk
from waystation.store import bulks, cases
from waystation.store.bulks import Order
from waystation.store.ids import new_id
from waystation.store.rebuild import rebuild
from waystation.store.session import TenantSession
from waystation.store.tables.changes import BulkRow

pytestmark = [pytest.mark.slow, pytest.mark.temporal]

#: A smaller share of the full counts can be asked for, to look at one thing.
SHARE = float(os.environ.get("PROVE_SHARE", "1"))
CASES = max(20, int(1_000 * SHARE))
PATIENCE = 1_800.0

OLD = """
    data: { n: { type: integer }, old: { type: string, default: kept } }
    nodes:
      sort:
        kind: choice
        next: [ { when: "${ data.n % 4 == 0 }", to: a }, { when: "${ data.n % 4 == 1 }", to: b }, { to: c } ]
      a: { kind: task, assign: [{ user: ann }], deadline: { in: 3d }, next: end }
      b: { kind: task, assign: [{ user: ann }], next: end }
      c: { kind: task, assign: [{ user: ann }], next: end }
"""
#: `b` is called `b2`; the field `old` is gone.
NEW = (
    OLD.replace("to: b }", "to: b2 }")
    .replace("      b:", "      b2:")
    .replace(", old: { type: string, default: kept }", "")
)


async def batch(house: House, items: list[tuple[str, Any]], *, args: dict[str, Any], dry_run: bool = False) -> BulkRow:
    """A migration of these cases, once it is over."""
    order = Order(
        verb="migrate", task=None, args=args, wanted={}, process="p", dry_run=dry_run, per_second=1_000, undoes=None
    )

    async def work(session: TenantSession) -> str:
        at = datetime.now(UTC)
        row = await bulks.begin(session, new_id(), order, items, by="ann", at=at)
        await bulk.ask_for(session, row, at=at)
        return row.bulk_id

    found = await house.database.transact(house.tenant, work)
    house.gateway.decided()

    async def over() -> BulkRow | None:
        await asyncio.sleep(0.2)
        async with house.database.read(house.tenant) as session:
            row = await bulks.bulk(session, found)
        return row if row.status != bulks.RUNNING else None

    ended: BulkRow = await eventually(over, PATIENCE)
    return ended


async def counted(house: House, found: BulkRow) -> dict[tuple[str, str], int]:
    async with house.database.read(house.tenant) as session:
        return {(status, code): number for status, code, number in await bulks.progress(session, found.bulk_id)}


async def standing(house: House, names: list[str]) -> dict[str, tuple[Any, ...]]:
    """What each case shows: version, nodes, data, due time."""
    async with house.database.read(house.tenant) as session:
        rows = [await cases.case(session, name) for name in names]
    return {row.case_id: (row.version, row.nodes, row.data, row.due_at, row.status) for row in rows if row is not None}


async def test_a_thousand_cases_move_and_move_back(house: House) -> None:
    """The dry run says what the migration then does; undone, every case that was left alone is as it was."""
    await house.employ("ann")
    few = asyncio.Semaphore(8)

    async def start(number: int) -> str:
        async with few:
            return await house.start("p", {"n": number})

    async with house.open():
        await house.publish("p", OLD)
        names = list(await asyncio.gather(*(start(number) for number in range(CASES))))
        before = await standing(house, names)
        await house.publish("p", NEW)
        items: list[tuple[str, Any]] = [(name, None) for name in names]
        at_b = sum(number % 4 == 1 for number in range(CASES))

        dry = await counted(house, await batch(house, items, args={"from": 1, "to": 2}, dry_run=True))
        assert dry == {("done", "clean"): CASES - at_b, ("done", "needs_map"): at_b}
        assert await standing(house, names) == before

        moved = await batch(house, items, args={"from": 1, "to": 2, "map": {"b": "b2"}})
        assert await counted(house, moved) == {("done", ""): CASES}
        after = await standing(house, names)
        assert Counter(row[0] for row in after.values()) == {2: CASES}
        assert Counter(node for row in after.values() for node in row[1])["b2"] == at_b
        assert not any("old" in row[2] for row in after.values())

        ended = names[:5]
        for name in ended:
            await house.does(name, "ann", "complete", next(iter(after[name][1])), outcome="done")
        async with house.database.read(house.tenant) as session:
            done = await bulks.every_item(session, moved.bulk_id, bulks.DONE)
        undone = await batch(house, [(item.case_id, way_back(item.answer)) for item in done], args={})
        assert await counted(house, undone) == {("done", ""): CASES - 5, ("refused", "not_open"): 5}
        back = await standing(house, names[5:])
        assert back == {name: before[name] for name in names[5:]}
        report = await rebuild(house.database, house.tenant, check=True)
        assert (report.cases, report.differences, report.unknown) == (CASES, [], [])
