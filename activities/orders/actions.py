"""The actions of the orders: take in, audit, move along the axes, pick, hand to a carrier, cancel."""

from __future__ import annotations

from sqlalchemy import func, select, update

from activities._runtime import ActionContext, action, changed_rows
from activities.orders import axes
from activities.orders.aftersales import drop_return, move_return, request_return
from activities.orders.contracts import (
    AuditIn,
    AuditOut,
    CancelIn,
    CancelOut,
    DispatchIn,
    DispatchOut,
    IntakeIn,
    IntakeOut,
    MarkIn,
    MarkOut,
    PickListIn,
    PickListOut,
    RecallIn,
    RecallOut,
    RuleResult,
    UnmarkIn,
    UnmarkOut,
    VoidPickListIn,
    VoidPickListOut,
)
from activities.orders.intake import CHANNEL_REVIEW, take_in
from activities.orders.parcels import pack, sent_units
from activities.orders.rewards import reward, work_out_freight
from activities.orders.rules import AuditFacts, AuditLimits, audit, required_reviews, visible_state
from activities.orders.tables import Parcel, PickList, SalesOrder
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused

__all__ = ["drop_return", "move_return", "request_return", "reward", "work_out_freight"]

UNKNOWN_ORDER = ActionError("orders.unknown_order", "没有这个订单", "no such order")
UNKNOWN_CHANNEL = ActionError("orders.unknown_channel", "没有这个渠道的映射", "no mapping for this channel")
BAD_TRANSITION = ActionError("orders.bad_transition", "订单状态不允许这样变更", "the order cannot go to this state")
ALREADY_SHIPPED = ActionError("orders.already_shipped", "订单已发货，不能取消", "the order has been shipped")
UNKNOWN_PICK_LIST = ActionError("orders.unknown_pick_list", "没有这个拣货单", "no such pick list")
UNKNOWN_PARCEL = ActionError("orders.unknown_parcel", "没有这个包裹", "no such parcel")
OVER_SHIPPED = ActionError("orders.over_shipped", "发货数量超过订单数量", "more than was ordered")


@action(
    "orders.intake",
    zh="接收订单",
    en="Take in an order",
    about_zh="按渠道映射把订单转为内部格式；未知状态先隔离待映射，重复推送不重复入库。",
    icon="inbox",
    errors=(UNKNOWN_CHANNEL,),
)
async def intake(ctx: ActionContext, args: IntakeIn) -> IntakeOut:
    """Turns a channel's order into ours by the channel's mapping; sets aside what cannot be mapped."""
    return await take_in(ctx, args)


@action(
    "orders.audit",
    zh="订单审核规则",
    en="Audit an order",
    about_zh="逐条检查审核规则，给出需要谁审批及原因。",
    icon="shield-check",
    errors=(UNKNOWN_ORDER,),
)
async def audit_order(ctx: ActionContext, args: AuditIn) -> AuditOut:
    """Checks every audit rule and says who has to agree; thresholds are settings of the tenant."""
    order = await axes.find_order(ctx, args.order)
    if args.contract is not None and order.contract is None:
        order.contract = args.contract
    facts = AuditFacts(
        amount=order.total,
        kind=order.kind,
        first_order=await _earlier_orders(ctx, order) == 0,
        has_contract=order.contract is not None,
        channel_review=CHANNEL_REVIEW in order.tags,
        area=order.area,
    )
    findings = audit(facts, _limits(ctx))
    required = required_reviews(findings)
    failed = [finding for finding in findings if not finding.passed]
    return AuditOut(
        required=required,
        owner="owner" in required,
        finance="finance" in required,
        service="service" in required,
        rejected=any(finding.rejects for finding in failed),
        delayed=any(finding.delays for finding in failed),
        results=[RuleResult(rule=each.rule, passed=each.passed, zh=each.zh, en=each.en) for each in findings],
        reasons_zh="；".join(each.zh for each in failed),
        reasons_en="; ".join(each.en for each in failed),
    )


