"""Kinds that wait: wait, receive, race."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from waystation.contracts.params import ReceiveParams, WaitParams
from workflows.machine import clocks, failures, tokens
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, Frame, Token
from workflows.machine.step_kind import StepKind


class Wait(StepKind):
    """Until a time has passed, a time has come, or a condition holds."""

    params = WaitParams

    def enter(self, run: Run, act: Activation) -> None:
        params: WaitParams = run.node(act).params
        if params.condition is not None:
            self.data_changed(run, act)
            return
        names = run.names_of(act)
        if params.lasts is not None:
            due = clocks.when(run, params.lasts, run.state.now, params.calendar, names)
        else:
            found = run.raw(params.until, names)
            if isinstance(found, date) and not isinstance(found, datetime):  # the day begins
                found = datetime.combine(found, time(), ZoneInfo(run.program.plan.timezone)).astimezone(UTC)
            if not isinstance(found, datetime):
                raise NodeError("expression", "`until` must be a timestamp", {"value": str(found)})
            due = found
        if due <= run.state.now:
            tokens.leave(run, act)
        else:
            clocks.arm_wait(run, act, due)

    def data_changed(self, run: Run, act: Activation) -> None:
        params: WaitParams = run.node(act).params
        if params.condition is not None and act.phase == "open":
            failures.guarded(run, act, _look)


def _look(run: Run, act: Activation) -> None:
    if run.holds(run.node(act).params.condition, run.names_of(act)):
        tokens.leave(run, act)


class Receive(StepKind):
    params = ReceiveParams

    def enter(self, run: Run, act: Activation) -> None:
        params: ReceiveParams = run.node(act).params
        if params.deadline is not None:
            clocks.arm_deadline(run, act, params.deadline)
        keep = params.buffer == "keep"
        clocks.await_message(run, act, params.message, params.match, keep=keep, names=run.names_of(act))


class Race(StepKind):
    """Several waits at once; the first that is done wins and the others are withdrawn.

    The alternatives are a body whose edges lead into the enclosing body.
    """

    def enter(self, run: Run, act: Activation) -> None:
        body = run.program.bodies[run.node(act).key]
        frame = Frame(act.path, body.key, act.path, act.frame)
        run.state.frames[frame.path] = frame
        act.phase = "inside"
        for node_id in body.nodes:
            frame.tokens += 1
            tokens.enter(run, frame, node_id, Token(brought=dict(act.token.brought)))
            if act.path not in run.state.acts:
                return

    def body_done(self, run: Run, act: Activation, frame: Frame) -> None:
        """Every alternative was taken away, none has won: the race's token is gone with them."""
        tokens.die(run, run.frame(act), tokens.withdraw(run, act, "no alternative is left"))

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        tokens.withdraw_frame(run, act.path, "the race was withdrawn", with_undo=undo_inside, undo_late=undo_late)
