"""Clocks: deadlines with steps, boundary deadlines and waits, on wall time or a business calendar, with pause.

A clock counts opening time from its start to its due time. Pausing stops the count and moves the due time by the
opening time paused. Each step fires once. The driver asks `next_due` and sends a Ticked event when it has come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from waystation.contracts.calendars import WorkCalendar, due_at, elapsed_between
from waystation.contracts.durations import Duration, parse_duration
from waystation.contracts.events import AwaitMessage, EntryKind
from waystation.contracts.plan import Boundary, Deadline, Step
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, CaseState, Clock

#: What a deadline without a step at its due time does then.
_BREACH = Step(percent="100", mark="breached")


# -------------------------------------------------------------------------------------------------- arming
def arm_deadline(run: Run, act: Activation, deadline: Deadline) -> Clock:
    """Start the clock of a node's deadline at the node's entry."""
    names = run.names_of(act)
    clock = _new(run, f"{act.path}|deadline", act.path, "deadline", act.since, deadline.due, deadline.calendar, names)
    _go_on(run, act, clock, deadline)
    clock.next = _step_time(run, clock, deadline)
    start(run, clock)
    if deadline.pause_when is not None and run.holds(deadline.pause_when, names):
        pause(run, clock, "pause_when")
    return clock


def _go_on(run: Run, act: Activation, clock: Clock, deadline: Deadline) -> None:
    """A node that takes the place of another one in a new version: its clock keeps what remained of the other's."""
    moved, act.token.clock = act.token.clock, None
    if moved is None or moved.calendar != clock.calendar:
        return
    clock.start, clock.due, clock.mark, clock.remind = moved.start, moved.due, moved.mark, moved.remind
    clock.budget, clock.used = moved.budget, moved.used
    clock.fired = min(moved.fired, len(steps_of(deadline)))
    if moved.paused is not None:
        calendar = calendar_of(run, clock.calendar)
        stood = elapsed_between(moved.paused, run.state.now, calendar)
        clock.due = clock.due + stood if calendar is None else calendar.add_opening(clock.due, stood)
        clock.mark = run.state.now


def arm_boundaries(run: Run, act: Activation) -> None:
    """Start the boundary deadlines and messages of a node."""
    for index, boundary in enumerate(run.node(act).plan.on):
        if boundary.on == "deadline":
            arm_boundary(run, act.path, index, boundary, run.names_of(act))
        elif boundary.on == "message":
            await_message(run, act, boundary.message, boundary.match, keep=False, names=run.names_of(act))


def await_message(run: Run, act: Activation, name: str, match: Any, *, keep: bool, names: dict[str, Any]) -> None:
    """Tell the driver that messages of this name and key are wanted here."""
    act.awaits.append(name)
    field, value = (match.field, run.value(match.value, names)) if match is not None else ("", None)
    act.work.setdefault("awaiting", []).append([name, field, value])
    run.effect(AwaitMessage(act.path, name, field, value, keep))


def arm_case(run: Run) -> None:
    """Start the clocks of the case itself."""
    plan = run.program.plan
    if plan.deadline is not None:
        arm_case_deadline(run)
    for index, boundary in enumerate(plan.on):
        if boundary.on == "deadline":
            arm_boundary(run, "", index, boundary, run.base)
        elif boundary.on == "message":
            await_case_message(run, boundary)


def arm_case_deadline(run: Run) -> None:
    """Start the clock of the whole case, where its process has a deadline."""
    deadline = run.program.plan.deadline
    if deadline is not None:
        clock = _new(run, "|deadline", "", "deadline", run.state.now, deadline.due, deadline.calendar, run.base)
        clock.next = _step_time(run, clock, deadline)
        start(run, clock)


def await_case_message(run: Run, boundary: Boundary) -> None:
    """Tell the driver that the case as a whole wants this message."""
    field, value = ("", None)
    if boundary.match is not None:
        field, value = boundary.match.field, run.value(boundary.match.value, run.base)
    run.effect(AwaitMessage("", boundary.message, field, value, False))


