"""The actions of purchasing: check a request, set budget aside, free it, order."""

from __future__ import annotations

from sqlalchemy import exists, select, update

from activities._runtime import ActionContext, action, changed_rows
from activities.purchasing.contracts import (
    BookBudgetIn,
    BookBudgetOut,
    CancelOrderIn,
    CancelOrderOut,
    CheckedRule,
    CheckIn,
    CheckOut,
    OrderIn,
    OrderOut,
    ReleaseBudgetIn,
    ReleaseBudgetOut,
)
from activities.purchasing.rules import budget_period, total_of
from activities.purchasing.tables import Budget, BudgetBooking, PurchaseOrder
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused
from waystation.store.session import Conflict

NO_BUDGET = ActionError("purchasing.no_budget", "该部门没有当年预算", "the department has no budget for the year")
OVER_BUDGET = ActionError("purchasing.over_budget", "超出剩余预算", "more than is left of the budget")
UNKNOWN_BOOKING = ActionError("purchasing.unknown_booking", "没有这笔预算占用", "no such booking")
OVER_BOOKING = ActionError("purchasing.over_booking", "订单金额超过占用金额", "the order costs more than was set aside")
UNKNOWN_ORDER = ActionError("purchasing.unknown_order", "没有这个采购单", "no such purchase order")


@action(
    "purchasing.check",
    zh="采购审核规则",
    en="Check a purchase",
    about_zh="工程采购须附合同，缺则驳回；供应商首单须人工确认。",
    icon="shield-check",
)
async def check(ctx: ActionContext, args: CheckIn) -> CheckOut:
    """Checks every rule of a purchase request: the contract, and whether the supplier is new."""
    missing = args.kind == "engineering" and not args.contract
    known = exists().where(PurchaseOrder.supplier == args.supplier, PurchaseOrder.state == "placed")
    asked = ctx.setting("approval.review_first_order", True)
    first = asked and not await ctx.session.scalar(select(known))
    results = [
        CheckedRule(rule="contract", passed=not missing, zh="工程采购须附合同", en="engineering needs a contract"),
        CheckedRule(rule="first_order", passed=not first, zh="供应商首单须人工确认", en="a new supplier is confirmed"),
    ]
    failed = [each for each in results if not each.passed]
    return CheckOut(
        rejected=missing,
        first_order=first,
        results=results,
        reasons_zh="；".join(each.zh for each in failed),
        reasons_en="; ".join(each.en for each in failed),
    )


@action(
    "purchasing.book_budget",
    zh="占用预算",
    en="Set budget aside",
    about_zh="在部门年度预算中占用金额，超出则拒绝。",
    icon="wallet",
    errors=(NO_BUDGET, OVER_BUDGET),
)
async def book_budget(ctx: ActionContext, args: BookBudgetIn) -> BookBudgetOut:
    """Sets money aside in a department's budget, if so much is left."""
    period = args.period or budget_period(ctx.at)
    mine = (Budget.department == args.department, Budget.period == period)
    enough = Budget.amount - Budget.booked - Budget.spent >= args.amount
    statement = update(Budget).where(*mine, enough).values(booked=Budget.booked + args.amount)
    booked = await changed_rows(ctx.session, statement)
    budget = await ctx.session.scalar(select(Budget).where(*mine))
    if budget is None:
        raise Refused(NO_BUDGET.code, NO_BUDGET.en, NO_BUDGET.zh, {"department": args.department, "period": period})
    left = budget.amount - budget.booked - budget.spent
    if not booked:
        detail = {"department": args.department, "period": period, "left": left}
        raise Refused(OVER_BUDGET.code, OVER_BUDGET.en, OVER_BUDGET.zh, detail)
    booking = ctx.reference("BKG")
    ctx.session.add(
        BudgetBooking(
            id=booking,
            department=args.department,
            period=period,
            amount=args.amount,
            case_id=ctx.case,
            created_at=ctx.at,
        )
    )
    return BookBudgetOut(booking=booking, period=period, left=left)


