"""The actions of the tickets: sort, open, book a service point, close."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select, update

from activities._runtime import ActionContext, ComputeContext, action, changed_rows, load_file, metres_between, point_at
from activities.tickets.contracts import (
    ClassifyIn,
    ClassifyOut,
    CloseIn,
    CloseOut,
    DispatchIn,
    DispatchOut,
    OpenIn,
    OpenOut,
    UndispatchIn,
    UndispatchOut,
    VoidIn,
    VoidOut,
)
from activities.tickets.rules import Classifier, Presets, choose_point, classify, home_point, usual_complaint
from activities.tickets.rules import ServicePoint as Candidate
from activities.tickets.tables import ServicePoint, Ticket
from activities.tickets.upkeep import machine_hours, plan_maintenance
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused
from waystation.store import personal_rows
from waystation.store.session import Conflict

__all__ = ["machine_hours", "plan_maintenance"]

UNKNOWN_TICKET = ActionError("tickets.unknown_ticket", "没有这个工单", "no such ticket")
NO_CAPACITY = ActionError("tickets.no_capacity", "附近服务点都已排满", "every service point within reach is full")
NOT_OPEN = ActionError("tickets.not_open", "工单已关闭", "the ticket is closed")
UNKNOWN_CLASSIFIER = ActionError("tickets.unknown_classifier", "没有这个分类器", "no such classifier")

#: Below this confidence a person decides. Tenant setting `tickets.confidence`.
CONFIDENCE = Decimal("0.55")
#: How far a backup service point may be, in metres. Tenant setting `tickets.backup_within_m`.
BACKUP_WITHIN_M = 3000
#: So many earlier tickets are shown to whoever takes a new one.
LAST_TICKETS = 3


@action(
    "tickets.classify",
    zh="工单分类",
    en="Sort a ticket",
    about_zh="先按关键词（退款、破损）进入优先通道，再按词语打分；把握不足转人工。",
    icon="tags",
    errors=(UNKNOWN_CLASSIFIER,),
)
async def classify_text(ctx: ComputeContext, args: ClassifyIn) -> ClassifyOut:
    """Sorts a text by its words; below the threshold a person has to decide."""
    try:
        classifier = load_file("classifiers", args.classifier, Classifier)
    except Refused as missing:
        raise Refused(UNKNOWN_CLASSIFIER.code, UNKNOWN_CLASSIFIER.en, UNKNOWN_CLASSIFIER.zh) from missing
    verdict = classify(classifier, args.text, ctx.setting("tickets.confidence", CONFIDENCE), args.topic)
    proposal = verdict.proposal or {}
    if verdict.category == "complaint":
        usual = usual_complaint(load_file("complaints", "presets", Presets), args.text)
        proposal = usual.proposal if usual else proposal
    return ClassifyOut(
        category=verdict.category,
        skill=verdict.skill,
        confidence=verdict.confidence,
        sure=verdict.sure,
        lane="priority" if args.vip else verdict.lane,
        second=verdict.second,
        words=list(verdict.words),
        proposal_zh=proposal.get("zh", ""),
        proposal_en=proposal.get("en", ""),
    )


@action("tickets.open", zh="建立工单", en="Open a ticket", about_zh="登记一张工单。", icon="ticket")
async def open_ticket(ctx: ActionContext, args: OpenIn) -> OpenOut:
    """Writes a ticket down, and says what the customer asked for before."""
    no = ctx.reference("TKT")
    ctx.session.add(
        Ticket(
            no=no,
            customer=args.customer,
            category=args.category,
            lane=args.lane,
            serial_no=args.serial_no or "",
            text=await personal_rows.sealed_text(ctx.session, ctx.case, args.customer, args.text),
            region=args.region or "",
            state="open",
            case_id=ctx.case,
            opened_at=ctx.at,
        )
    )
    return OpenOut(ticket=no, history=await _history(ctx, args.customer, no))


@action(
    "tickets.void",
    zh="作废工单",
    en="Void a ticket",
    about_zh="作废尚未关闭的工单。",
    icon="undo",
    errors=(UNKNOWN_TICKET,),
    undo_of="tickets.open",
)
async def void(ctx: ActionContext, args: VoidIn) -> VoidOut:
    """Takes a ticket back that has not been closed."""
    await _ticket(ctx, args.ticket)
    statement = update(Ticket).where(Ticket.no == args.ticket, Ticket.state.in_(("open", "dispatched")))
    return VoidOut(changed=await changed_rows(ctx.session, statement.values(state="void")) == 1)


@action(
    "tickets.dispatch",
    zh="派往服务点",
    en="Send to a service point",
    about_zh="优先客户所属服务点；排满时派往 3 公里内最近的其他服务点。",
    icon="map-pin",
    errors=(UNKNOWN_TICKET, NO_CAPACITY, NOT_OPEN),
)
async def dispatch(ctx: ActionContext, args: DispatchIn) -> DispatchOut:
    """Books a place at the customer's service point, or at the nearest one within reach that has one free."""
    ticket = await _ticket(ctx, args.ticket)
    if ticket.state != "open":
        raise Refused(NOT_OPEN.code, NOT_OPEN.en, NOT_OPEN.zh, {"ticket": ticket.no, "state": ticket.state})
    points = [
        Candidate(
            row.id,
            metres_between(point_at(row.lat, row.lng, row.datum), args.to),
            row.capacity - row.busy,
            row.region,
        )
        for row in await ctx.session.scalars(select(ServicePoint).order_by(ServicePoint.id))
    ]
    within = ctx.setting("tickets.backup_within_m", BACKUP_WITHIN_M)
    home = home_point(args.home or "", args.region or "", points)
    chosen = choose_point(home, points, within)
    if chosen is None:
        raise Refused(NO_CAPACITY.code, NO_CAPACITY.en, NO_CAPACITY.zh, {"within_m": within})
    await _take_place(ctx, chosen)
    ticket.state, ticket.service_point = "dispatched", chosen
    metres = next(point.metres for point in points if point.id == chosen)
    return DispatchOut(service_point=chosen, metres=round(metres), backup=chosen != home)