def arm_boundary(run: Run, path: str, index: int, boundary: Boundary, names: dict[str, Any]) -> None:
    """Start the clock of a boundary deadline: that of a node, or with path "" of the case."""
    key = f"{path}|on{index}"
    clock = _new(run, key, path, "boundary", run.state.now, boundary.due, boundary.calendar, names)
    clock.index = index
    clock.next = clock.due
    start(run, clock)


def arm_wait(run: Run, act: Activation, due: datetime) -> None:
    """Start the timer of a `wait` node."""
    now = run.state.now
    clock = Clock(f"{act.path}|wait", act.path, "wait", now, due, now, next=due)
    start(run, clock)


def when(run: Run, value: Any, start: datetime, calendar: str | None, names: dict[str, Any]) -> datetime:
    """The instant that a duration (text or computed) or a timestamp names, counted from `start`.

    Raises:
        NodeError: `bad_duration` when the value is neither.
    """
    found = run.raw(value, names)
    if isinstance(found, datetime):
        return found
    duration = (
        Duration(kind="wall", seconds=int(found.total_seconds())) if isinstance(found, timedelta) else _read(found)
    )
    try:
        return due_at(start, duration, calendar_of(run, calendar))
    except ValueError as error:
        raise NodeError("bad_duration", str(error), {"value": str(found)}) from None


def _read(text: Any) -> Duration:
    try:
        return parse_duration(str(text))
    except ValueError as error:
        raise NodeError("bad_duration", str(error), {"value": str(text)}) from None


def calendar_of(run: Run, name: str | None) -> WorkCalendar | None:
    return run.program.plan.calendars.get(name) if name else None


def _new(
    run: Run, key: str, path: str, kind: Any, start: datetime, due: Any, calendar: str | None, names: dict[str, Any]
) -> Clock:
    end = when(run, due, start, calendar, names)
    clock = Clock(key, path, kind, start, end, start, calendar=calendar)
    clock.budget = elapsed_between(start, end, calendar_of(run, calendar)).total_seconds()
    return clock


def start(run: Run, clock: Clock) -> None:
    """Have a clock run (on), and say so."""
    run.state.clocks[clock.id] = clock
    _tell(run, clock)


def _tell(run: Run, clock: Clock) -> None:
    run.journal(
        EntryKind.CLOCK_SET,
        clock.path,
        by="",
        clock=clock.id,
        kind=clock.kind,
        due=clock.due,
        next=clock.next,
        calendar=clock.calendar,
        paused=clock.paused is not None,
    )


# --------------------------------------------------------------------------------------------------- steps
def steps_of(deadline: Deadline) -> list[Step]:
    """The steps in the order in which they fire; without one at the due time, it is marked breached then."""
    steps = list(deadline.steps)
    if not any(step.percent is not None and Decimal(step.percent) >= 100 for step in steps):
        steps.append(_BREACH)
    return sorted(steps, key=_rank)


def _rank(step: Step) -> tuple[int, float]:
    if step.after is not None:
        return (1, float(parse_duration(step.after).seconds or 0) + 86_400.0 * parse_duration(step.after).count)
    percent = float(Decimal(step.percent or "100"))
    return (0, percent)


def deadline_of(run: Run, clock: Clock) -> Deadline | None:
    """The deadline that a clock runs for."""
    if not clock.path:
        return run.program.plan.deadline
    act = run.state.acts.get(clock.path)
    return getattr(run.node(act).params, "deadline", None) if act is not None else None


