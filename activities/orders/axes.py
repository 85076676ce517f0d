"""Moving an order along its axes: one conditional UPDATE and one event, together."""

from __future__ import annotations

from sqlalchemy import select, update

from activities._runtime import ActionContext, changed_rows
from activities.orders.rules import Axis, may_follow
from activities.orders.tables import OrderEvent, SalesOrder
from waystation.contracts.errors import Refused
from waystation.store.session import Conflict


async def find_order(ctx: ActionContext, no: str) -> SalesOrder:
    """The order with this number.

    Raises:
        Refused: `orders.unknown_order`.
    """
    order = await ctx.session.scalar(select(SalesOrder).where(SalesOrder.no == no))
    if order is None:
        raise Refused("orders.unknown_order", f"there is no order {no}", f"没有订单 {no}", {"order": no})
    return order


async def move(ctx: ActionContext, order: SalesOrder, axis: Axis, to: str, *, reason: str) -> bool:
    """Move an order as the transition table allows; False when it is there already.

    Raises:
        Refused: `orders.bad_transition`.
    """
    state: str = getattr(order, axis)
    if state == to:
        return False
    if not may_follow(axis, state, to):
        raise Refused(
            "orders.bad_transition",
            f"{axis}: {to} cannot follow {state}",
            f"{axis}：{state} 之后不能变为 {to}",
            {"order": order.no, "axis": axis, "state": state, "to": to},
        )
    await put(ctx, order, axis, to, reason=reason)
    return True


async def put(ctx: ActionContext, order: SalesOrder, axis: Axis, to: str, *, reason: str) -> None:
    """Write a state and its event, whatever the transition table says.

    Raises:
        Conflict: somebody has moved the order since it was read.
    """
    state: str = getattr(order, axis)
    column = getattr(SalesOrder, axis)
    statement = update(SalesOrder).where(SalesOrder.no == order.no, column == state)
    if await changed_rows(ctx.session, statement.values({axis: to, "changed_at": ctx.at})) == 0:
        raise Conflict(f"order {order.no} has just been changed")
    await ctx.session.refresh(order)
    ctx.session.add(
        OrderEvent(
            id=ctx.reference("EVT", f"{order.no}/{axis}/{to}"),
            order_no=order.no,
            axis=axis,
            was=state,
            now=to,
            reason=reason,
            by=ctx.actor,
            case_id=ctx.case,
            at=ctx.at,
        )
    )
