"""Compensation: one record per finished activation that has an `undo`, run newest first, one at a time, once each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waystation.contracts.events import EntryKind, RunAction
from waystation.contracts.params import Retry
from waystation.contracts.plan import END
from workflows.machine import endings, tokens
from workflows.machine.errors import NodeError
from workflows.machine.program import NodeRun
from workflows.machine.run import Run, node_key
from workflows.machine.state import Activation, Failure, Frame, Op, Orphan, UndoRecord, UndoRun


def remember(run: Run, act: Activation, node: NodeRun, names: dict[str, Any]) -> None:
    """Keep how to take this activation back; the arguments are computed now, after its `save`."""
    plan = node.plan.undo
    if plan is None:
        return
    args = run.value(plan.args or {}, run.names_of(act, **names))
    record = UndoRecord(act.path, node.key, plan.do, args, dict(act.token.seen), run.state.seq)
    run.frame(act).undo.append(record)


def hand_up(run: Run, frame: Frame) -> None:
    """The records of a body that is over go to the body around it, as caused by all that caused their owner."""
    parent, owner = run.state.frames.get(frame.parent), run.state.acts.get(frame.owner)
    if parent is None:
        return
    for record in frame.undo:
        if owner is not None:
            record.seen = dict(owner.token.seen)
        parent.undo.append(record)


def orphan(run: Run, act: Activation, *, undo: bool) -> None:
    """An action is in flight while its node is withdrawn: its result is awaited."""
    if act.action:
        run.state.orphans[act.action] = Orphan(act.path, act.node, act.frame, undo, act.token)


def orphan_ended(run: Run, key: str, *, succeeded: bool, result: Any) -> None:
    """The awaited action ended; where undo ran for its region and it succeeded, it is undone too."""
    left = run.state.orphans.pop(key)
    frame = run.state.frames.get(left.frame)
    body = frame.body if frame is not None else tokens_body(run, left.frame)
    node = run.program.bodies[body].nodes.get(left.node)
    if succeeded and left.undo and node is not None and node.plan.undo is not None:
        scope = run.names(frame or run.state.frames[""], left.token.brought, result=result)
        try:
            args = run.value(node.plan.undo.args or {}, scope)
        except NodeError:
            args = {}
        record = UndoRecord(left.path, node.key, node.plan.undo.do, args, dict(left.token.seen), run.state.seq)
        start(run, [record], "its action ended late", [])
    endings.maybe_finish(run)


def tokens_body(run: Run, frame_path: str) -> str:
    """The body that a frame path belongs to, also when the frame is gone."""
    key = node_key(frame_path)
    return key if key in run.program.bodies else ""


def take_region(frame: Frame, inside: Callable[[UndoRecord], bool]) -> list[UndoRecord]:
    """Cut the records of a region out of a frame, in order of completion."""
    taken = [record for record in frame.undo if inside(record)]
    frame.undo = [record for record in frame.undo if not inside(record)]
    return taken


def take_inside(frame: Frame, act: Activation, before: int) -> list[UndoRecord]:
    """Cut out what there is to undo inside a node that is withdrawn.

    That is what its bodies handed up just now, since the frame held `before` records, and what items of a foreach
    handed up when they were done: they belong to the foreach until it goes on.
    """
    handed_up = frame.undo[before:]
    del frame.undo[before:]
    if act.work.get("went_on"):
        return handed_up
    return take_region(frame, lambda record: record.path.startswith(f"{act.path}[")) + handed_up


def all_records(run: Run) -> list[UndoRecord]:
    """Every record of the case, oldest first, whatever frame holds it."""
    records = [record for frame in run.state.frames.values() for record in frame.undo]
    return sorted(records, key=lambda record: record.order)


# -------------------------------------------------------------------------------------------------- running
def start(run: Run, records: list[UndoRecord], why: str, then: list[Op]) -> None:
    """Undo these records, newest first, and then do `then`. Runs one after another if undo is under way already."""
    order = sorted(records, key=lambda record: record.order)
    job = UndoRun(why, order, then)
    run.journal(EntryKind.UNDO_STARTED, why=why, records=[record.path for record in reversed(order)])
    if run.state.undo is not None:
        run.state.undo_queue.append(job)
        return
    run.state.undo = job
    advance(run)


def advance(run: Run) -> None:
    """Start the next undo action, or go on when none is left."""
    job = run.state.undo
    if job is None or job.current is not None:
        return
    if not job.records:
        run.state.undo = run.state.undo_queue.pop(0) if run.state.undo_queue else None
        go_on(run, job.then)
        advance(run)
        endings.maybe_finish(run)
        return
    job.current = job.records.pop()
    _run_current(run, job)


def _run_current(run: Run, job: UndoRun) -> None:
    record = job.current
    if record is None:
        return
    retry = Retry()
    run.effect(
        RunAction(
            record.path,
            undo_key(record),
            record.do,
            record.args,
            {"max_attempts": retry.max_attempts, "first": retry.first, "factor": retry.factor, "max": retry.max},
            undo=True,
        )
    )


def undo_key(record: UndoRecord) -> str:
    return f"undo:{record.path}"


def go_on(run: Run, then: list[Op]) -> None:
    """What comes after undo: tokens set out, as they would have from an edge."""
    for op in then:
        frame = run.state.frames.get(op.frame)
        if op.do == "enter" and op.node == END and frame is not None and op.token is not None:
            tokens.die(run, frame, op.token)
        else:
            run.ready.append(op)


def succeeded(run: Run, key: str) -> bool:
    job = run.state.undo
    if job is None or job.current is None or undo_key(job.current) != key:
        return False
    run.journal(EntryKind.UNDONE, job.current.path, job.current.node, action=job.current.do)
    job.current, job.failure = None, None
    advance(run)
    return True


def failed(run: Run, key: str, code: str, title: str, detail: Any) -> bool:
    """A failing undo is an incident; older ones wait for it."""
    job = run.state.undo
    if job is None or job.current is None or undo_key(job.current) != key:
        return False
    job.failure = Failure(code, title, detail)
    run.journal(
        EntryKind.INCIDENT_OPENED, job.current.path, job.current.node, code=code, title=title, detail=detail, undo=True
    )
    return True


def retry(run: Run, args: dict[str, Any] | None) -> None:
    job = run.state.undo
    if job is None or job.current is None or job.failure is None:
        return
    run.journal(EntryKind.INCIDENT_CLOSED, job.current.path, job.current.node, how="retry")
    job.failure = None
    if args is not None:
        job.current.args = args
    _run_current(run, job)


def skip(run: Run) -> None:
    """Give a failing undo up: it is recorded as such, and the older ones run."""
    job = run.state.undo
    if job is None or job.current is None or job.failure is None:
        return
    run.journal(EntryKind.INCIDENT_CLOSED, job.current.path, job.current.node, how="skip")
    job.current, job.failure = None, None
    advance(run)
