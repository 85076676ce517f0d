"""Kinds that have something done: action and call."""

from __future__ import annotations

from typing import Any

from waystation.contracts.events import EntryKind, RunAction
from waystation.contracts.params import ActionParams, CallParams
from workflows.machine import calls, tokens
from workflows.machine.run import Run
from workflows.machine.state import Activation
from workflows.machine.step_kind import StepKind


class Action(StepKind):
    """A side effect done by a worker. Its idempotency key is the visit path, also when it is tried again."""

    params = ActionParams

    def enter(self, run: Run, act: Activation) -> None:
        params: ActionParams = run.node(act).params
        args = run.value(params.args, run.names_of(act))
        self._start(run, act, params, args)

    def _start(self, run: Run, act: Activation, params: ActionParams, args: dict[str, Any]) -> None:
        act.phase, act.action = "acting", act.path
        retry = {
            "max_attempts": params.retry.max_attempts,
            "first": params.retry.first,
            "factor": params.retry.factor,
            "max": params.retry.max,
        }
        run.journal(EntryKind.ACTION_STARTED, act.path, run.node(act).key, by="", action=params.do, key=act.path)
        run.effect(RunAction(act.path, act.path, params.do, args, retry, params.timeout))

    def succeeded(self, run: Run, act: Activation, result: Any) -> None:
        node = run.node(act)
        run.journal(
            EntryKind.ACTION_DONE, act.path, node.key, by="", action=node.params.do, key=act.path, result=result
        )
        use = run.program.plan.actions.get(node.params.do)
        if use is None or use.outside:  # of an action that only a scenario knows, the worst is assumed
            run.state.take_back.clear()
        act.work["result"] = result
        tokens.leave(run, act, result=result)

    def retry(self, run: Run, act: Activation) -> None:
        """The effect is not done again when only storing its result failed."""
        if "result" in act.work:
            tokens.leave(run, act, result=act.work["result"])
        else:
            self.enter(run, act)


class Call(StepKind):
    """Another process as a case of its own."""

    params = CallParams

    def enter(self, run: Run, act: Activation) -> None:
        calls.start(run, act)

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        calls.cancel(run, act)

    def retry(self, run: Run, act: Activation) -> None:
        if "ended" in act.work:
            calls.leave(run, act)
        else:
            calls.start(run, act)
