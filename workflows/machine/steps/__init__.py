"""The run halves of the node kinds, by kind."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.machine.step_kind import StepKind
from workflows.machine.steps.acting import Action, Call
from workflows.machine.steps.bodies import Foreach, Scope
from workflows.machine.steps.human import Approval, Task
from workflows.machine.steps.simple import Choice, End, Fork, Join, Notify, Send, Set, Table
from workflows.machine.steps.waiting import Race, Receive, Wait

_STEPS: dict[str, StepKind] = {
    "action": Action(),
    "approval": Approval(),
    "call": Call(),
    "choice": Choice(),
    "end": End(),
    "foreach": Foreach(),
    "fork": Fork(),
    "join": Join(),
    "merge": Set(),
    "notify": Notify(),
    "race": Race(),
    "receive": Receive(),
    "scope": Scope(),
    "send": Send(),
    "set": Set(),
    "table": Table(),
    "task": Task(),
    "wait": Wait(),
}

#: By kind; extensions add theirs before the first program is made.
STEPS: Mapping[str, StepKind] = _STEPS


def add_step(kind: str, step: StepKind) -> None:
    """The run half of a kind that is not ours.

    Raises:
        ValueError: another step has this kind already.
    """
    if _STEPS.setdefault(kind, step) is not step:
        raise ValueError(f"two steps are for the node kind {kind}")


__all__ = ["STEPS", "StepKind", "add_step"]
