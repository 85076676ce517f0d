"""Messages that reach a case: the oldest waiter that matches takes one (language.md 4.6)."""

from __future__ import annotations

from typing import Any

from waystation.contracts.events import EntryKind, MessageArrived
from waystation.contracts.params import ReceiveParams
from waystation.contracts.plan import Boundary, Match
from waystation.expressions import plain, typed
from workflows.machine import failures, tokens
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, Op, Token


def arrived(run: Run, event: MessageArrived) -> bool:
    """Give a message to the oldest waiter that matches. False when nobody in this case wants it (any more)."""
    for act in sorted(run.state.acts.values(), key=lambda act: act.visit):
        if _wants(run, act, event):
            return True
    return _case_wants(run, event)


def _wants(run: Run, act: Activation, event: MessageArrived) -> bool:
    node = run.node(act)
    params = node.params
    waited = act.work.get("awaiting", [])
    receives = isinstance(params, ReceiveParams) and act.phase == "open" and params.message == event.name
    if receives and _matches(run, act, params.match, event, waited):
        _take(run, act.path, node.key, event)
        failures.guarded(run, act, tokens.leave, None, message=typed({}, event.fields))
        return True
    for _, boundary in node.boundaries("message"):
        listens = boundary.message == event.name and act.phase != "lock"
        if listens and _matches(run, act, boundary.match, event, waited):
            _take(run, act.path, node.key, event)
            _cross(run, act, boundary, event)
            return True
    return False


def _matches(run: Run, act: Activation | None, match: Match | None, event: MessageArrived, waited: list[Any]) -> bool:
    """The key is compared with the value that was computed when the wait began; the condition is computed now."""
    if match is None:
        return True
    names = (
        run.names_of(act, message=typed({}, event.fields))
        if act is not None
        else run.names(run.state.frames[""], None, message=typed({}, event.fields))
    )
    try:
        wanted = [value for name, field, value in waited if name == event.name and field == match.field]
        value = wanted[0] if wanted else run.value(match.value, names)
        if match.value is not None and plain(event.fields.get(match.field)) != value:
            return False
        return match.condition is None or run.holds(match.condition, names)
    except NodeError:
        return False


def _take(run: Run, path: str, node: str, event: MessageArrived) -> None:
    run.journal(EntryKind.MESSAGE_TAKEN, path, node, id=event.id, name=event.name, fields=event.fields)


def _cross(run: Run, act: Activation, boundary: Boundary, event: MessageArrived) -> None:
    brought = {"message": typed({}, event.fields)}
    if boundary.interrupt:
        failures.leave_by(run, act, boundary, brought, f"message {event.name}")
    else:
        beside(run, act, boundary, brought)


def beside(run: Run, act: Activation, boundary: Boundary, brought: dict[str, Any]) -> None:
    """A boundary event that does not interrupt starts a token beside the node, in the same branch."""
    frame, node = run.frame(act), run.node(act)
    token = Token(act.token.fork, act.token.branch, dict(act.token.seen), {**act.token.brought, **brought}, node.id)
    frame.tokens += 1
    fork = frame.forks.get(token.fork)
    if fork is not None:
        fork.live[token.branch] += 1
    run.journal(EntryKind.EDGE_TAKEN, act.path, node.key, to=boundary.to, why=f"beside: {boundary.on}")
    tokens.send(run, frame, boundary.to, token)


def _case_wants(run: Run, event: MessageArrived) -> bool:
    for boundary in run.program.plan.on:
        if boundary.on != "message" or boundary.message != event.name:
            continue
        if _matches(run, None, boundary.match, event, []):
            _take(run, "", "", event)
            case_boundary(run, boundary, {"message": typed({}, event.fields)}, f"message {event.name}")
            return True
    return False


def case_boundary(run: Run, boundary: Boundary, brought: dict[str, Any], why: str) -> None:
    """A boundary event of the whole case."""
    if boundary.interrupt:
        failures.leave_case_by(run, boundary, brought, why)
        return
    root = run.state.frames[""]
    root.tokens += 1
    run.journal(EntryKind.EDGE_TAKEN, "", "", to=boundary.to, why=f"beside: {why}")
    run.ready.append(Op("enter", "", boundary.to, Token(brought=brought)))
