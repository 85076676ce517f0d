"""Kinds that people work on: task and approval. What happens at the desk itself is in `desk.py`."""

from __future__ import annotations

from waystation.contracts.params import ApprovalParams, TaskParams
from workflows.machine import desk
from workflows.machine.run import Run
from workflows.machine.state import Activation
from workflows.machine.step_kind import StepKind


class _Human(StepKind):
    def enter(self, run: Run, act: Activation) -> None:
        desk.open_or_wait(run, act)

    def data_changed(self, run: Run, act: Activation) -> None:
        desk.review_shown(run, act)
        desk.review_open_while(run, act)

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        desk.withdrawn(run, act)

    def retry(self, run: Run, act: Activation) -> None:
        desk.retry(run, act)


class Task(_Human):
    """Somebody does something."""

    params = TaskParams


class Approval(_Human):
    """Somebody judges."""

    params = ApprovalParams
