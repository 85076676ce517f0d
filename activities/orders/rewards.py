"""What customers get and pay beside the goods: a coupon for buying often, and freight."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from activities._runtime import ActionContext, action, changed_rows
from activities.orders import axes
from activities.orders.amounts import FreightRules, freight
from activities.orders.contracts import FreightIn, FreightOut, RewardIn, RewardOut
from activities.orders.tables import RepurchaseCoupon, SalesOrder
from waystation.contracts.catalog import ActionError
from waystation.store.inserts import insert_if_new

UNKNOWN_ORDER = ActionError("orders.unknown_order", "没有这个订单", "no such order")

#: So many paid orders in so many days earn a coupon of so many fen. Tenant settings `orders.repurchase_…`.
ORDERS, DAYS, AMOUNT = 3, 30, 1_000
#: Before any coupon: the row is there to be raced for.
NEVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@action(
    "orders.reward",
    zh="复购奖励",
    en="Reward buying often",
    about_zh="30 天内第 3 个已付款订单发 10 元复购券，每个窗口只发一次，已取消的不计。",
    icon="ticket-percent",
    errors=(UNKNOWN_ORDER,),
)
async def reward(ctx: ActionContext, args: RewardIn) -> RewardOut:
    """Gives a coupon for the third paid order within thirty days, once in that time."""
    order = await axes.find_order(ctx, args.order)
    days, amount = ctx.setting("orders.repurchase_days", DAYS), ctx.setting("orders.repurchase_coupon", AMOUNT)
    since = order.placed_at - timedelta(days=days)
    count = await _paid_orders(ctx, order, since)
    if count < ctx.setting("orders.repurchase_orders", ORDERS):
        return RewardOut(coupon="", amount=0, orders=count)
    first = {"coupon": "", "amount": 0, "order_no": "", "issued_at": NEVER}
    await insert_if_new(ctx.session, RepurchaseCoupon, customer=order.customer, **first)
    coupon = ctx.reference("CPN")
    mine = update(RepurchaseCoupon).where(
        RepurchaseCoupon.customer == order.customer, RepurchaseCoupon.issued_at <= since
    )
    issued = {"coupon": coupon, "amount": amount, "order_no": order.no, "issued_at": order.placed_at}
    if not await changed_rows(ctx.session, mine.values(**issued)):
        return RewardOut(coupon="", amount=0, orders=count)
    return RewardOut(coupon=coupon, amount=amount, orders=count)


@action(
    "orders.freight",
    zh="计算运费",
    en="Work out the freight",
    about_zh="折后满 200 元包邮，偏远地区加 10 元。",
    icon="truck",
)
async def work_out_freight(ctx: ActionContext, args: FreightIn) -> FreightOut:
    """Says what sending goods of this worth to this area costs, and why."""
    defaults = FreightRules()
    rules = FreightRules(
        base=ctx.setting("orders.freight_base", defaults.base),
        free_from=ctx.setting("orders.freight_free_from", defaults.free_from),
        remote_extra=ctx.setting("orders.freight_remote_extra", defaults.remote_extra),
        remote=tuple(ctx.setting("orders.freight_remote", list(defaults.remote))),
    )
    cost, free, remote = freight(args.amount, args.area, rules)
    zh = ("包邮" if free else "基础运费") + ("，偏远地区加价" if remote else "")
    en = ("free of charge" if free else "basic freight") + (", extra for a remote area" if remote else "")
    return FreightOut(freight=cost, reason_zh=zh, reason_en=en)


async def _paid_orders(ctx: ActionContext, order: SalesOrder, since: datetime) -> int:
    """Paid orders of the customer in the window that ends with this one; cancelled ones do not count."""
    statement = (
        select(func.count())
        .select_from(SalesOrder)
        .where(
            SalesOrder.customer == order.customer,
            SalesOrder.pay == "paid",
            SalesOrder.fulfilment != "cancelled",
            SalesOrder.placed_at > since,
            SalesOrder.placed_at <= order.placed_at,
        )
    )
    return await ctx.session.scalar(statement) or 0
