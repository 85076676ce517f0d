"""What happens when a clock fires, and what is looked at again after data has changed."""

from __future__ import annotations

from datetime import datetime

from waystation.contracts.calendars import due_at
from waystation.contracts.durations import parse_duration
from waystation.contracts.events import EntryKind
from waystation.contracts.plan import Deadline, Step
from workflows.machine import asking, clocks, desk, endings, failures, messages, tokens
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, Clock, Ending


def fire_next(run: Run) -> bool:
    """Fire the earliest due clock. False when none is due."""
    now = run.state.now
    due = [(clocks_next, clock) for clock in run.state.clocks.values() if (clocks_next := _next(clock)) is not None]
    due = [(at, clock) for at, clock in due if at <= now]
    if not due:
        return False
    clock = min(due, key=lambda pair: pair[0])[1]
    if clock.remind is not None and (clock.next is None or clock.remind[2] <= clock.next):
        _remind(run, clock)
    elif clock.kind == "wait":
        _wait_over(run, clock)
    elif clock.kind == "boundary":
        _boundary(run, clock)
    else:
        _deadline(run, clock)
    return True


def _next(clock: Clock) -> datetime | None:
    if clock.paused is not None:
        return None
    times = [at for at in (clock.next, clock.remind[2] if clock.remind else None) if at is not None]
    return min(times, default=None)


def _wait_over(run: Run, clock: Clock) -> None:
    act = run.state.acts[clock.path]
    clock.next = None
    failures.guarded(run, act, tokens.leave)


def _boundary(run: Run, clock: Clock) -> None:
    clock.next = None
    plan = run.program.plan
    if not clock.path:
        boundary = plan.on[clock.index]
        messages.case_boundary(run, boundary, {}, "deadline")
        return
    act = run.state.acts[clock.path]
    boundary = run.node(act).plan.on[clock.index]
    run.journal(EntryKind.CLOCK_STEP, act.path, run.node(act).key, clock=clock.id, step=0, does="boundary")
    if boundary.interrupt:
        failures.leave_by(run, act, boundary, {}, "deadline")
    else:
        messages.beside(run, act, boundary, {})


# ------------------------------------------------------------------------------------------------ deadlines
def _deadline(run: Run, clock: Clock) -> None:
    """Fire one step; the next one is set before, so that a step that fails does not fire again."""
    deadline = clocks.deadline_of(run, clock)
    if deadline is None:
        clock.next = None
        return
    step = clocks.steps_of(deadline)[clock.fired]
    clock.fired += 1
    clocks.reschedule(run, clock)
    act = run.state.acts.get(clock.path)
    key = run.node(act).key if act is not None else ""
    run.journal(EntryKind.CLOCK_STEP, clock.path, key, clock=clock.id, step=clock.fired - 1, does=_does(step))
    if act is None:
        _case_step(run, clock, step)
    else:
        failures.guarded(run, act, _act_step, clock, step, deadline)


def _does(step: Step) -> str:
    names = ("notify", "escalate", "transfer", "add", "remind_every", "outcome", "error", "mark")
    return ",".join(name.removesuffix("_every") for name in names if getattr(step, name))


def _act_step(run: Run, act: Activation, clock: Clock, step: Step, deadline: Deadline) -> None:
    if step.mark or step.escalate:
        _mark(run, act, clock, step.mark or "breached")
    if step.notify is not None:
        asking.notify(run, act, step.notify)
    for purpose, rules in (("escalate", step.escalate), ("transfer", step.transfer), ("add", step.add)):
        if rules and act.panel is not None:
            asking.ask_again(run, act, purpose, rules, clock.fired)
    if step.remind_every:
        _start_reminding(run, clock, step)
    if step.error:
        raise NodeError(step.error, "its deadline has passed")
    if step.outcome:
        if act.panel is not None or act.phase in ("resolving", "closed"):
            desk.close(run, act, step.outcome, "deadline")
        else:
            tokens.leave(run, act, step.outcome)


def _mark(run: Run, act: Activation, clock: Clock, mark: str) -> None:
    if mark not in act.breached:
        act.breached.append(mark)
        run.journal(EntryKind.BREACHED, act.path, run.node(act).key, mark=mark, clock=clock.id)


def _start_reminding(run: Run, clock: Clock, step: Step) -> None:
    first = _later(run, clock, step.remind_every or "")
    clock.remind = (step.remind_every or "", step.remind_times or 1, first)
    act = run.state.acts[clock.path]
    asking.remind(run, act)


def _later(run: Run, clock: Clock, every: str) -> datetime:
    return due_at(run.state.now, parse_duration(every), clocks.calendar_of(run, clock.calendar))


def _remind(run: Run, clock: Clock) -> None:
    every, left, _ = clock.remind or ("", 0, run.state.now)
    act = run.state.acts[clock.path]
    left -= 1
    clock.remind = (every, left, _later(run, clock, every)) if left > 1 else None
    asking.remind(run, act)


def _case_step(run: Run, clock: Clock, step: Step) -> None:
    """A step of the whole case's deadline."""
    if step.mark:
        run.journal(EntryKind.BREACHED, "", "", mark=step.mark, clock=clock.id)
    if step.notify is not None:
        asking.notify(run, None, step.notify)
    if step.error:
        _case_error(run, step.error)
    elif step.outcome:
        endings.stop_everything(run, Ending("done", step.outcome), "deadline of the case", with_undo=False)


def _case_error(run: Run, code: str) -> None:
    for boundary in run.program.plan.on:
        if boundary.on == "error" and boundary.code in ("*", code):
            error = {"code": code, "title": "the case's deadline has passed", "detail": None, "node": ""}
            failures.leave_case_by(run, boundary, {"error": error}, f"error {code}")
            return
    endings.begin_failing(run, code, "the case's deadline has passed")


# --------------------------------------------------------------------------------------- after data changed
def review(run: Run) -> None:
    """Look again at everything that waits for a condition over data."""
    clocks.review_pauses(run)
    for act in list(run.state.acts.values()):
        if act.path in run.state.acts:
            run.node(act).step.data_changed(run, act)