@action(
    "purchasing.release_budget",
    zh="释放预算",
    en="Free budget",
    about_zh="释放尚未花掉的占用金额；重复释放不会重复加回。",
    icon="undo",
    errors=(UNKNOWN_BOOKING,),
    undo_of="purchasing.book_budget",
)
async def release_budget(ctx: ActionContext, args: ReleaseBudgetIn) -> ReleaseBudgetOut:
    """Frees what is still set aside of a booking."""
    booking = await _booking(ctx, args.booking)
    rest = booking.amount - booking.spent - booking.released
    if rest:
        booking.released += rest
        await _shift(ctx, booking, booked=-rest, spent=0)
    return ReleaseBudgetOut(amount=rest)


@action(
    "purchasing.order",
    zh="下采购单",
    en="Order from a supplier",
    about_zh="按已占用的预算下单，金额从占用转为已花。",
    icon="shopping-cart",
    errors=(UNKNOWN_BOOKING, OVER_BOOKING),
)
async def order(ctx: ActionContext, args: OrderIn) -> OrderOut:
    """Orders goods on money set aside, which becomes money spent."""
    booking = await _booking(ctx, args.booking)
    amount = total_of((line.qty, line.price) for line in args.lines)
    rest = booking.amount - booking.spent - booking.released
    if not 0 < amount <= rest:
        raise Refused(OVER_BOOKING.code, OVER_BOOKING.en, OVER_BOOKING.zh, {"amount": amount, "left": rest})
    booking.spent += amount
    await _shift(ctx, booking, booked=-amount, spent=amount)
    no = ctx.reference("PO")
    ctx.session.add(
        PurchaseOrder(
            no=no,
            supplier=args.supplier,
            lines=[line.model_dump() for line in args.lines],
            amount=amount,
            booking=booking.id,
            state="placed",
            case_id=ctx.case,
            created_at=ctx.at,
        )
    )
    return OrderOut(order=no, amount=amount, left=rest - amount)


@action(
    "purchasing.cancel_order",
    zh="取消采购单",
    en="Cancel a purchase order",
    about_zh="取消采购单，金额恢复为预算占用。",
    icon="undo",
    errors=(UNKNOWN_ORDER,),
    undo_of="purchasing.order",
)
async def cancel_order(ctx: ActionContext, args: CancelOrderIn) -> CancelOrderOut:
    """Cancels an order; its money is set aside again, as before the order."""
    statement = select(PurchaseOrder).where(PurchaseOrder.no == args.order).with_for_update()
    placed = await ctx.session.scalar(statement)
    if placed is None:
        raise Refused(UNKNOWN_ORDER.code, UNKNOWN_ORDER.en, UNKNOWN_ORDER.zh, {"order": args.order})
    if placed.state != "placed":
        return CancelOrderOut(changed=False)
    placed.state = "cancelled"
    booking = await _booking(ctx, placed.booking)
    booking.spent -= placed.amount
    await _shift(ctx, booking, booked=placed.amount, spent=-placed.amount)
    return CancelOrderOut(changed=True)


async def _booking(ctx: ActionContext, booking: str) -> BudgetBooking:
    """The booking, held against others until the transaction ends."""
    statement = select(BudgetBooking).where(BudgetBooking.id == booking).with_for_update()
    found: BudgetBooking | None = await ctx.session.scalar(statement)
    if found is None:
        raise Refused(UNKNOWN_BOOKING.code, UNKNOWN_BOOKING.en, UNKNOWN_BOOKING.zh, {"booking": booking})
    return found


async def _shift(ctx: ActionContext, booking: BudgetBooking, *, booked: int, spent: int) -> None:
    """Move money between the counters of a booking's budget."""
    statement = (
        update(Budget)
        .where(
            Budget.department == booking.department,
            Budget.period == booking.period,
            Budget.booked >= -booked,
            Budget.spent >= -spent,
        )
        .values(booked=Budget.booked + booked, spent=Budget.spent + spent)
    )
    if await changed_rows(ctx.session, statement) == 0:
        raise Conflict(f"the budget of {booking.department} has just been changed")
