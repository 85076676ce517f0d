"""Batches: units leave oldest first, and what they cost is written down batch by batch.

Every function takes rows in one order, (received_at, id), and takes them with conditional UPDATEs: whoever finds a
batch emptied by somebody else starts again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities._runtime import ActionContext, changed_rows
from activities.inventory.tables import Reservation, StockBatch, StockCost
from waystation.store.session import Conflict


async def consume(ctx: ActionContext, warehouse: str, sku: str, qty: int, *, ref: str) -> int:
    """Take units out of the oldest batches; what they cost together, in fen.

    Raises:
        Conflict: the batches have just been changed.
    """
    missing, cost = qty, 0
    for batch in await _oldest_first(ctx.session, warehouse, sku):
        taken = min(missing, batch.unspent)
        await _spend(ctx.session, batch, taken)
        ctx.session.add(
            StockCost(
                id=ctx.reference("CST", batch.id),
                batch=batch.id,
                warehouse=warehouse,
                sku=sku,
                qty=taken,
                unit_cost=batch.unit_cost,
                ref=ref,
                case_id=ctx.case,
                at=ctx.at,
            )
        )
        missing, cost = missing - taken, cost + taken * batch.unit_cost
        if not missing:
            return cost
    raise Conflict(f"the batches of {sku} in {warehouse} have just changed")


async def give_back(ctx: ActionContext, warehouse: str, sku: str, qty: int, *, ref: str) -> None:
    """Put units back into the batches that they came from, those taken last first.

    Raises:
        Conflict: fewer are out than come back.
    """
    missing = qty
    for row in reversed(await _costs(ctx.session, ref, warehouse, sku)):
        units = min(missing, row.qty - row.returned)
        if not units:
            continue
        back = update(StockCost).where(StockCost.id == row.id, StockCost.qty - StockCost.returned >= units)
        whole = update(StockBatch).where(StockBatch.id == row.batch, StockBatch.qty - StockBatch.unspent >= units)
        changed = await changed_rows(ctx.session, back.values(returned=StockCost.returned + units))
        changed += await changed_rows(ctx.session, whole.values(unspent=StockBatch.unspent + units))
        if changed < 2:
            raise Conflict(f"the batches of {sku} in {warehouse} have just changed")
        missing -= units
    if missing:
        raise Conflict(f"fewer units of {sku} than {qty} are out for {ref}")


def put_in(ctx: ActionContext, warehouse: str, sku: str, qty: int, *, unit_cost: int, at: datetime, ref: str) -> str:
    """Write a new batch down; its id."""
    made = ctx.reference("BAT", f"{warehouse}/{sku}")
    ctx.session.add(
        StockBatch(
            id=made,
            warehouse=warehouse,
            sku=sku,
            received_at=at,
            unit_cost=unit_cost,
            qty=qty,
            unspent=qty,
            ref=ref,
        )
    )
    return made


async def spent_since(session: AsyncSession, warehouse: str, sku: str, at: datetime) -> bool:
    """Whether units have left after this moment: a batch dated before would change what they cost."""
    later = (StockCost.warehouse == warehouse, StockCost.sku == sku, StockCost.at > at)
    return bool(await session.scalar(select(exists().where(*later))))


async def unit_cost_of(session: AsyncSession, ref: str, sku: str) -> int:
    """What units of an article that left for an order cost each, on average and rounded down; 0 when none did."""
    reserved = list(await session.scalars(select(Reservation.id).where(Reservation.ref == ref)))
    rows = list(await session.scalars(select(StockCost).where(StockCost.ref.in_(reserved), StockCost.sku == sku)))
    units = sum(row.qty for row in rows)
    return sum(row.qty * row.unit_cost for row in rows) // units if units else 0


async def _oldest_first(session: AsyncSession, warehouse: str, sku: str) -> list[StockBatch]:
    statement = (
        select(StockBatch)
        .where(StockBatch.warehouse == warehouse, StockBatch.sku == sku, StockBatch.unspent > 0)
        .order_by(StockBatch.received_at, StockBatch.id)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement))


async def _spend(session: AsyncSession, batch: StockBatch, qty: int) -> None:
    statement = update(StockBatch).where(StockBatch.id == batch.id, StockBatch.unspent >= qty)
    if not await changed_rows(session, statement.values(unspent=StockBatch.unspent - qty)):
        raise Conflict(f"the batch {batch.id} has just changed")


async def _costs(session: AsyncSession, ref: str, warehouse: str, sku: str) -> list[StockCost]:
    """What left for `ref`, in the order in which it was taken."""
    statement = (
        select(StockCost)
        .join(StockBatch, StockBatch.id == StockCost.batch)
        .where(StockCost.ref == ref, StockCost.warehouse == warehouse, StockCost.sku == sku)
        .order_by(StockBatch.received_at, StockBatch.id, StockCost.id)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement))
