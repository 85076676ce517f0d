"""Parcels of an order: what each holds, and whether together they are everything that was ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from activities._runtime import ActionContext
from activities.orders.contracts import PackedLine
from activities.orders.tables import OrderLine, Parcel, ParcelLine, SalesOrder
from waystation.contracts.errors import Refused


async def ordered_units(ctx: ActionContext, order: SalesOrder) -> Counter[str]:
    """Units ordered of each article."""
    units: Counter[str] = Counter()
    for line in await ctx.session.scalars(select(OrderLine).where(OrderLine.order_no == order.no)):
        units[line.sku] += line.qty
    return units


async def sent_units(ctx: ActionContext, order: SalesOrder) -> Counter[str]:
    """Units of each article in parcels that are on their way or have arrived."""
    statement = (
        select(ParcelLine.sku, func.sum(ParcelLine.qty))
        .join(Parcel, Parcel.id == ParcelLine.parcel)
        .where(Parcel.order_no == order.no, Parcel.state == "sent")
        .group_by(ParcelLine.sku)
    )
    return Counter({sku: int(qty) for sku, qty in await ctx.session.execute(statement)})


async def pack(ctx: ActionContext, order: SalesOrder, parcel: str, lines: Sequence[PackedLine] | None) -> bool:
    """Write down what a parcel holds, without `lines` all that has not been sent; True when nothing is left to send.

    Raises:
        Refused: `orders.over_shipped`, more than was ordered.
    """
    left = await ordered_units(ctx, order) - await sent_units(ctx, order)
    packed: Counter[str] = Counter()
    for line in lines or ():
        packed[line.sku] += line.qty
    packed = packed if lines is not None else Counter(left)
    over = sorted(packed - left)
    if over:
        raise Refused(
            "orders.over_shipped", "more than was ordered", "发货数量超过订单数量", {"order": order.no, "sku": over[0]}
        )
    for sku, qty in sorted(packed.items()):
        ctx.session.add(ParcelLine(parcel=parcel, sku=sku, qty=qty))
    return not left - packed
