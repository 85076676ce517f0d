"""Goods that come in: from suppliers, and back from customers. What comes back is not sold before a look at it.

A receipt is a batch with its cost. It may be dated back only while nothing of its article has left since: otherwise
what those units cost would change afterwards, and a correction has to be posted today instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from activities._runtime import ActionContext, action
from activities.inventory import batches, presales, stock
from activities.inventory.contracts import (
    ReceivedLine,
    ReceiveIn,
    ReceiveOut,
    SettleReturnIn,
    SettleReturnOut,
    TakeReturnIn,
    TakeReturnOut,
)
from activities.inventory.rules import sum_demand
from activities.inventory.tables import StockBatch, StockLevel, Warehouse
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused
from waystation.store.inserts import insert_if_new

UNKNOWN_WAREHOUSE = ActionError("inventory.unknown_warehouse", "没有这个仓库", "no such warehouse")
BACK_DATED = ActionError(
    "inventory.back_dated",
    "此后已有出库，不能补登更早的入库",
    "units have left since; a receipt cannot be dated before",
)
IN_FUTURE = ActionError("inventory.in_future", "入库时间不能晚于现在", "a receipt cannot be in the future")
NO_RETURNS_STORE = ActionError("inventory.no_returns_store", "没有退货仓", "there is no warehouse for returns")
UNKNOWN_RETURN = ActionError("inventory.unknown_return", "没有这笔退货入库", "no such returned goods")


@action(
    "inventory.receive",
    zh="采购入库",
    en="Receive goods",
    about_zh="登记到货批次、数量与成本；已有后续出库时不得倒填日期。",
    icon="package-plus",
    errors=(UNKNOWN_WAREHOUSE, BACK_DATED, IN_FUTURE),
)
async def receive(ctx: ActionContext, args: ReceiveIn) -> ReceiveOut:
    """Puts goods on the shelf as batches with their cost, and says whose presales wait for them."""
    if await ctx.session.scalar(select(Warehouse.id).where(Warehouse.id == args.warehouse)) is None:
        detail = {"warehouse": args.warehouse}
        raise Refused(UNKNOWN_WAREHOUSE.code, UNKNOWN_WAREHOUSE.en, UNKNOWN_WAREHOUSE.zh, detail)
    at = args.received_at or ctx.at
    if at > ctx.at:
        raise Refused(IN_FUTURE.code, IN_FUTURE.en, IN_FUTURE.zh, {"received_at": at.isoformat()})
    receipt = ctx.reference("GRN")
    for line in _each_article_once(args.lines):
        if at < ctx.at and await batches.spent_since(ctx.session, args.warehouse, line.sku, at):
            raise Refused(BACK_DATED.code, BACK_DATED.en, BACK_DATED.zh, {"sku": line.sku})
        await _shelve(ctx, args.warehouse, line.sku, line.qty, kind="receipt", ref=receipt)
        batches.put_in(ctx, args.warehouse, line.sku, line.qty, unit_cost=line.unit_cost, at=at, ref=receipt)
    skus = {line.sku for line in args.lines}
    waiting = await presales.waiting_refs(ctx.session, skus)
    return ReceiveOut(receipt=receipt, units=sum(line.qty for line in args.lines), waiting=waiting)


@action(
    "inventory.take_return",
    zh="退货入库",
    en="Take returned goods",
    about_zh="客户退回的货物先入退货仓，检验前不可销售。",
    icon="package-check",
    errors=(NO_RETURNS_STORE,),
)
async def take_return(ctx: ActionContext, args: TakeReturnIn) -> TakeReturnOut:
    """Puts what a customer sent back into the store for returns, at what it cost when it left."""
    places = select(Warehouse.id).where(Warehouse.open, Warehouse.serves == "returns").order_by(Warehouse.priority)
    place = await ctx.session.scalar(places.limit(1))
    if place is None:
        raise Refused(NO_RETURNS_STORE.code, NO_RETURNS_STORE.en, NO_RETURNS_STORE.zh)
    receipt, units = ctx.reference("RET"), 0
    for sku, qty in sum_demand((line.sku, line.qty) for line in args.lines).items():
        cost = await batches.unit_cost_of(ctx.session, args.ref, sku) if args.ref else 0
        await _shelve(ctx, place, sku, qty, kind="return", ref=receipt)
        batches.put_in(ctx, place, sku, qty, unit_cost=cost, at=ctx.at, ref=receipt)
        units += qty
    return TakeReturnOut(receipt=receipt, warehouse=place, units=units)


@action(
    "inventory.settle_return",
    zh="退货处置",
    en="Settle returned goods",
    about_zh="检验后转入可售仓，或报废。",
    icon="package-search",
    errors=(UNKNOWN_RETURN, UNKNOWN_WAREHOUSE),
)
async def settle_return(ctx: ActionContext, args: SettleReturnIn) -> SettleReturnOut:
    """Moves what was returned to a warehouse that sells it, or scraps it; a second time moves nothing."""
    found = list(await ctx.session.scalars(select(StockBatch).where(StockBatch.ref == args.receipt)))
    if not found:
        raise Refused(UNKNOWN_RETURN.code, UNKNOWN_RETURN.en, UNKNOWN_RETURN.zh, {"receipt": args.receipt})
    if args.warehouse is not None:
        await _sells(ctx, args.warehouse)
    units = 0
    for batch in sorted(found, key=lambda each: each.sku):
        if not batch.unspent:
            continue
        qty, cost = batch.unspent, batch.unit_cost
        await batches.consume(ctx, batch.warehouse, batch.sku, qty, ref=args.receipt)
        await stock.hand_out(ctx.session, batch.warehouse, batch.sku, qty)
        kind = "transfer" if args.warehouse else "scrap"
        stock.record(ctx, batch.warehouse, batch.sku, -qty, kind=kind, ref=args.receipt)
        if args.warehouse is not None:
            await _shelve(ctx, args.warehouse, batch.sku, qty, kind=kind, ref=args.receipt)
            moved = ctx.reference("TRF")
            batches.put_in(ctx, args.warehouse, batch.sku, qty, unit_cost=cost, at=ctx.at, ref=moved)
        units += qty
    return SettleReturnOut(units=units)


async def _sells(ctx: ActionContext, warehouse: str) -> None:
    place = select(Warehouse.id).where(Warehouse.id == warehouse, Warehouse.serves == "goods")
    if await ctx.session.scalar(place) is None:
        detail = {"warehouse": warehouse}
        raise Refused(UNKNOWN_WAREHOUSE.code, UNKNOWN_WAREHOUSE.en, UNKNOWN_WAREHOUSE.zh, detail)


async def _shelve(ctx: ActionContext, warehouse: str, sku: str, qty: int, *, kind: str, ref: str) -> None:
    """Free units more in a warehouse, which may never have had the article, and the movement."""
    empty = {"on_hand": 0, "reserved": 0, "safety": 0, "bin": ""}
    await insert_if_new(ctx.session, StockLevel, warehouse=warehouse, sku=sku, **empty)
    await stock.take_back(ctx.session, warehouse, sku, qty)
    stock.record(ctx, warehouse, sku, qty, kind=kind, ref=ref)


def _each_article_once(lines: Sequence[ReceivedLine]) -> list[ReceivedLine]:
    """One line for each article; the cost of several is their average, rounded down."""
    by_sku: dict[str, list[ReceivedLine]] = {}
    for line in lines:
        by_sku.setdefault(line.sku, []).append(line)
    made = []
    for sku in sorted(by_sku):
        qty = sum(line.qty for line in by_sku[sku])
        cost = sum(line.qty * line.unit_cost for line in by_sku[sku]) // qty
        made.append(ReceivedLine(sku=sku, qty=qty, unit_cost=cost))
    return made
