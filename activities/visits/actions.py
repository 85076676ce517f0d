"""The actions of field visits: plan a day, check in, report, follow up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import select, update

from activities._runtime import ActionContext, Point, action, changed_rows, metres_between, point_at
from activities.visits.contracts import (
    CheckInIn,
    CheckInOut,
    CloseFollowUpIn,
    CloseFollowUpOut,
    FollowUpIn,
    FollowUpOut,
    PlanIn,
    PlannedStop,
    PlanOut,
    ReportIn,
    ReportOut,
    VoidFollowUpIn,
    VoidFollowUpOut,
    VoidPlanIn,
    VoidPlanOut,
)
from activities.visits.offline import accept_record, track
from activities.visits.rules import ACCURACY_M, RADIUS_M, order_stops, risks
from activities.visits.tables import CheckIn, FollowUp, Visit, VisitSite
from waystation.contracts import geo
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused

__all__ = ["accept_record", "track"]

UNKNOWN_CUSTOMER = ActionError("visits.unknown_customer", "没有该客户的拜访地址", "no address to visit the customer at")
UNKNOWN_VISIT = ActionError("visits.unknown_visit", "没有这次拜访", "no such visit")
TOO_FAR = ActionError("visits.too_far", "请到达客户现场签到", "check in at the customer's site")
INACCURATE = ActionError("visits.inaccurate", "定位精度不足，请稍后重新定位", "the fix is too inaccurate, take another")
NOT_CHECKED_IN = ActionError("visits.not_checked_in", "尚未签到", "not checked in yet")
UNKNOWN_FOLLOW_UP = ActionError("visits.unknown_follow_up", "没有这个跟进", "no such follow-up")


@action(
    "visits.plan",
    zh="计划拜访",
    en="Plan visits",
    about_zh="为业务员排出当天的拜访顺序。",
    icon="route",
    errors=(UNKNOWN_CUSTOMER,),
)
async def plan(ctx: ActionContext, args: PlanIn) -> PlanOut:
    """Plans a salesperson's visits in an order that makes the way short."""
    customers = list(dict.fromkeys(args.customers))
    sites = {site.customer: site for site in await _sites(ctx, customers)}
    unknown = [customer for customer in customers if customer not in sites]
    if unknown:
        raise Refused(UNKNOWN_CUSTOMER.code, UNKNOWN_CUSTOMER.en, UNKNOWN_CUSTOMER.zh, {"customers": unknown})
    points = {customer: _point(sites[customer]) for customer in customers}
    way, metres = _way(points, args.start, keep_order=args.keep_order)
    made = ctx.reference("PLN")
    stops = [
        PlannedStop(
            visit=ctx.reference("VIS", customer),
            customer=customer,
            title=sites[customer].title,
            address=sites[customer].address,
            position=position,
        )
        for position, customer in enumerate(way, start=1)
    ]
    for stop in stops:
        ctx.session.add(
            Visit(
                id=stop.visit,
                plan=made,
                customer=stop.customer,
                salesperson=args.salesperson,
                purpose=args.purpose,
                position=stop.position,
                state="planned",
                photos=[],
                case_id=ctx.case,
                planned_at=ctx.at,
            )
        )
    return PlanOut(plan=made, stops=stops, metres=round(metres))


@action(
    "visits.void_plan",
    zh="作废拜访计划",
    en="Void planned visits",
    about_zh="作废计划中尚未开始的拜访。",
    icon="undo",
    undo_of="visits.plan",
)
async def void_plan(ctx: ActionContext, args: VoidPlanIn) -> VoidPlanOut:
    """Takes back the visits of a plan that have not begun."""
    statement = update(Visit).where(Visit.plan == args.plan, Visit.state == "planned").values(state="void")
    return VoidPlanOut(visits=await changed_rows(ctx.session, statement))


@action(
    "visits.check_in",
    zh="现场签到",
    en="Check in on site",
    about_zh="须在客户 50 米内；定位误差跨越边界时由主管看照片确认。",
    icon="map-pin",
    errors=(UNKNOWN_VISIT, TOO_FAR, INACCURATE),
)
async def check_in(ctx: ActionContext, args: CheckInIn) -> CheckInOut:
    """Accepts a check-in within 50 m of the site, weighing how accurate the fix is."""
    visit = await _visit(ctx, args.visit)
    site = (await _sites(ctx, [visit.customer]))[0]
    distance = metres_between(_point(site), args.at)
    radius, limit = ctx.setting("visits.radius_m", RADIUS_M), ctx.setting("visits.accuracy_m", ACCURACY_M)
    verdict = geo.inside(distance, args.accuracy_m, radius, limit)
    detail = {"distance_m": round(distance), "accuracy_m": round(args.accuracy_m), "radius_m": radius}
    if verdict == "retry":
        raise Refused(INACCURATE.code, INACCURATE.en, INACCURATE.zh, detail)
    if verdict == "refused":
        raise Refused(TOO_FAR.code, TOO_FAR.en, TOO_FAR.zh, detail)
    marks = risks(mock=args.mock, device_time=args.device_time, at=ctx.at)
    made = ctx.reference("CHK")
    ctx.session.add(
        CheckIn(
            id=made,
            visit=visit.id,
            lat=args.at.lat,
            lng=args.at.lng,
            datum=args.at.datum,
            accuracy_m=args.accuracy_m,
            distance_m=distance,
            verdict=verdict,
            risks=marks,
            device_time=args.device_time,
            at=ctx.at,
        )
    )
    if visit.state == "planned":
        visit.state = "checked_in"
    if args.photo is not None:
        visit.photos = [*visit.photos, args.photo]
    return CheckInOut(check_in=made, verdict=verdict, distance_m=round(distance), risks=marks)