@action(
    "orders.mark",
    zh="变更订单状态",
    en="Move an order on",
    about_zh="在付款、审核、履约、售后四条状态轴之一上变更；已在该状态则不变。",
    icon="flag",
    errors=(UNKNOWN_ORDER, BAD_TRANSITION),
)
async def mark(ctx: ActionContext, args: MarkIn) -> MarkOut:
    """Moves an order along one of its four axes, as the transition table allows."""
    order = await axes.find_order(ctx, args.order)
    previous: str = getattr(order, args.axis)
    changed = await axes.move(ctx, order, args.axis, args.to, reason=args.reason)
    zh, en = visible_state(order.pay, order.audit, order.fulfilment, order.aftersale)
    return MarkOut(previous=previous, changed=changed, visible_zh=zh, visible_en=en)


@action(
    "orders.unmark",
    zh="撤回订单状态",
    en="Take a mark back",
    about_zh="恢复变更前的状态；之后又被他人变更的不动。",
    icon="undo",
    errors=(UNKNOWN_ORDER,),
    undo_of="orders.mark",
)
async def unmark(ctx: ActionContext, args: UnmarkIn) -> UnmarkOut:
    """Puts an order back where a mark found it, unless somebody has moved it since."""
    order = await axes.find_order(ctx, args.order)
    if getattr(order, args.axis) != args.state or args.state == args.previous:
        return UnmarkOut(changed=False)
    await axes.put(ctx, order, args.axis, args.previous, reason="undo")
    return UnmarkOut(changed=True)


@action(
    "orders.cancel",
    zh="取消订单",
    en="Cancel an order",
    about_zh="发货前可取消；已付款的给出应退金额。",
    icon="ban",
    errors=(UNKNOWN_ORDER, ALREADY_SHIPPED),
)
async def cancel(ctx: ActionContext, args: CancelIn) -> CancelOut:
    """Cancels an order that has not been shipped and says what has to be refunded."""
    order = await axes.find_order(ctx, args.order)
    if order.fulfilment in ("part_shipped", "shipped", "delivered"):
        raise Refused(ALREADY_SHIPPED.code, ALREADY_SHIPPED.en, ALREADY_SHIPPED.zh, {"order": order.no})
    changed = await axes.move(ctx, order, "fulfilment", "cancelled", reason=args.reason)
    if changed and order.pay == "paid":
        await axes.move(ctx, order, "pay", "refunding", reason=args.reason)
    return CancelOut(changed=changed, refund=order.total if order.pay == "refunding" else 0)


@action(
    "orders.pick_list",
    zh="生成拣货单",
    en="Make a pick list",
    about_zh="按仓库与货位排序，列出要拣的数量。",
    icon="list-checks",
    errors=(UNKNOWN_ORDER,),
)
async def pick_list(ctx: ActionContext, args: PickListIn) -> PickListOut:
    """Writes what to pick where, in walking order."""
    order = await axes.find_order(ctx, args.order)
    rows = sorted(args.lines, key=lambda row: (row.warehouse, row.bin, row.sku))
    made = ctx.reference("PCK")
    ctx.session.add(
        PickList(id=made, order_no=order.no, rows=[row.model_dump() for row in rows], state="open", created_at=ctx.at)
    )
    return PickListOut(pick_list=made, rows=rows, units=sum(row.qty for row in rows))


@action(
    "orders.void_pick_list",
    zh="作废拣货单",
    en="Void a pick list",
    about_zh="拣货单作废，不再拣货。",
    icon="undo",
    errors=(UNKNOWN_PICK_LIST,),
    undo_of="orders.pick_list",
)
async def void_pick_list(ctx: ActionContext, args: VoidPickListIn) -> VoidPickListOut:
    """Takes a pick list back; nobody picks from it any more."""
    found = await ctx.session.scalar(select(PickList).where(PickList.id == args.pick_list))
    if found is None:
        raise Refused(UNKNOWN_PICK_LIST.code, UNKNOWN_PICK_LIST.en, UNKNOWN_PICK_LIST.zh, {"id": args.pick_list})
    changed = await changed_rows(
        ctx.session,
        update(PickList).where(PickList.id == args.pick_list, PickList.state == "open").values(state="void"),
    )
    return VoidPickListOut(changed=changed == 1)


