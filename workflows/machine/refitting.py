"""Clocks and messages of what stays open while a case moves to another version: those of the new one count from then.

Deadlines are paired in the order in which they are written: what remains of one is kept for its fellow. A boundary
that the new version does not have is dropped, a new one begins now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from waystation.contracts.calendars import WorkCalendar, elapsed_between
from waystation.contracts.events import EntryKind, StopAwaiting
from waystation.contracts.plan import Boundary
from workflows.machine import clocks
from workflows.machine.run import Run
from workflows.machine.state import Activation, Clock


def refit_node(run: Run, act: Activation, before: Sequence[Boundary], *, restart: bool) -> None:
    """Boundaries of a node that stays open; `before` are those of the version that it came from."""
    after = run.node(act).plan.on
    if act.phase == "lock":
        return  # they begin when it opens
    names = run.names_of(act)
    _refit_deadlines(run, act.path, before, after, names, restart=restart)
    for boundary in _only_in(before, after):
        if boundary.message in act.awaits:
            act.awaits.remove(boundary.message)
            act.work["awaiting"] = [one for one in act.work.get("awaiting", []) if one[0] != boundary.message]
            run.effect(StopAwaiting(act.path, boundary.message))
    for boundary in _only_in(after, before):
        clocks.await_message(run, act, boundary.message, boundary.match, keep=False, names=names)


def refit_case(run: Run, before: Sequence[Boundary], *, restart: bool) -> None:
    """Deadline and boundaries of the case itself."""
    plan, clock = run.program.plan, run.state.clocks.get("|deadline")
    if plan.deadline is None and clock is not None:
        _stop(run, clock)
    elif plan.deadline is not None and (clock is None or restart):
        clocks.arm_case_deadline(run)
    elif clock is not None:
        fit(run, clock)
    _refit_deadlines(run, "", before, plan.on, run.base, restart=restart)
    for boundary in _only_in(before, plan.on):
        run.effect(StopAwaiting("", boundary.message))
    for boundary in _only_in(plan.on, before):
        clocks.await_case_message(run, boundary)


def fit(run: Run, clock: Clock) -> None:
    """What remains is kept; steps that fired do not fire again."""
    deadline = clocks.deadline_of(run, clock)
    if deadline is not None:
        clock.fired = min(clock.fired, len(clocks.steps_of(deadline)))
        clocks.reschedule(run, clock)


def recount(run: Run, before: Mapping[str, WorkCalendar], moved: Iterable[Clock]) -> None:
    """Calendars that the new version has otherwise: what a clock has used stays used, what remains is counted by them.

    Args:
        before: the calendars of the version that the case comes from.
        moved: clocks that are on their way to another node.
    """
    for clock in [*run.state.clocks.values(), *moved]:
        old, new = before.get(clock.calendar or ""), clocks.calendar_of(run, clock.calendar)
        if old is None or new is None or old == new:
            continue
        until = clock.paused or run.state.now
        clock.used += elapsed_between(clock.mark, max(until, clock.mark), old).total_seconds()
        clock.mark = until
        if clock.used < clock.budget:
            clock.due = new.add_opening(until, timedelta(seconds=clock.budget - clock.used))
        if run.state.clocks.get(clock.id) is clock:
            clocks.reschedule(run, clock)
            clocks.start(run, clock)


def _refit_deadlines(
    run: Run, path: str, before: Sequence[Boundary], after: Sequence[Boundary], names: dict[str, Any], *, restart: bool
) -> None:
    running = [run.state.clocks.pop(f"{path}|on{index}", None) for index in _deadlines(before)]
    wanted = _deadlines(after)
    for clock in running:
        if clock is not None:
            run.journal(EntryKind.CLOCK_STOPPED, path, by="", clock=clock.id)
    for place, index in enumerate(wanted):
        known = running[place] if place < len(running) else None
        if known is None or restart:
            clocks.arm_boundary(run, path, index, after[index], names)
        else:
            known.id, known.index = f"{path}|on{index}", index
            clocks.start(run, known)


def _deadlines(boundaries: Sequence[Boundary]) -> list[int]:
    return [index for index, boundary in enumerate(boundaries) if boundary.on == "deadline"]


def _only_in(ones: Sequence[Boundary], others: Sequence[Boundary]) -> list[Boundary]:
    """Message boundaries of `ones` whose message none of the others waits for."""
    waited = {boundary.message for boundary in others if boundary.on == "message"}
    return [boundary for boundary in ones if boundary.on == "message" and boundary.message not in waited]


def _stop(run: Run, clock: Clock) -> None:
    del run.state.clocks[clock.id]
    run.journal(EntryKind.CLOCK_STOPPED, clock.path, by="", clock=clock.id)
