"""Step kinds of the machine with something before them: who looks at a node as it is entered, or takes its place.

Only trials use them, in programs of their own. What a node does is still done by the machine's own step; a guide can
look, and a stand-in assigns an output that is known and lets the node be left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from waystation.contracts.plan import Plan
from workflows.machine import Program, tokens
from workflows.machine.program import NodeRun, built_in_steps
from workflows.machine.run import Run
from workflows.machine.state import Activation, Frame
from workflows.machine.step_kind import StepKind

Guide = Callable[[Run, Activation], None]


@dataclass(frozen=True, slots=True)
class Output:
    """What a node gave, to be given again without running it.

    Args:
        values: what it saved, by target (`field` or `local.field`).
        to: of a choice: the node that it goes to.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Guides:
    """By the node's key (`lines/pick`): who looks before it begins, who looks once it has begun, what stands in."""

    before: Mapping[str, Guide] = field(default_factory=dict)
    after: Mapping[str, Guide] = field(default_factory=dict)
    instead: Mapping[str, Output] = field(default_factory=dict)


def guided(plan: Plan, guides: Guides, more: Mapping[str, StepKind] | None = None) -> Program:
    """A program whose nodes are watched. `more`: kinds that only this plan has."""
    steps = {kind: _Guided(step, guides) for kind, step in built_in_steps().items()}
    return Program(plan, steps={**steps, **(more or {})})


class _Guided(StepKind):
    """A step kind, and its guides."""

    def __init__(self, step: StepKind, guides: Guides) -> None:
        self.step = step
        self.params = step.params
        self.guides = guides

    def enter(self, run: Run, act: Activation) -> None:
        key, guides = run.node(act).key, self.guides
        if key in guides.before:
            guides.before[key](run, act)
        if key in guides.instead:
            _stand_in(run, act, guides.instead[key])
        else:
            self.step.enter(run, act)
        if key in guides.after:
            guides.after[key](run, act)

    def succeeded(self, run: Run, act: Activation, result: Any) -> None:
        self.step.succeeded(run, act, result)

    def body_done(self, run: Run, act: Activation, frame: Frame) -> None:
        self.step.body_done(run, act, frame)

    def data_changed(self, run: Run, act: Activation) -> None:
        self.step.data_changed(run, act)

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        self.step.withdrawn(run, act, undo_inside=undo_inside, undo_late=undo_late)

    def retry(self, run: Run, act: Activation) -> None:
        if run.node(act).key in self.guides.instead:
            self.enter(run, act)
        else:
            self.step.retry(run, act)

    def route(self, run: Run, frame: Frame, node: NodeRun, act: Activation, to: str) -> None:
        self.step.route(run, frame, node, act, to)


def _stand_in(run: Run, act: Activation, output: Output) -> None:
    if output.values:
        run.assign(dict(output.values), run.frame(act), act.path)
    if output.to is not None:
        act.work["to"] = output.to
    tokens.finish(run, act, output.outcome)
