"""拿回: an approver takes his own answer back after it has decided the node.

Possible until the next task is answered or an action with an outside effect has run. To be able to, the closed
activation is kept for that long; at most a few are.
"""

from __future__ import annotations

from typing import Any

import msgspec

from workflows.machine import returns, undo
from workflows.machine.run import Run
from workflows.machine.state import Activation

_MOST = 20


def snapshot(run: Run, act: Activation) -> dict[str, Any] | None:
    """The activation as it stands before it is left, if its author allows taking answers back."""
    allow = getattr(run.node(act).params, "allow", ())
    forget_before(run, act)
    if "take_back" not in allow or act.panel is None:
        return None
    while len(run.state.take_back) >= _MOST:
        run.state.take_back.pop(next(iter(run.state.take_back)))
    kept: dict[str, Any] = msgspec.to_builtins(act)
    return kept


def forget_before(run: Run, act: Activation) -> None:
    """An answer at this node makes it too late for the nodes that led to it."""
    for path, kept in list(run.state.take_back.items()):
        if act.token.seen.get(kept["node"]) == kept["visit"] and path != act.path:
            del run.state.take_back[path]


def find(run: Run, task: str, actor: str) -> str | None:
    """The kept activation of this task in which the actor answered."""
    for path in reversed(run.state.take_back):
        kept = run.state.take_back[path]
        if task in (path, kept["node"]) and _answered(kept, actor):
            return path
    return None


def _answered(kept: dict[str, Any], actor: str) -> bool:
    chairs = kept["panel"].get("chairs", ())
    return any(chair.get("state") == "answered" and actor in (chair["person"], chair.get("by")) for chair in chairs)


def reopen(run: Run, path: str) -> Activation:
    """Bring the activation back to where it stood; what it caused since is withdrawn and undone."""
    kept = msgspec.convert(run.state.take_back.pop(path), Activation)
    frame = run.state.frames[kept.frame]
    for name in ("outcome", "why", "form_stored"):
        kept.work.pop(name, None)
    records = returns.clear_region(run, frame, kept.node, kept.visit, "taken back")
    frame.tokens += 1
    fork = frame.forks.get(kept.token.fork)
    if fork is not None:
        fork.live[kept.token.branch] += 1
    else:
        kept.token.fork = ""
    kept.leaving, kept.failure = None, None
    run.state.acts[kept.path] = kept
    if records:
        undo.start(run, records, "taken back", [])
    return kept
