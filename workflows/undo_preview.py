"""What a command would undo, worked out by the machine itself on a copy of the case: nothing is run.

Every undo succeeds in the copy, so the list is the whole of it, in the order in which it would happen. What is in
flight is awaited by the real case, and undone only if it succeeds; that is said apart.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from waystation.contracts.events import ActionSucceeded, Command, Continued, EntryKind, Event, RunAction
from workflows.machine import CaseState, Machine, Program
from workflows.machine.commands import Target

#: Steps of undo that are shown; a case of that many has other troubles.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One undo action. `path` is the visit that it takes back."""

    path: str
    node: str
    action: str
    args: dict[str, Any]


@dataclass(slots=True)
class UndoPreview:
    """What a command would do to what has been done.

    Args:
        undone: in order.
        awaited: visits with an action in flight; it is undone too if it succeeds.
        withdrawn: visits that would be left.
        entered: nodes that would be entered afterwards.
        ends: how the case would end, "" where it goes on.
    """

    undone: list[UndoStep] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    ends: str = ""


def undo_preview(program: Program, state: CaseState, command: Command, target: Target | None = None) -> UndoPreview:
    """The preview. `state` is used up: hand over a copy.

    Raises:
        Refused: as the command would be.
    """
    found = UndoPreview()
    machine = Machine(program, state)
    step = machine.apply(command, target)
    work: deque[Event] = deque()
    while True:
        for entry in step.entries:
            if entry.kind is EntryKind.NODE_WITHDRAWN:
                found.withdrawn.append(entry.path)
            elif entry.kind is EntryKind.NODE_ENTERED:
                found.entered.append(entry.node)
        for effect in step.effects:
            if isinstance(effect, RunAction) and effect.undo:
                found.undone.append(UndoStep(effect.path, _node(machine, effect), effect.action, dict(effect.args)))
                work.append(ActionSucceeded(machine.state.now, effect.path, effect.key, None))
        if step.more:
            work.append(Continued(machine.state.now))
        if not work or len(found.undone) >= MOST:
            break
        step = machine.apply(work.popleft())
    found.awaited = [left.path for left in machine.state.orphans.values() if left.undo]
    ending = machine.state.ending or machine.state.closing
    found.ends = ending.status if ending is not None else ""
    return found


def _node(machine: Machine, effect: RunAction) -> str:
    job = machine.state.undo
    current = job.current if job is not None else None
    return current.node if current is not None and current.path == effect.path else effect.path
