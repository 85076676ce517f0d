"""When a node goes wrong: an error edge on the way out, else an incident where it stands (language.md section 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waystation.contracts.events import EntryKind
from waystation.contracts.plan import Boundary
from workflows.machine import endings, tokens, undo
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, Failure, Op, Token


def guarded(run: Run, act: Activation, work: Callable[..., Any], *args: Any, **names: Any) -> bool:
    """Do a node's work; if it goes wrong, the node fails. False when it did, or when the work itself says so."""
    try:
        return work(run, act, *args, **names) is not False
    except NodeError as error:
        fail(run, act, error)
        return False


def fail(run: Run, act: Activation, error: NodeError) -> None:
    """Look for an error edge on the node, then on each enclosing body, then on the case; else it is an incident."""
    if act.path not in run.state.acts:
        return
    if _caught_at(run, act, error) or _caught_around(run, act, error) or _caught_by_case(run, act, error):
        return
    if _matches(run.state.catches, error.code):
        endings.begin_failing(run, error.code, error.title, error.detail)
        return
    if run.node(act).kind == "end":
        endings.begin_failing(run, error.code, error.title, error.detail)
        return
    open_incident(run, act, error)


def open_incident(run: Run, act: Activation, error: NodeError) -> None:
    act.phase = "incident"
    act.failure = Failure(error.code, error.title, error.detail)
    node = run.node(act)
    run.journal(EntryKind.INCIDENT_OPENED, act.path, node.key, code=error.code, title=error.title, detail=error.detail)


def close_incident(run: Run, act: Activation, how: str) -> None:
    act.failure = None
    run.journal(EntryKind.INCIDENT_CLOSED, act.path, run.node(act).key, how=how)


def _matches(codes: list[str], code: str) -> bool:
    return any(_covers(pattern, code) for pattern in codes)


def _covers(pattern: str, code: str) -> bool:
    return pattern in ("*", code) or (pattern.endswith(".*") and code.startswith(pattern[:-1]))


def _edge_for(boundaries: list[tuple[int, Boundary]], code: str) -> Boundary | None:
    exact = next((boundary for _, boundary in boundaries if boundary.code == code), None)
    return exact or next((boundary for _, boundary in boundaries if _covers(boundary.code, code)), None)


def _brought(run: Run, act: Activation, error: NodeError) -> dict[str, Any]:
    return {"error": {"code": error.code, "title": error.title, "detail": error.detail, "node": run.node(act).key}}


def _caught_at(run: Run, act: Activation, error: NodeError) -> bool:
    node = run.node(act)
    edge = _edge_for(node.boundaries("error"), error.code)
    if edge is None:
        return False
    leave_by(run, act, edge, _brought(run, act, error), f"error {error.code}")
    return True


def _caught_around(run: Run, act: Activation, error: NodeError) -> bool:
    frame = run.frame(act)
    while frame.owner:
        owner = run.state.acts[frame.owner]
        edge = _edge_for(run.node(owner).boundaries("error"), error.code)
        if edge is not None:
            leave_by(run, owner, edge, _brought(run, act, error), f"error {error.code}")
            return True
        frame = run.state.frames[frame.parent]
    return False


def _caught_by_case(run: Run, act: Activation, error: NodeError) -> bool:
    boundaries = [(i, b) for i, b in enumerate(run.program.plan.on) if b.on == "error"]
    edge = _edge_for(boundaries, error.code)
    if edge is None:
        return False
    leave_case_by(run, edge, _brought(run, act, error), f"error {error.code}")
    return True


def leave_by(run: Run, act: Activation, edge: Boundary, brought: dict[str, Any], why: str) -> None:
    """An interrupting boundary: what is inside is withdrawn and undone, the token goes on over the edge."""
    frame, node = run.frame(act), run.node(act)
    before = len(frame.undo)
    token = tokens.withdraw(run, act, why, undo_inside=True, undo_late=True)
    inside = undo.take_inside(frame, act, before)
    token.brought = {**token.brought, **brought}
    token.came = node.id
    run.journal(EntryKind.EDGE_TAKEN, act.path, node.key, to=edge.to, why=why)
    if tokens.in_race(run, frame):
        frame.undo.extend(inside)
        tokens.win_race(run, frame, token, node.id, edge.to)
        return
    _go_after_undo(run, inside, why, Op("enter", frame.path, edge.to, token))


def leave_case_by(run: Run, edge: Boundary, brought: dict[str, Any], why: str) -> None:
    """An interrupting boundary of the case: everything is withdrawn and undone, one token goes on over the edge."""
    root = run.state.frames[""]
    for act in [act for act in run.state.acts.values() if act.frame == ""]:
        if act.path in run.state.acts:
            tokens.withdraw(run, act, why, undo_inside=True, undo_late=True)
    run.ready.clear()
    records = list(root.undo)
    root.undo, root.forks, root.queues, root.absorb, root.tokens = [], {}, {}, {}, 1
    run.journal(EntryKind.EDGE_TAKEN, "", "", to=edge.to, why=why)
    _go_after_undo(run, records, why, Op("enter", "", edge.to, Token(brought=dict(brought))))


def _go_after_undo(run: Run, records: list[Any], why: str, then: Op) -> None:
    if records or run.state.undo is not None:
        undo.start(run, records, why, [then])
    else:
        undo.go_on(run, [then])
