"""The actions of the inventory: reserve, release, ship, presell, and spare parts for technicians."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from activities._runtime import ActionContext, action
from activities.inventory import batches, presales, stock
from activities.inventory.contracts import (
    Line,
    PresellIn,
    PresellOut,
    ReleaseIn,
    ReleaseOut,
    RequisitionIn,
    RequisitionOut,
    ReservedLine,
    ReserveIn,
    ReserveOut,
    ReturnPartIn,
    ReturnPartOut,
    ShipIn,
    Shipment,
    ShipOut,
    ShortLine,
    UnshipIn,
    UnshipOut,
    UsePartIn,
    UsePartOut,
    VoidPresaleIn,
    VoidPresaleOut,
)
from activities.inventory.parts import bring_back, build_in
from activities.inventory.receipts import receive, settle_return, take_return
from activities.inventory.rules import SourcePlan, choose_sources, crossed_safety, hold_back, sum_demand
from activities.inventory.sources import find_sources
from activities.inventory.tables import PartIssue, Presale, Reservation, StockLevel
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused

__all__ = ["receive", "settle_return", "take_return"]

SHORTAGE = ActionError("inventory.shortage", "库存不足", "not enough stock")
UNKNOWN_RESERVATION = ActionError("inventory.unknown_reservation", "没有这个预留", "no such reservation")
NOT_OPEN = ActionError("inventory.not_reserved", "预留已释放", "the reservation has been released")
UNKNOWN_REQUISITION = ActionError("inventory.unknown_requisition", "没有这个领料单", "no such requisition")
NOT_IN_HAND = ActionError("inventory.not_in_hand", "数量超过手中备件", "more than is still in hand")
UNKNOWN_PRESALE = ActionError("inventory.unknown_presale", "没有这个预售登记", "no such presale")


@action(
    "inventory.reserve",
    zh="锁定库存",
    en="Reserve stock",
    about_zh="按“库存充足、距离最近”选仓并锁定库存；不足时可拆到多个仓库，也可只锁有货部分。",
    icon="package",
    errors=(SHORTAGE, UNKNOWN_PRESALE),
)
async def reserve(ctx: ActionContext, args: ReserveIn) -> ReserveOut:
    """Reserves goods in the nearest warehouses that have them: all or nothing, or as much as there is."""
    demand = sum_demand((line.sku, line.qty) for line in args.lines)
    sources, levels = await find_sources(ctx, demand, serves="goods", near=args.to, only=args.warehouse)
    mine = await _presale(ctx, args.presale) if args.presale else []
    sources = hold_back(sources, await presales.ahead(ctx.session, demand, mine))
    plan = choose_sources(demand, sources, split=args.split)
    if plan.short and not (args.partial and args.split):
        raise _shortage(plan)
    for row in mine:
        await presales.mark(ctx.session, row.id, "ready", before=("waiting",))
    reservation = ctx.reference("RSV")
    for take in plan.takes:
        await stock.promise(ctx.session, take.warehouse, take.sku, take.qty)
        ctx.session.add(
            Reservation(
                id=reservation,
                warehouse=take.warehouse,
                sku=take.sku,
                qty=take.qty,
                ref=args.ref or "",
                case_id=ctx.case,
                created_at=ctx.at,
            )
        )
    lines = _lines(plan, levels)
    return ReserveOut(
        reservation=reservation if plan.takes else None,
        warehouse=plan.main,
        parcels=len(plan.warehouses),
        lines=lines,
        low_stock=_newly_low(plan, levels),
        short=[ShortLine(sku=sku, qty=qty) for sku, qty in plan.short],
        shipments=_shipments(plan, lines),
    )


@action(
    "inventory.release",
    zh="释放库存",
    en="Release stock",
    about_zh="释放尚未出库的预留；重复释放不会重复加回。",
    icon="package-open",
    errors=(UNKNOWN_RESERVATION,),
    undo_of="inventory.reserve",
)
async def release(ctx: ActionContext, args: ReleaseIn) -> ReleaseOut:
    """Frees what a reservation still holds; what has been shipped or freed before stays as it is."""
    units = 0
    rows = await _reservation(ctx, args.reservation) if args.reservation else []
    for row in rows:
        if await stock.settle(ctx.session, row, "released"):
            await stock.unpromise(ctx.session, row.warehouse, row.sku, row.qty)
            units += row.qty
    return ReleaseOut(units=units)


@action(
    "inventory.ship",
    zh="出库",
    en="Ship reserved goods",
    about_zh="预留的货物离开货架，库存与预留同时扣减。",
    icon="truck",
    errors=(UNKNOWN_RESERVATION, NOT_OPEN),
)
async def ship(ctx: ActionContext, args: ShipIn) -> ShipOut:
    """Takes reserved goods off the shelves for good."""
    rows = await _reservation(ctx, args.reservation, args.warehouse)
    if any(row.state == "released" for row in rows):
        raise Refused(NOT_OPEN.code, NOT_OPEN.en, NOT_OPEN.zh, {"reservation": args.reservation})
    units = cost = 0
    for row in rows:
        if await stock.settle(ctx.session, row, "consumed"):
            await stock.ship_promised(ctx.session, row.warehouse, row.sku, row.qty)
            stock.record(ctx, row.warehouse, row.sku, -row.qty, kind="ship", ref=args.tracking or args.reservation)
            cost += await batches.consume(ctx, row.warehouse, row.sku, row.qty, ref=args.reservation)
            units += row.qty
    return ShipOut(units=units, cost=cost)


@action(
    "inventory.unship",
    zh="拦截退库",
    en="Take a shipment back",
    about_zh="已出库但被拦截的货物回到货架，并保持预留。",
    icon="undo",
    errors=(UNKNOWN_RESERVATION,),
    undo_of="inventory.ship",
)
async def unship(ctx: ActionContext, args: UnshipIn) -> UnshipOut:
    """Puts shipped goods back on the shelf, still reserved: exactly what shipping took."""
    units = 0
    for row in await _reservation(ctx, args.reservation, args.warehouse):
        if await stock.settle(ctx.session, row, "open"):
            await stock.restock_promised(ctx.session, row.warehouse, row.sku, row.qty)
            await batches.give_back(ctx, row.warehouse, row.sku, row.qty, ref=args.reservation)
            stock.record(ctx, row.warehouse, row.sku, row.qty, kind="unship", ref=args.reservation)
            units += row.qty
    return UnshipOut(units=units)


@action(
    "inventory.requisition",
    zh="备件申领",
    en="Hand out spare parts",
    about_zh="从最近的备件库领出备件，库存立即扣减。",
    icon="wrench",
    errors=(SHORTAGE,),
)
async def requisition(ctx: ActionContext, args: RequisitionIn) -> RequisitionOut:
    """Hands spare parts to a technician from the nearest parts store that has them all."""
    demand = sum_demand((line.sku, line.qty) for line in args.lines)
    sources, levels = await find_sources(ctx, demand, serves="parts", near=args.to, only=args.warehouse)
    plan = choose_sources(demand, sources, split=False)
    if plan.short:
        raise _shortage(plan)
    issue, cost = ctx.reference("REQ"), 0
    for take in plan.takes:
        await stock.hand_out(ctx.session, take.warehouse, take.sku, take.qty)
        cost += await batches.consume(ctx, take.warehouse, take.sku, take.qty, ref=issue)
        stock.record(ctx, take.warehouse, take.sku, -take.qty, kind="issue", ref=issue)
        ctx.session.add(
            PartIssue(
                id=issue,
                sku=take.sku,
                warehouse=take.warehouse,
                technician=args.technician,
                issued=take.qty,
                case_id=ctx.case,
                created_at=ctx.at,
            )
        )
    return RequisitionOut(requisition=issue, warehouse=plan.main, lines=_lines(plan, levels), cost=cost)


@action(
    "inventory.return_part",
    zh="退还备件",
    en="Return spare parts",
    about_zh="未用的备件退回原备件库；不填明细则退回手中全部。",
    icon="undo",
    errors=(UNKNOWN_REQUISITION, NOT_IN_HAND),
    undo_of="inventory.requisition",
)
async def return_part(ctx: ActionContext, args: ReturnPartIn) -> ReturnPartOut:
    """Brings unused parts back to the store they came from."""
    units = 0
    for row, qty in await _in_hand(ctx, args.requisition, args.lines):
        if not await bring_back(ctx.session, row, qty):
            raise Refused(NOT_IN_HAND.code, NOT_IN_HAND.en, NOT_IN_HAND.zh, {"sku": row.sku, "qty": qty})
        await stock.take_back(ctx.session, row.warehouse, row.sku, qty)
        await batches.give_back(ctx, row.warehouse, row.sku, qty, ref=args.requisition)
        stock.record(ctx, row.warehouse, row.sku, qty, kind="return", ref=args.requisition)
        units += qty
    return ReturnPartOut(units=units)


@action(
    "inventory.use_part",
    zh="登记用件",
    en="Book parts as used",
    about_zh="登记已装上的备件；不填明细则手中全部计为已用。",
    icon="wrench",
    errors=(UNKNOWN_REQUISITION, NOT_IN_HAND),
)
async def use_part(ctx: ActionContext, args: UsePartIn) -> UsePartOut:
    """Books parts in hand as built in."""
    units = 0
    for row, qty in await _in_hand(ctx, args.requisition, args.lines):
        if not await build_in(ctx.session, row, qty):
            raise Refused(NOT_IN_HAND.code, NOT_IN_HAND.en, NOT_IN_HAND.zh, {"sku": row.sku, "qty": qty})
        units += qty
    return UsePartOut(units=units)


@action(
    "inventory.presell",
    zh="登记预售",
    en="Note a presale",
    about_zh="缺货部分登记为预售，到货后按登记先后供货。",
    icon="calendar-clock",
)
async def presell(ctx: ActionContext, args: PresellIn) -> PresellOut:
    """Promises units that are not there yet; they are served in the order of their promises."""
    demand = sum_demand((line.sku, line.qty) for line in args.lines)
    ahead = await presales.ahead(ctx.session, demand, [])
    made = ctx.reference("PRE")
    for sku, qty in demand.items():
        ctx.session.add(
            Presale(id=made, sku=sku, qty=qty, ref=args.ref or "", case_id=ctx.case, created_at=ctx.at, state="waiting")
        )
    return PresellOut(presale=made, ahead=sum(ahead.values()))


@action(
    "inventory.void_presale",
    zh="撤销预售",
    en="Drop a presale",
    about_zh="撤销预售登记，排在后面的订单前移。",
    icon="undo",
    errors=(UNKNOWN_PRESALE,),
    undo_of="inventory.presell",
)
async def void_presale(ctx: ActionContext, args: VoidPresaleIn) -> VoidPresaleOut:
    """Takes a presale back, whether its goods have come or not; what was reserved for it is released apart."""
    await _presale(ctx, args.presale)
    changed = await presales.mark(ctx.session, args.presale, "void", before=("waiting", "ready"))
    return VoidPresaleOut(changed=changed > 0)


def _shortage(plan: SourcePlan) -> Refused:
    short = [{"sku": sku, "qty": qty} for sku, qty in plan.short]
    named = ", ".join(f"{sku} × {qty}" for sku, qty in plan.short)
    return Refused(SHORTAGE.code, f"not enough stock: {named}", f"库存不足：{named}", {"short": short})


def _lines(plan: SourcePlan, levels: dict[tuple[str, str], StockLevel]) -> list[ReservedLine]:
    return [
        ReservedLine(warehouse=take.warehouse, sku=take.sku, qty=take.qty, bin=levels[take.warehouse, take.sku].bin)
        for take in plan.takes
    ]


def _newly_low(plan: SourcePlan, levels: dict[tuple[str, str], StockLevel]) -> list[str]:
    low = []
    for take in plan.takes:
        level = levels[take.warehouse, take.sku]
        free = level.on_hand - level.reserved
        if crossed_safety(free, free - take.qty, level.safety):
            low.append(take.sku)
    return sorted(set(low))


def _shipments(plan: SourcePlan, lines: Sequence[ReservedLine]) -> list[Shipment]:
    """One for each warehouse, nearest choice first by its units, and a last one for what is short."""
    main_first = sorted(plan.warehouses, key=lambda warehouse: (warehouse != plan.main, warehouse))
    made = [
        Shipment(warehouse=each, presale=False, lines=[line for line in lines if line.warehouse == each])
        for each in main_first
    ]
    short = [ReservedLine(warehouse="", sku=sku, qty=qty, bin="") for sku, qty in plan.short]
    return [*made, Shipment(warehouse="", presale=True, lines=short)] if short else made


async def _presale(ctx: ActionContext, presale: str) -> list[Presale]:
    rows = list(await ctx.session.scalars(select(Presale).where(Presale.id == presale).order_by(Presale.sku)))
    if not rows:
        raise Refused(UNKNOWN_PRESALE.code, UNKNOWN_PRESALE.en, UNKNOWN_PRESALE.zh, {"presale": presale})
    return rows


async def _reservation(ctx: ActionContext, reservation: str, warehouse: str | None = None) -> list[Reservation]:
    """The promises of a reservation, all or those of one warehouse."""
    found = await stock.reservation_rows(ctx.session, reservation)
    rows = [row for row in found if warehouse is None or row.warehouse == warehouse]
    if not rows:
        raise Refused(
            UNKNOWN_RESERVATION.code, UNKNOWN_RESERVATION.en, UNKNOWN_RESERVATION.zh, {"reservation": reservation}
        )
    return rows


async def _in_hand(ctx: ActionContext, requisition: str, lines: Sequence[Line] | None) -> list[tuple[PartIssue, int]]:
    """The parts concerned with their units, in the order in which rows are taken."""
    statement = select(PartIssue).where(PartIssue.id == requisition).order_by(PartIssue.warehouse, PartIssue.sku)
    rows = {row.sku: row for row in await ctx.session.scalars(statement)}
    if not rows:
        raise Refused(
            UNKNOWN_REQUISITION.code, UNKNOWN_REQUISITION.en, UNKNOWN_REQUISITION.zh, {"requisition": requisition}
        )
    if lines is None:
        held = ((row, row.issued - row.used - row.returned) for row in rows.values())
        return [(row, qty) for row, qty in held if qty]
    wanted = sum_demand((line.sku, line.qty) for line in lines)
    unknown = [sku for sku in wanted if sku not in rows]
    if unknown:
        raise Refused(NOT_IN_HAND.code, NOT_IN_HAND.en, NOT_IN_HAND.zh, {"sku": unknown[0]})
    return [(rows[sku], qty) for sku, qty in wanted.items()]
