"""How a case ends: by itself, cancelled, withdrawn or failed. Undo and actions in flight are awaited first."""

from __future__ import annotations

from typing import Any

from waystation.contracts.events import EntryKind
from workflows.machine import clocks, locks, tokens, undo
from workflows.machine.run import Run
from workflows.machine.state import Ending, Frame


def frame_done(run: Run, frame: Frame) -> None:
    """Nothing is left in a body: its owner goes on, or the case ends."""
    if frame.owner:
        owner = run.state.acts.get(frame.owner)
        if owner is not None:
            node = run.node(owner)
            node.step.body_done(run, owner, frame)
        return
    if run.state.closing is None:
        run.state.closing = Ending("done", frame.ended_as or "done")
    maybe_finish(run)


def begin_failing(run: Run, code: str, title: str = "", detail: Any = None) -> None:
    """The case fails: everything is withdrawn and undone, then it ends as `failed: code`."""
    stop_everything(run, Ending("failed", code=code, detail={"title": title, "detail": detail}), f"failed: {code}")


def stop_everything(run: Run, ending: Ending, why: str, *, with_undo: bool = True) -> None:
    """Withdraw all tokens, undo all records newest first, then end."""
    state = run.state
    if state.closing is not None and state.closing.status != "done":
        return
    state.closing = ending
    for act in [act for act in state.acts.values() if act.frame == ""]:
        if act.path in state.acts:
            tokens.withdraw(run, act, why, undo_inside=True, undo_late=with_undo)
    run.ready.clear()
    root = state.frames[""]
    records, root.undo = root.undo, []
    root.forks, root.queues, root.tokens = {}, {}, 0
    _drop_pending_undo(run)
    if with_undo and records:
        undo.start(run, records, why, [])
    maybe_finish(run)


def _drop_pending_undo(run: Run) -> None:
    """Tokens that would have gone on after an undo do not any more; the undo itself still runs."""
    for job in [run.state.undo, *run.state.undo_queue]:
        if job is not None:
            job.then = []


def maybe_finish(run: Run) -> None:
    """End the case when nothing is left to await."""
    state = run.state
    if state.closing is None or state.status == "ended" or state.undo is not None or state.orphans:
        return
    if state.closing.status == "done" and (state.acts or run.ready):
        return
    ending = state.closing
    state.status, state.ending, state.closing, state.ended_at = "ended", ending, None, state.now
    clocks.stop_all(run, "")
    locks.free_all(run)
    run.journal(
        EntryKind.CASE_ENDED, status=ending.status, outcome=ending.outcome, code=ending.code, detail=ending.detail
    )
