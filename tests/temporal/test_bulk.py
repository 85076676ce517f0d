"""Bulk commands on a real server: each case once, no faster than asked, over many runs, until somebody stops them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.house import House, eventually
from waystation.contracts.bulk_runs import BULK, BulkInput
from waystation.gateway import bulk
from waystation.store import bulks
from waystation.store.bulks import Order
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.changes import BulkRow

DESK = """
    nodes:
      ask: { kind: task, assign: [{ user: ann }], next: end }
"""


async def begin(house: House, cases: list[str], verb: str, *, per_second: int = 1_000, **args: Any) -> str:
    order = Order(verb=verb, task=None, args=args, wanted={}, process="p", dry_run=False, per_second=per_second)

    async def work(session: TenantSession) -> str:
        at = datetime.now(UTC)
        batch = await bulks.begin(session, new_id(), order, [(case, None) for case in cases], by="ann", at=at)
        await bulk.ask_for(session, batch, at=at)
        return batch.bulk_id

    found = await house.database.transact(house.tenant, work)
    house.gateway.decided()
    return found


async def over(house: House, bulk_id: str) -> BulkRow:
    async def look() -> BulkRow | None:
        async with house.database.read(house.tenant) as session:
            row = await bulks.bulk(session, bulk_id)
        return row if row.status != bulks.RUNNING else None

    found: BulkRow = await eventually(look)
    return found


async def progress(house: House, bulk_id: str) -> dict[tuple[str, str], int]:
    async with house.database.read(house.tenant) as session:
        return {(status, code): number for status, code, number in await bulks.progress(session, bulk_id)}


async def test_each_case_gets_the_command_once(house: House) -> None:
    """Those that refuse do not stop the others; doing it again after all were answered changes nothing."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", DESK)
        cases = [await house.start("p") for _ in range(12)]
        await house.does(cases[0], "ann", "cancel")
        found = await begin(house, [*cases, new_id()], "suspend", reason="stocktaking")
        assert (await over(house, found)).status == bulks.DONE
        assert await progress(house, found) == {
            ("done", ""): 11,
            ("refused", "not_open"): 1,
            ("refused", "not_found"): 1,
        }
        for case in cases[1:]:
            commanded = [entry for entry in await house.journal(case) if entry.data.get("verb") == "suspend"]
            assert [(entry.by, entry.data["id"]) for entry in commanded] == [("ann", f"bulk-{found}")]
            assert (await house.gateway.state(house.tenant, case)).status == "suspended"


async def test_a_batch_is_stopped_and_taken_up(house: House) -> None:
    """Cases that were not asked yet are left alone; taken up later, they are asked then."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", DESK)
        cases = [await house.start("p") for _ in range(6)]
        found = await begin(house, cases, "suspend", per_second=1)

        async def some() -> bool:
            return (await progress(house, found)).get(("done", ""), 0) >= 1

        await eventually(some)
        await house.database.transact(house.tenant, lambda session: bulks.ask_to_stop(session, found))
        assert (await over(house, found)).status == bulks.STOPPED
        left = await progress(house, found)
        assert left["stopped", ""] >= 1
        assert left["stopped", ""] + left["done", ""] == 6

        async def again(session: TenantSession) -> int:
            count = await bulks.take_up(session, found)
            batch = await bulks.bulk(session, found)
            batch.per_second = 1_000
            await bulk.ask_for(session, batch, at=datetime.now(UTC))
            return count

        assert await house.database.transact(house.tenant, again) == left["stopped", ""]
        assert (await over(house, found)).status == bulks.DONE
        assert await progress(house, found) == {("done", ""): 6}


async def test_a_batch_goes_on_in_fresh_runs_until_it_is_cancelled(house: House) -> None:
    """Continued as new after every slice, it still asks each case once; cancelled in Temporal, it leaves the rest."""
    await house.employ("ann")
    order = Order(verb="suspend", task=None, args={}, wanted={}, process="p", dry_run=False, per_second=4, undoes=None)
    async with house.open():
        await house.publish("p", DESK)
        cases = [(await house.start("p"), None) for _ in range(6)]
        for number, cancelled in enumerate((False, True)):

            async def work(session: TenantSession) -> str:
                return (await bulks.begin(session, new_id(), order, cases, by="ann", at=datetime.now(UTC))).bulk_id

            found = await house.database.transact(house.tenant, work)
            handle = await house.client.start_workflow(
                BULK, BulkInput(house.tenant, found, 4, slices=1), id=f"{house.queue}-{number}", task_queue=house.queue
            )
            if cancelled:
                await handle.cancel()
            row = await over(house, found)
            assert row.status == (bulks.STOPPED if cancelled else bulks.DONE)
            told = await progress(house, found)
            assert told == {("done", ""): 6} if not cancelled else told[("stopped", "")] >= 1
