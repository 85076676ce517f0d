"""Taking an order in: map it, keep the raw text, and write the order once, however often the channel sends it.

An order is known by (channel, account, ext_id). The same text again changes nothing; an older text never overwrites a
newer one; a text that cannot be mapped is kept with its reason and touches no order.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from activities._runtime import ActionContext, Point, area_point, load_file, point_at, racing_insert
from activities.orders import axes
from activities.orders.contracts import IntakeIn, IntakeLine, IntakeOut
from activities.orders.mapping import ChannelMapping, MappedOrder, Quarantined, map_order
from activities.orders.receivers import area_of, found_by, masked
from activities.orders.rules import Axis, first_state, may_follow
from activities.orders.tables import OrderLine, RawOrder, SalesOrder
from waystation.contracts.errors import Refused
from waystation.store import exact_json, personal_rows

#: Tag of an order whose channel wants a person to look at it.
CHANNEL_REVIEW = "channel_review"


async def take_in(ctx: ActionContext, args: IntakeIn) -> IntakeOut:
    """Take one order in.

    Raises:
        Refused: `orders.unknown_channel`.
        Conflict: the same order is being written by somebody else.
    """
    mapping = _mapping(args.channel)
    digest = exact_json.digest(args.payload)
    mapped = map_order(mapping, args.payload)
    ext_id = mapped.ext_id or f"unknown-{digest[:24]}"
    order = await _known(ctx, args, ext_id)
    if isinstance(mapped, Quarantined):
        await _keep_raw(ctx, args, ext_id, digest, mapping.version, reason=mapped)
        return _quarantined(mapped, ext_id)
    if order is None:
        order = await _write_new(ctx, args, mapped)
        verdict = "new"
    else:
        verdict = await _write_change(ctx, args, order, mapped, digest)
    if verdict in ("new", "changed"):
        await _keep_raw(ctx, args, ext_id, digest, mapping.version, customer=order.customer)
    return await _answer(ctx, order, verdict)


def order_number(channel: str, account: str, ext_id: str) -> str:
    """The number of an order: from the channel's own number, so that every intake of it gives the same."""
    text = f"{channel}\x1f{account}\x1f{ext_id}"
    return f"SO-{hashlib.sha256(text.encode()).hexdigest()[:16].upper()}"


def _mapping(channel: str) -> ChannelMapping:
    try:
        return load_file("channels", channel, ChannelMapping)
    except Refused as missing:
        raise Refused(
            "orders.unknown_channel", f"no mapping for the channel {channel}", f"没有渠道 {channel} 的映射"
        ) from missing


async def _known(ctx: ActionContext, args: IntakeIn, ext_id: str) -> SalesOrder | None:
    """The order with this number, held: of two texts at once the second must see what the first one wrote."""
    mine = (SalesOrder.channel == args.channel, SalesOrder.account == args.account, SalesOrder.ext_id == ext_id)
    found: SalesOrder | None = await ctx.session.scalar(select(SalesOrder).where(*mine).with_for_update())
    return found


async def _write_new(ctx: ActionContext, args: IntakeIn, mapped: MappedOrder) -> SalesOrder:
    order = SalesOrder(
        no=order_number(args.channel, args.account, mapped.ext_id),
        channel=args.channel,
        account=args.account,
        ext_id=mapped.ext_id,
        placed_at=mapped.fields.get("placed_at") or ctx.at,
        pay=mapped.status.pay,
        audit=mapped.status.audit,
        fulfilment=mapped.status.fulfilment,
        aftersale=first_state("aftersale"),
        **await _content(ctx, mapped),
    )
    ctx.session.add(order)
    _add_lines(ctx, order, mapped)
    with racing_insert(f"order {order.no}"):
        await ctx.session.flush()
    return order


async def _write_change(ctx: ActionContext, args: IntakeIn, order: SalesOrder, mapped: MappedOrder, digest: str) -> str:
    """What a second text does to a known order: `same`, `stale` or `changed`."""
    raw = await _raw(ctx, args, order.ext_id)
    if raw is not None and raw.digest == digest and raw.verdict == "mapped":
        return "same"
    updated: datetime | None = mapped.fields.get("updated_at")
    if updated and order.ext_updated_at and updated < order.ext_updated_at:
        return "stale"
    for name, value in (await _content(ctx, mapped)).items():
        setattr(order, name, value)
    await ctx.session.execute(delete(OrderLine).where(OrderLine.order_no == order.no))
    _add_lines(ctx, order, mapped)
    await ctx.session.flush()
    reached: dict[Axis, str] = {"pay": mapped.status.pay, "fulfilment": mapped.status.fulfilment}
    for axis, state in reached.items():
        if may_follow(axis, getattr(order, axis), state):
            await axes.move(ctx, order, axis, state, reason=f"{order.channel}: {order.ext_id}")
    return "changed"