def _step_time(run: Run, clock: Clock, deadline: Deadline) -> datetime | None:
    """When the next step that has not fired is due, or None."""
    steps = steps_of(deadline)
    if clock.fired >= len(steps):
        return None
    step = steps[clock.fired]
    calendar = calendar_of(run, clock.calendar)
    if step.after is not None:
        return due_at(clock.due, parse_duration(step.after), calendar)
    share = Fraction(step.percent or "100") / 100
    if share == 1:
        return clock.due
    ahead = timedelta(seconds=max(0.0, float(share) * clock.budget - clock.used))
    return clock.mark + ahead if calendar is None else calendar.add_opening(clock.mark, ahead)


def reschedule(run: Run, clock: Clock) -> None:
    deadline = deadline_of(run, clock) if clock.kind == "deadline" else None
    clock.next = _step_time(run, clock, deadline) if deadline is not None else clock.due


def next_due(state: CaseState) -> datetime | None:
    """When this case wants to be woken next, or None. A suspended or ended case does not."""
    if state.status != "running":
        return None
    times = [clock.next for clock in state.clocks.values() if clock.next is not None and clock.paused is None]
    times += [clock.remind[2] for clock in state.clocks.values() if clock.remind is not None and clock.paused is None]
    return min(times, default=None)


# ------------------------------------------------------------------------------------------- pause, resume
def pause(run: Run, clock: Clock, why: str) -> None:
    if clock.paused is not None:
        return
    now = run.state.now
    clock.used += elapsed_between(clock.mark, max(now, clock.mark), calendar_of(run, clock.calendar)).total_seconds()
    clock.mark, clock.paused, clock.why_paused = now, now, why
    _tell(run, clock)


def resume(run: Run, clock: Clock) -> None:
    """Go on: the due time moves by the opening time that the clock stood."""
    if clock.paused is None:
        return
    now, calendar = run.state.now, calendar_of(run, clock.calendar)
    stood = elapsed_between(clock.paused, now, calendar)
    clock.due = clock.due + stood if calendar is None else calendar.add_opening(clock.due, stood)
    if clock.remind is not None:
        clock.remind = (clock.remind[0], clock.remind[1], clock.remind[2] + stood)
    clock.mark, clock.paused, clock.why_paused = now, None, ""
    reschedule(run, clock)
    _tell(run, clock)


def review_pauses(run: Run) -> None:
    """After data has changed: clocks whose `pause_when` now holds stand, the others run."""
    for clock in [clock for clock in run.state.clocks.values() if clock.kind == "deadline"]:
        deadline = deadline_of(run, clock)
        act = run.state.acts.get(clock.path)
        if deadline is None or deadline.pause_when is None or clock.why_paused not in ("", "pause_when"):
            continue
        try:
            stands = run.holds(deadline.pause_when, run.names_of(act) if act else run.base)
        except NodeError:
            continue
        if stands:
            pause(run, clock, "pause_when")
        elif clock.why_paused == "pause_when":
            resume(run, clock)


def pause_all(run: Run, path: str | None, why: str) -> None:
    """Stop the clocks of one activation, or all (None)."""
    for clock in run.state.clocks.values():
        if path is None or clock.path == path:
            pause(run, clock, why)


def resume_all(run: Run, path: str | None, why: str) -> None:
    for clock in run.state.clocks.values():
        if (path is None or clock.path == path) and clock.why_paused == why:
            resume(run, clock)


def stop_all(run: Run, path: str) -> None:
    """Drop the clocks of an activation; "" drops every clock of the case."""
    clocks = run.state.clocks
    if not clocks:
        return
    for key in list(clocks) if not path else _keys(run, path):
        if clocks.pop(key, None) is not None:
            run.journal(EntryKind.CLOCK_STOPPED, path, by="", clock=key)


def _keys(run: Run, path: str) -> list[str]:
    """The ids that clocks of this activation can have: cheaper than looking through all clocks of a large case."""
    act = run.state.acts.get(path)
    boundaries = len(run.node(act).plan.on) if act is not None else 0
    return [f"{path}|deadline", f"{path}|wait", *(f"{path}|on{index}" for index in range(boundaries))]