@action(
    "tickets.undispatch",
    zh="撤回派单",
    en="Free the service point",
    about_zh="释放已占用的服务点名额，工单重新待派。",
    icon="undo",
    errors=(UNKNOWN_TICKET,),
    undo_of="tickets.dispatch",
)
async def undispatch(ctx: ActionContext, args: UndispatchIn) -> UndispatchOut:
    """Gives the booked place back; the ticket is open again."""
    ticket = await _ticket(ctx, args.ticket)
    if ticket.state != "dispatched" or ticket.service_point is None:
        return UndispatchOut(changed=False)
    await _free_place(ctx, ticket)
    ticket.state = "open"
    return UndispatchOut(changed=True)


@action(
    "tickets.close",
    zh="关闭工单",
    en="Close a ticket",
    about_zh="登记满意度与耗时并关闭；服务点名额随之释放。",
    icon="check-circle",
    errors=(UNKNOWN_TICKET, NOT_OPEN),
)
async def close(ctx: ActionContext, args: CloseIn) -> CloseOut:
    """Closes a ticket with the customer's score and the time spent, and frees the service point."""
    ticket = await _ticket(ctx, args.ticket)
    if ticket.state == "void":
        raise Refused(NOT_OPEN.code, NOT_OPEN.en, NOT_OPEN.zh, {"ticket": ticket.no, "state": ticket.state})
    changed = ticket.state != "closed"
    if changed:
        await _free_place(ctx, ticket)
        ticket.state, ticket.closed_at = "closed", ctx.at
        ticket.satisfaction, ticket.minutes = args.satisfaction, args.minutes
        ticket.remark = await personal_rows.sealed_text(ctx.session, ctx.case, ticket.customer, args.remark)
    ended = ticket.closed_at or ctx.at
    return CloseOut(changed=changed, minutes_open=int((ended - ticket.opened_at).total_seconds() // 60))


async def _history(ctx: ActionContext, customer: str, but: str) -> str:
    """The customer's last tickets, newest first: day, category and state."""
    statement = (
        select(Ticket)
        .where(Ticket.customer == customer, Ticket.no != but, Ticket.state != "void")
        .order_by(Ticket.opened_at.desc(), Ticket.no)
        .limit(LAST_TICKETS)
    )
    rows = await ctx.session.scalars(statement)
    return "\n".join(f"{row.opened_at:%Y-%m-%d} {row.category} {row.state}" for row in rows)


async def _ticket(ctx: ActionContext, no: str) -> Ticket:
    """The ticket, held against others until the transaction ends."""
    ticket: Ticket | None = await ctx.session.scalar(select(Ticket).where(Ticket.no == no).with_for_update())
    if ticket is None:
        raise Refused(UNKNOWN_TICKET.code, UNKNOWN_TICKET.en, UNKNOWN_TICKET.zh, {"ticket": no})
    return ticket


async def _take_place(ctx: ActionContext, point: str) -> None:
    statement = update(ServicePoint).where(ServicePoint.id == point, ServicePoint.busy < ServicePoint.capacity)
    if await changed_rows(ctx.session, statement.values(busy=ServicePoint.busy + 1)) == 0:
        raise Conflict(f"the service point {point} has just been filled")


async def _free_place(ctx: ActionContext, ticket: Ticket) -> None:
    if ticket.service_point is None:
        return
    statement = update(ServicePoint).where(ServicePoint.id == ticket.service_point, ServicePoint.busy > 0)
    await changed_rows(ctx.session, statement.values(busy=ServicePoint.busy - 1))
    ticket.service_point = None
