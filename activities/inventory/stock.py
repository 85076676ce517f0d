"""The movements of stock, each one conditional UPDATE: the row says no, not the reader.

Callers take rows in the order (warehouse, sku), so that two orders for the same articles never wait for each other in
a circle. An UPDATE that changes no row means that somebody was faster: `Conflict` starts the action again.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities._runtime import ActionContext, changed_rows
from activities.inventory.tables import Reservation, StockLevel, StockMove
from waystation.store.session import Conflict


async def promise(session: AsyncSession, warehouse: str, sku: str, qty: int) -> None:
    """Promise free units to somebody: `reserved` grows."""
    changed = await changed_rows(
        session,
        update(StockLevel)
        .where(
            StockLevel.warehouse == warehouse, StockLevel.sku == sku, StockLevel.on_hand - StockLevel.reserved >= qty
        )
        .values(reserved=StockLevel.reserved + qty),
    )
    if not changed:
        raise _lost(warehouse, sku)


async def unpromise(session: AsyncSession, warehouse: str, sku: str, qty: int) -> None:
    """Make promised units free again."""
    await _move(session, warehouse, sku, on_hand=0, reserved=-qty)


async def ship_promised(session: AsyncSession, warehouse: str, sku: str, qty: int) -> None:
    """Promised units leave the shelf: `on_hand` and `reserved` fall together."""
    await _move(session, warehouse, sku, on_hand=-qty, reserved=-qty)


async def restock_promised(session: AsyncSession, warehouse: str, sku: str, qty: int) -> None:
    """Shipped units come back and stay promised: exactly what `ship_promised` took."""
    await _move(session, warehouse, sku, on_hand=qty, reserved=qty)


async def hand_out(session: AsyncSession, warehouse: str, sku: str, qty: int) -> None:
    """Free units leave the shelf without a promise before."""
    changed = await changed_rows(
        session,
        update(StockLevel)
        .where(
            StockLevel.warehouse == warehouse, StockLevel.sku == sku, StockLevel.on_hand - StockLevel.reserved >= qty
        )
        .values(on_hand=StockLevel.on_hand - qty),
    )
    if not changed:
        raise _lost(warehouse, sku)


async def take_back(session: AsyncSession, warehouse: str, sku: str, qty: int) -> None:
    """Units come back to the shelf and are free."""
    await _move(session, warehouse, sku, on_hand=qty, reserved=0)


async def _move(session: AsyncSession, warehouse: str, sku: str, *, on_hand: int, reserved: int) -> None:
    changed = await changed_rows(
        session,
        update(StockLevel)
        .where(
            StockLevel.warehouse == warehouse,
            StockLevel.sku == sku,
            StockLevel.on_hand >= -on_hand,
            StockLevel.reserved >= -reserved,
        )
        .values(on_hand=StockLevel.on_hand + on_hand, reserved=StockLevel.reserved + reserved),
    )
    if not changed:
        raise _lost(warehouse, sku)


def record(ctx: ActionContext, warehouse: str, sku: str, qty: int, *, kind: str, ref: str) -> None:
    """Write down a movement. Its id comes from the activation, so no activation can write one twice."""
    ctx.session.add(
        StockMove(
            id=ctx.reference("MOV", f"{warehouse}/{sku}"),
            warehouse=warehouse,
            sku=sku,
            qty=qty,
            kind=kind,
            ref=ref,
            case_id=ctx.case,
            at=ctx.at,
        )
    )


async def reservation_rows(session: AsyncSession, reservation: str) -> list[Reservation]:
    """The promises of a reservation in the order in which rows are taken."""
    rows = await session.scalars(
        select(Reservation).where(Reservation.id == reservation).order_by(Reservation.warehouse, Reservation.sku)
    )
    return list(rows)


#: State to reach -> state to come from, and how many units of a promise are then consumed and released.
_SETTLING = {
    "consumed": ("open", 1, 0),
    "released": ("open", 0, 1),
    "open": ("consumed", 0, 0),
}


async def settle(session: AsyncSession, row: Reservation, to: str) -> bool:
    """Move a whole promise to another state; False when it is not in the state that comes before."""
    before, consumed, released = _SETTLING[to]
    changed = await changed_rows(
        session,
        update(Reservation)
        .where(
            Reservation.id == row.id,
            Reservation.warehouse == row.warehouse,
            Reservation.sku == row.sku,
            Reservation.state == before,
        )
        .values(state=to, consumed=row.qty * consumed, released=row.qty * released),
    )
    return changed == 1


def _lost(warehouse: str, sku: str) -> Conflict:
    return Conflict(f"the stock of {sku} in {warehouse} has just changed")