async def _content(ctx: ActionContext, mapped: MappedOrder) -> dict[str, Any]:
    fields = mapped.fields
    review = (CHANNEL_REVIEW,) if mapped.status.audit == "pending" else ()
    customer = str(fields.get("customer") or f"{mapped.ext_id}")
    receiver = {name[9:]: value for name, value in fields.items() if name.startswith("receiver_") and value}
    return {
        "ext_updated_at": fields.get("updated_at"),
        "customer": customer,
        "kind": str(fields.get("kind") or "retail"),
        "total": fields["total"],
        "payment": str(fields.get("payment") or ""),
        "receiver": await personal_rows.sealed(ctx.session, ctx.case, customer, receiver, also=found_by(receiver)),
        "area": area_of(fields),
        "tags": [*mapped.tags, *review],
        "contract": fields.get("contract"),
        "changed_at": ctx.at,
    }


def _add_lines(ctx: ActionContext, order: SalesOrder, mapped: MappedOrder) -> None:
    for position, line in enumerate(mapped.lines, start=1):
        ctx.session.add(
            OrderLine(
                order_no=order.no,
                position=position,
                sku=line.sku,
                title=line.title,
                qty=line.qty,
                price=line.price,
                discount=line.discount,
            )
        )


async def _raw(ctx: ActionContext, args: IntakeIn, ext_id: str) -> RawOrder | None:
    found: RawOrder | None = await ctx.session.scalar(
        select(RawOrder).where(
            RawOrder.channel == args.channel, RawOrder.account == args.account, RawOrder.ext_id == ext_id
        )
    )
    return found


async def _keep_raw(
    ctx: ActionContext,
    args: IntakeIn,
    ext_id: str,
    digest: str,
    version: int,
    *,
    customer: str = "",
    reason: Quarantined | None = None,
) -> None:
    payload = await personal_rows.sealed(ctx.session, ctx.case, customer, args.payload)
    raw = await _raw(ctx, args, ext_id)
    if raw is None:
        raw = RawOrder(channel=args.channel, account=args.account, ext_id=ext_id)
        ctx.session.add(raw)
    raw.payload, raw.customer, raw.digest = payload, customer, digest
    raw.mapping_version, raw.received_at = version, ctx.at
    raw.verdict = "mapped" if reason is None else "quarantined"
    raw.reason = {} if reason is None else {"zh": reason.zh, "en": reason.en}
    with racing_insert(f"raw order {ext_id}"):
        await ctx.session.flush()


async def _answer(ctx: ActionContext, order: SalesOrder, verdict: Any) -> IntakeOut:
    lines = await ctx.session.scalars(
        select(OrderLine).where(OrderLine.order_no == order.no).order_by(OrderLine.position)
    )
    receiver = await personal_rows.opened(ctx.session, order.receiver, erased={})
    return IntakeOut(
        verdict=verdict,
        order=order.no,
        ext_id=order.ext_id,
        reason_zh="",
        reason_en="",
        customer=order.customer,
        kind=order.kind,
        total=order.total,
        pay=order.pay,
        audit=order.audit,
        fulfilment=order.fulfilment,
        lines=[IntakeLine(sku=line.sku, qty=line.qty) for line in lines],
        receiver=masked(receiver),
        to=_goes_to(order, receiver),
        tags=list(order.tags),
    )


def _goes_to(order: SalesOrder, receiver: dict[str, Any]) -> Point | None:
    """The receiver's own point where the channel gave one with its datum; else the middle of the district or city."""
    if {"lat", "lng", "datum"} <= set(receiver):
        return point_at(float(receiver["lat"]), float(receiver["lng"]), str(receiver["datum"]))
    return area_point(order.area)


def _quarantined(mapped: Quarantined, ext_id: str) -> IntakeOut:
    return IntakeOut(
        verdict="quarantined",
        order="",
        ext_id=ext_id,
        reason_zh=mapped.zh,
        reason_en=mapped.en,
        customer="",
        kind="",
        total=0,
        pay="",
        audit="",
        fulfilment="",
        lines=[],
        receiver={},
        to=None,
        tags=[],
    )
