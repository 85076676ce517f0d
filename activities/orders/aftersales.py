"""After the sale: goods that customers want to give back, from the request to the money or the other article.

Units are counted by article over all requests of an order that were not refused: never more comes back than was sent,
and never more money goes back than was paid. One request of an order is open at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select

from activities._runtime import ActionContext, action
from activities.orders import axes
from activities.orders.amounts import paid_shares, refund_share
from activities.orders.contracts import (
    DropReturnIn,
    DropReturnOut,
    MoveReturnIn,
    MoveReturnOut,
    RequestReturnIn,
    RequestReturnOut,
)
from activities.orders.parcels import sent_units
from activities.orders.rules import visible_state
from activities.orders.tables import AfterSale, AfterSaleLine, OrderLine, SalesOrder
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused

UNKNOWN_ORDER = ActionError("orders.unknown_order", "没有这个订单", "no such order")
NOT_SHIPPED = ActionError(
    "orders.not_shipped", "尚未发货，请取消订单", "nothing has been shipped yet: cancel the order instead"
)
OVER_RETURNED = ActionError("orders.over_returned", "退货数量超过已发数量", "more than was sent and not given back yet")
RETURN_OPEN = ActionError("orders.return_open", "该订单已有售后在处理", "another return of this order is open")
UNKNOWN_RETURN = ActionError("orders.unknown_return", "没有这个售后单", "no such return")
BAD_RETURN = ActionError("orders.bad_return", "售后单不能这样变更", "the return cannot go to this state")

#: Kind of a return -> state -> states that may follow. Money goes back only for what was received, but for refund_only.
MOVES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "return": {
        "requested": ("approved", "refused"),
        "approved": ("received", "refused"),
        "received": ("refunded", "refused"),
    },
    "exchange": {
        "requested": ("approved", "refused"),
        "approved": ("received", "refused"),
        "received": ("exchanged", "refused"),
    },
    "refund_only": {"requested": ("approved", "refused"), "approved": ("refunded",)},
}


@action(
    "orders.request_return",
    zh="申请售后",
    en="Ask for a return",
    about_zh="核对已发数量与已付金额，登记退货、换货或仅退款。",
    icon="undo",
    errors=(UNKNOWN_ORDER, NOT_SHIPPED, OVER_RETURNED, RETURN_OPEN),
)
async def request_return(ctx: ActionContext, args: RequestReturnIn) -> RequestReturnOut:
    """Notes what a customer wants to give back and what was paid for it."""
    order = await axes.find_order(ctx, args.order)
    sent = await sent_units(ctx, order)
    if not sent:
        raise Refused(NOT_SHIPPED.code, NOT_SHIPPED.en, NOT_SHIPPED.zh, {"order": order.no})
    if order.aftersale in ("requested", "approved", "received"):
        raise Refused(RETURN_OPEN.code, RETURN_OPEN.en, RETURN_OPEN.zh, {"order": order.no})
    wanted: Counter[str] = Counter()
    for line in args.lines:
        wanted[line.sku] += line.qty
    before = await _given_back(ctx, order)
    over = sorted(wanted - (sent - before))
    if over:
        raise Refused(OVER_RETURNED.code, OVER_RETURNED.en, OVER_RETURNED.zh, {"order": order.no, "sku": over[0]})
    made = ctx.reference("ASR")
    refunds = await _refunds(ctx, order, wanted, before)
    refund = 0 if args.kind == "exchange" else sum(refunds.values())
    _write(ctx, made, order, args, wanted, refunds if refund else {})
    await axes.move(ctx, order, "aftersale", "requested", reason=args.reason)
    return RequestReturnOut(after_sale=made, refund=refund, total=order.total, pay=order.pay)


@action(
    "orders.drop_return",
    zh="撤销售后申请",
    en="Drop a return",
    about_zh="撤销未完成的售后申请。",
    icon="undo",
    errors=(UNKNOWN_RETURN,),
    undo_of="orders.request_return",
)
async def drop_return(ctx: ActionContext, args: DropReturnIn) -> DropReturnOut:
    """Takes a request back, unless the money or the other article has gone."""
    found = await _return(ctx, args.after_sale)
    if found.state in ("refunded", "exchanged", "refused"):
        return DropReturnOut(changed=False)
    await _close_refused(ctx, found, "undo")
    return DropReturnOut(changed=True)


@action(
    "orders.move_return",
    zh="推进售后",
    en="Move a return on",
    about_zh="同意、收货、退款、换货或拒绝；未收货不退款，仅退款除外。",
    icon="flag",
    errors=(UNKNOWN_RETURN, BAD_RETURN),
)
async def move_return(ctx: ActionContext, args: MoveReturnIn) -> MoveReturnOut:
    """Moves a return on as its kind allows, and its order along the axis of after-sales."""
    found = await _return(ctx, args.after_sale)
    order = await axes.find_order(ctx, found.order_no)
    changed = found.state != args.to
    if changed:
        if args.to not in MOVES[found.kind].get(found.state, ()):
            detail = {"after_sale": found.no, "state": found.state, "to": args.to}
            raise Refused(BAD_RETURN.code, BAD_RETURN.en, BAD_RETURN.zh, detail)
        if args.to == "refused":
            await _close_refused(ctx, found, args.note)
        else:
            found.state, found.changed_at = args.to, ctx.at
            await axes.move(ctx, order, "aftersale", args.to, reason=args.note)
            await _all_paid_back(ctx, order)
    await ctx.session.refresh(order)
    zh, en = visible_state(order.pay, order.audit, order.fulfilment, order.aftersale)
    return MoveReturnOut(changed=changed, visible_zh=zh, visible_en=en)


async def _return(ctx: ActionContext, no: str) -> AfterSale:
    """The return, held against others until the transaction ends."""
    found: AfterSale | None = await ctx.session.scalar(select(AfterSale).where(AfterSale.no == no).with_for_update())
    if found is None:
        raise Refused(UNKNOWN_RETURN.code, UNKNOWN_RETURN.en, UNKNOWN_RETURN.zh, {"after_sale": no})
    return found


async def _close_refused(ctx: ActionContext, found: AfterSale, reason: str) -> None:
    found.state, found.changed_at = "refused", ctx.at
    order = await axes.find_order(ctx, found.order_no)
    await axes.put(ctx, order, "aftersale", "none", reason=reason)


async def _all_paid_back(ctx: ActionContext, order: SalesOrder) -> None:
    """An order all of whose money has gone back is refunded; one of which a part has stays paid."""
    await ctx.session.flush()
    paid_back = await ctx.session.scalars(
        select(AfterSale.refund).where(AfterSale.order_no == order.no, AfterSale.state == "refunded")
    )
    if order.pay == "paid" and sum(paid_back) >= order.total > 0:
        await axes.move(ctx, order, "pay", "refunded", reason="after-sales")


async def _given_back(ctx: ActionContext, order: SalesOrder) -> Counter[str]:
    """Units of each article in requests that were not refused."""
    statement = (
        select(AfterSaleLine)
        .join(AfterSale, AfterSale.no == AfterSaleLine.after_sale)
        .where(AfterSale.order_no == order.no, AfterSale.state != "refused")
    )
    units: Counter[str] = Counter()
    for line in await ctx.session.scalars(statement):
        units[line.sku] += line.qty
    return units


async def _refunds(ctx: ActionContext, order: SalesOrder, wanted: Counter[str], before: Counter[str]) -> dict[str, int]:
    """What the wanted units of each article were paid with; lines of one article are taken in their order."""
    statement = select(OrderLine).where(OrderLine.order_no == order.no).order_by(OrderLine.position)
    lines = list(await ctx.session.scalars(statement))
    shares = paid_shares([line.qty * line.price - line.discount for line in lines], order.total)
    refunds: dict[str, int] = dict.fromkeys(wanted, 0)
    gone, left = Counter(before), Counter(wanted)
    for line, paid in zip(lines, shares, strict=True):
        earlier = min(gone[line.sku], line.qty)
        now = min(left[line.sku], line.qty - earlier)
        gone[line.sku] -= earlier
        if now:
            left[line.sku] -= now
            refunds[line.sku] += refund_share(paid, line.qty, before=earlier, now=now)
    return refunds


def _write(
    ctx: ActionContext,
    made: str,
    order: SalesOrder,
    args: RequestReturnIn,
    wanted: Counter[str],
    refunds: Mapping[str, int],
) -> None:
    ctx.session.add(
        AfterSale(
            no=made,
            order_no=order.no,
            kind=args.kind,
            reason=args.reason,
            state="requested",
            refund=sum(refunds.values()),
            case_id=ctx.case,
            created_at=ctx.at,
            changed_at=ctx.at,
        )
    )
    for position, (sku, qty) in enumerate(sorted(wanted.items()), start=1):
        ctx.session.add(AfterSaleLine(after_sale=made, position=position, sku=sku, qty=qty, refund=refunds.get(sku, 0)))
