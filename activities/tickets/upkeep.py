"""Looking after machines: a date after a part was replaced, and a reminder after so many running hours."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from activities._runtime import ActionContext, action, changed_rows, load_file
from activities.tickets.contracts import MachineHoursIn, MachineHoursOut, PlanMaintenanceIn, PlanMaintenanceOut
from activities.tickets.rules import MaintenancePlan, next_maintenance
from activities.tickets.tables import Maintenance
from waystation.store.inserts import insert_if_new


@action(
    "tickets.plan_maintenance",
    zh="安排下次保养",
    en="Plan the next maintenance",
    about_zh="按更换的备件型号推算下次保养日期。",
    icon="calendar-clock",
)
async def plan_maintenance(ctx: ActionContext, args: PlanMaintenanceIn) -> PlanMaintenanceOut:
    """Works out from the replaced parts when a machine is to be looked after next, and notes it."""
    part, days = next_maintenance(load_file("maintenance", "parts", MaintenancePlan), args.parts)
    due_at = ctx.at + timedelta(days=days)
    await _known(ctx, args.serial_no, args.customer)
    mine = update(Maintenance).where(Maintenance.serial_no == args.serial_no)
    await changed_rows(ctx.session, mine.values(part=part, due_at=due_at, customer=args.customer))
    return PlanMaintenanceOut(part=part, due_at=due_at.isoformat())


@action(
    "tickets.machine_hours",
    zh="登记运行时长",
    en="Note running hours",
    about_zh="运行超过 2,000 小时提醒保养，每个周期一次。",
    icon="gauge",
)
async def machine_hours(ctx: ActionContext, args: MachineHoursIn) -> MachineHoursOut:
    """Says whether a machine has run for more than the hours between two reminders; true once in that time."""
    plan = load_file("maintenance", "parts", MaintenancePlan)
    between = ctx.setting("tickets.maintenance_hours", plan.hours)
    await _known(ctx, args.serial_no, args.customer)
    late = update(Maintenance).where(
        Maintenance.serial_no == args.serial_no, Maintenance.told_hours < args.hours - between
    )
    due = await changed_rows(ctx.session, late.values(told_hours=args.hours)) == 1
    return MachineHoursOut(due=due, video=plan.video)


async def _known(ctx: ActionContext, serial_no: str, customer: str) -> None:
    first = {"customer": customer, "part": "", "due_at": None, "told_hours": 0}
    await insert_if_new(ctx.session, Maintenance, serial_no=serial_no, **first)