@action(
    "orders.dispatch",
    zh="登记发货",
    en="Hand to a carrier",
    about_zh="登记承运商、运单号与包裹内容；全部发出后订单变为已发货，否则为部分发货。",
    icon="truck",
    errors=(UNKNOWN_ORDER, BAD_TRANSITION, OVER_SHIPPED),
)
async def dispatch(ctx: ActionContext, args: DispatchIn) -> DispatchOut:
    """Records the parcel; the order is shipped when everything is on its way, partly shipped before."""
    order = await axes.find_order(ctx, args.order)
    parcel = ctx.reference("PAR")
    complete = await pack(ctx, order, parcel, args.lines)
    await axes.move(ctx, order, "fulfilment", "shipped" if complete else "part_shipped", reason=args.note)
    ctx.session.add(
        Parcel(id=parcel, order_no=order.no, carrier=args.carrier, tracking=args.tracking, state="sent", sent_at=ctx.at)
    )
    zh, en = visible_state(order.pay, order.audit, order.fulfilment, order.aftersale)
    return DispatchOut(parcel=parcel, complete=complete, visible_zh=zh, visible_en=en)


@action(
    "orders.recall",
    zh="拦截包裹",
    en="Call a parcel back",
    about_zh="拦截在途包裹；没有其他包裹在途时订单回到拣货状态。",
    icon="undo",
    errors=(UNKNOWN_PARCEL,),
    undo_of="orders.dispatch",
)
async def recall(ctx: ActionContext, args: RecallIn) -> RecallOut:
    """Calls a parcel back; its order is being picked again, or partly shipped while other parcels are on their way."""
    parcel = await ctx.session.scalar(select(Parcel).where(Parcel.id == args.parcel))
    if parcel is None:
        raise Refused(UNKNOWN_PARCEL.code, UNKNOWN_PARCEL.en, UNKNOWN_PARCEL.zh, {"id": args.parcel})
    statement = update(Parcel).where(Parcel.id == args.parcel, Parcel.state == "sent").values(state="recalled")
    if await changed_rows(ctx.session, statement) == 0:
        return RecallOut(changed=False)
    order = await axes.find_order(ctx, parcel.order_no)
    state = "part_shipped" if await sent_units(ctx, order) else "picking"
    if order.fulfilment in ("shipped", "part_shipped") and order.fulfilment != state:
        await axes.put(ctx, order, "fulfilment", state, reason="recalled")
    return RecallOut(changed=True)


def _limits(ctx: ActionContext) -> AuditLimits:
    defaults = AuditLimits()
    return AuditLimits(
        owner_over=ctx.setting("approval.owner_over", defaults.owner_over),
        finance_over=ctx.setting("approval.finance_over", defaults.finance_over),
        review_first_order=ctx.setting("approval.review_first_order", defaults.review_first_order),
        controlled_areas=tuple(ctx.setting("orders.controlled_areas", list(defaults.controlled_areas))),
    )


async def _earlier_orders(ctx: ActionContext, order: SalesOrder) -> int:
    """Paid orders of the same customer before this one; cancelled ones do not count."""
    found = await ctx.session.scalar(
        select(func.count())
        .select_from(SalesOrder)
        .where(
            SalesOrder.customer == order.customer,
            SalesOrder.no != order.no,
            SalesOrder.pay == "paid",
            SalesOrder.fulfilment != "cancelled",
            SalesOrder.placed_at <= order.placed_at,
        )
    )
    return found or 0