@action(
    "visits.report",
    zh="提交拜访报告",
    en="Report a visit",
    about_zh="登记记录、照片与结果，并更新客户最近拜访时间。",
    icon="file-text",
    errors=(UNKNOWN_VISIT, NOT_CHECKED_IN),
)
async def report(ctx: ActionContext, args: ReportIn) -> ReportOut:
    """Writes down what came of a visit and when the customer was last seen."""
    visit = await _visit(ctx, args.visit)
    if visit.state not in ("checked_in", "reported"):
        raise Refused(NOT_CHECKED_IN.code, NOT_CHECKED_IN.en, NOT_CHECKED_IN.zh, {"visit": visit.id})
    changed = visit.state != "reported"
    if changed:
        visit.state, visit.reported_at = "reported", ctx.at
        visit.notes, visit.goal_met, visit.ordered = args.notes, args.goal_met, args.ordered
        visit.photos = list(dict.fromkeys([*visit.photos, *args.photos]))
        await changed_rows(
            ctx.session, update(VisitSite).where(VisitSite.customer == visit.customer).values(last_visit_at=ctx.at)
        )
    return ReportOut(changed=changed, effective=bool(visit.notes.strip()) or visit.ordered)


@action(
    "visits.follow_up",
    zh="登记跟进",
    en="Note a follow-up",
    about_zh="记下客户的新需求与跟进时间。",
    icon="calendar-clock",
    errors=(UNKNOWN_VISIT,),
)
async def follow_up(ctx: ActionContext, args: FollowUpIn) -> FollowUpOut:
    """Notes what was promised to a customer and until when."""
    visit = await _visit(ctx, args.visit)
    made = ctx.reference("FUP")
    ctx.session.add(
        FollowUp(
            id=made,
            visit=visit.id,
            customer=visit.customer,
            need=args.need,
            due_at=args.due_at,
            state="open",
            created_at=ctx.at,
        )
    )
    return FollowUpOut(follow_up=made, due_at=args.due_at.isoformat())


@action(
    "visits.void_follow_up",
    zh="撤销跟进",
    en="Drop a follow-up",
    about_zh="撤销尚未处理的跟进。",
    icon="undo",
    errors=(UNKNOWN_FOLLOW_UP,),
    undo_of="visits.follow_up",
)
async def void_follow_up(ctx: ActionContext, args: VoidFollowUpIn) -> VoidFollowUpOut:
    """Takes a follow-up back that is still open."""
    if await ctx.session.scalar(select(FollowUp.id).where(FollowUp.id == args.follow_up)) is None:
        raise Refused(UNKNOWN_FOLLOW_UP.code, UNKNOWN_FOLLOW_UP.en, UNKNOWN_FOLLOW_UP.zh, {"id": args.follow_up})
    statement = update(FollowUp).where(FollowUp.id == args.follow_up, FollowUp.state == "open").values(state="void")
    return VoidFollowUpOut(changed=await changed_rows(ctx.session, statement) == 1)


@action(
    "visits.close_follow_up",
    zh="完成跟进",
    en="Close a follow-up",
    about_zh="跟进已处理。",
    icon="check",
    errors=(UNKNOWN_FOLLOW_UP,),
)
async def close_follow_up(ctx: ActionContext, args: CloseFollowUpIn) -> CloseFollowUpOut:
    """Marks a follow-up as done."""
    if await ctx.session.scalar(select(FollowUp.id).where(FollowUp.id == args.follow_up)) is None:
        raise Refused(UNKNOWN_FOLLOW_UP.code, UNKNOWN_FOLLOW_UP.en, UNKNOWN_FOLLOW_UP.zh, {"id": args.follow_up})
    statement = update(FollowUp).where(FollowUp.id == args.follow_up, FollowUp.state == "open").values(state="done")
    return CloseFollowUpOut(changed=await changed_rows(ctx.session, statement) == 1)


def _way(points: dict[str, Point], start: Point | None, *, keep_order: bool) -> tuple[list[str], float]:
    """Customers in the order of the day, and the metres from the start, if there is one, to the last."""
    places = points if start is None else {**points, "": start}

    def metres(one: str, other: str) -> float:
        return metres_between(places[one], places[other])

    way = list(points) if keep_order else order_stops(list(points), None if start is None else "", metres)
    legs = way if start is None else ["", *way]
    return way, sum(metres(one, other) for one, other in pairwise(legs))


def _point(site: VisitSite) -> Point:
    return point_at(site.lat, site.lng, site.datum)


async def _sites(ctx: ActionContext, customers: Sequence[str]) -> list[VisitSite]:
    return list(await ctx.session.scalars(select(VisitSite).where(VisitSite.customer.in_(list(customers)))))


async def _visit(ctx: ActionContext, visit: str) -> Visit:
    """The visit, held against others until the transaction ends."""
    found: Visit | None = await ctx.session.scalar(select(Visit).where(Visit.id == visit).with_for_update())
    if found is None:
        raise Refused(UNKNOWN_VISIT.code, UNKNOWN_VISIT.en, UNKNOWN_VISIT.zh, {"visit": visit})
    return found
