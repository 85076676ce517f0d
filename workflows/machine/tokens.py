"""Tokens: how they are born, enter nodes, leave them, are withdrawn and die.

A frame's `tokens` counts everything alive in it: activations, tokens ready to enter, tokens waiting at joins.
A token that belongs to a fork is counted there too (`forks.py`); both counts change only through this module,
`forks.py` and `joins.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waystation.contracts.events import EntryKind, StopAwaiting
from waystation.contracts.plan import END, Edge
from workflows.machine import clocks, failures, forks, joins, locks, returns, undo
from workflows.machine.errors import NodeError
from workflows.machine.program import NodeRun, edge_to
from workflows.machine.run import Run
from workflows.machine.state import Activation, Frame, Op, Token


# ------------------------------------------------------------------------------------------------- entering
def send(run: Run, frame: Frame, to: str, token: Token) -> None:
    """Put a token on its way to a node of the frame's body, or consume it at `end`. The token is counted already."""
    if to == END:
        die(run, frame, token)
    else:
        run.ready.append(Op("enter", frame.path, to, token))


def enter(run: Run, frame: Frame, node_id: str, token: Token) -> None:
    """A token comes to a node."""
    node = run.node_in(frame, node_id)
    if node.kind == "join":
        joins.arrive(run, frame, node, token)
        return
    if token.resume and node_id in token.resume and forks.resume(run, frame, node, token):
        return
    if not run.program.plan.limits.steps >= run.state.steps - run.state.allowance:
        stand_still(run, frame, node, token, NodeError("step_limit", "the case took more steps than its limit"))
        return
    run.state.steps += 1
    if node.condition is not None and not _condition_holds(run, frame, node, token):
        return
    act = visit(run, frame, node, token)
    if node.plan.lock is not None and node.plan.lock.take == "enter" and not failures.guarded(run, act, locks.enter):
        return
    open_node(run, act)


def _condition_holds(run: Run, frame: Frame, node: NodeRun, token: Token) -> bool:
    """The key `if`: false passes the node by its edge `skipped` or its plain edge."""
    try:
        holds = run.holds(node.plan.condition or "", run.names(frame, token.brought))
    except NodeError as error:
        stand_still(run, frame, node, token, error)
        return False
    if not holds:
        run.journal(EntryKind.NODE_PASSED, _join_path(frame, node.id), node.key)
        edge = edge_to(node, "skipped")
        token.came, token.clock = node.id, None
        send(run, frame, edge.to if edge else END, token)
    return holds


def stand_still(run: Run, frame: Frame, node: NodeRun, token: Token, error: NodeError) -> None:
    """Something failed before the node was entered: it is entered, and fails at once."""
    act = visit(run, frame, node, token)
    act.work["not_begun"] = True
    failures.fail(run, act, error)


def visit(run: Run, frame: Frame, node: NodeRun, token: Token) -> Activation:
    """Count a visit and make its activation."""
    state = run.state
    count = frame.counts.get(node.id, 0) + 1
    frame.counts[node.id] = count
    state.visits += 1
    name = node.id if count == 1 else f"{node.id}#{count}"
    token.seen[node.id] = state.visits
    frame.last[node.id] = (state.visits, token.fork, token.branch)
    act = Activation(_join_path(frame, name), node.id, frame.path, state.visits, token, state.now)
    state.acts[act.path] = act
    run.journal(EntryKind.NODE_ENTERED, act.path, node.key, kind=node.kind)
    return act


def _join_path(frame: Frame, name: str) -> str:
    return f"{frame.path}/{name}" if frame.path else name


def open_node(run: Run, act: Activation) -> None:
    """The node begins: boundaries are armed, and its kind takes over."""
    node = run.node(act)
    act.phase = "open"
    if node.plan.on and not failures.guarded(run, act, clocks.arm_boundaries):
        return
    failures.guarded(run, act, node.step.enter)


# -------------------------------------------------------------------------------------------------- leaving
def leave(run: Run, act: Activation, outcome: str | None = None, /, **names: Any) -> None:
    """The node is done: save, remember its undo, let go of what it held, and send the token on.

    `names` are what `save` and `undo.with` may use besides the scope: result, form, actor, outcome.

    Raises:
        NodeError: when a value cannot be computed or stored; the activation stays and may be retried.
    """
    node = run.node(act)
    act.leaving = {"outcome": outcome, "names": names} if node.plan.save or node.plan.undo else None
    save(run, act, node, names)
    if node.plan.undo is not None:
        undo.remember(run, act, node, names)
    finish(run, act, outcome)


def save(run: Run, act: Activation, node: NodeRun, names: dict[str, Any]) -> None:
    if node.plan.save:
        scope = run.names_of(act, **names)
        run.assign({name: run.value(value, scope) for name, value in node.plan.save.items()}, run.frame(act), act.path)


def finish(run: Run, act: Activation, outcome: str | None = None, *, route: bool = True) -> None:
    """Close an activation that goes out by its own exit and, unless the kind routes itself, take its edge."""
    node, frame = run.node(act), run.frame(act)
    edge = edge_to(node, outcome)
    release(run, act)
    del run.state.acts[act.path]
    run.journal(EntryKind.NODE_LEFT, act.path, node.key, kind=node.kind, outcome=outcome, to=_targets(act, edge))
    for target in node.plan.cancels:
        withdraw_node(run, frame, target, "cancelled by " + node.id)
    if route:
        act.token.came, act.token.clock = node.id, None
        if in_race(run, frame):
            win_race(run, frame, act.token, node.id, edge.to if edge else END)
        elif act.token.back is not None and (back := returns.straight_back_target(run, frame, node.id, act.token)):
            send(run, frame, back, act.token)
        else:
            node.step.route(run, frame, node, act, edge.to if edge else END)


def _targets(act: Activation, edge: Edge | None) -> str | list[str] | None:
    """Where the token goes, for the journal: a choice and a fork have decided for themselves."""
    if "fork" in act.work:
        return list(act.work["fork"][0])
    return act.work.get("to") or (edge.to if edge else None)


def in_race(run: Run, frame: Frame) -> bool:
    owner = run.state.acts.get(frame.owner) if frame.owner else None
    return owner is not None and run.node(owner).kind == "race"


def win_race(run: Run, frame: Frame, token: Token, name: str, to: str) -> None:
    """An alternative is done: the others are withdrawn, and the race is left by the winner's edge."""
    owner = run.state.acts[frame.owner]
    outer = run.frame(owner)
    withdraw_frame(run, frame.path, f"{name} was first", with_undo=True, undo_late=False)
    owner.token.brought = {**owner.token.brought, **token.brought}
    finish(run, owner, name, route=False)
    owner.token.came = owner.node
    send(run, outer, to, owner.token)


def release(run: Run, act: Activation) -> None:
    """Let go of everything an activation holds: clocks, subscriptions, locks."""
    clocks.stop_all(run, act.path)
    for name in act.awaits:
        run.effect(StopAwaiting(act.path, name))
    act.awaits = []
    locks.free(run, act.path)


# -------------------------------------------------------------------------------------- withdrawing, dying
def die(run: Run, frame: Frame, token: Token) -> None:
    """A token is consumed: its frame and its fork count one less."""
    frame.tokens -= 1
    forks.depart(run, frame, token)
    if frame.tokens <= 0:
        run.ready.append(Op("frame", frame.path))


def withdraw(run: Run, act: Activation, why: str, *, undo_inside: bool = False, undo_late: bool = False) -> Token:
    """Take an activation away without an exit. The token is given back, still counted; the caller decides on it.

    Args:
        undo_inside: finished actions inside its bodies are undone (the caller runs `undo.start` afterwards).
        undo_late: an action in flight is undone should it still succeed.
    """
    node = run.node(act)
    node.step.withdrawn(run, act, undo_inside=undo_inside, undo_late=undo_late)
    undo.orphan(run, act, undo=undo_late)
    release(run, act)
    run.state.acts.pop(act.path, None)
    run.state.take_back.pop(act.path, None)
    run.journal(EntryKind.NODE_WITHDRAWN, act.path, node.key, kind=node.kind, why=why)
    return act.token


def withdraw_node(run: Run, frame: Frame, node_id: str, why: str) -> None:
    """Withdraw whatever is active at a node of this frame, without undo; its tokens die."""
    for act in [act for act in run.state.acts.values() if act.frame == frame.path and act.node == node_id]:
        die(run, frame, withdraw(run, act, why))
    purge_waiting(run, frame, lambda token, at: at == node_id)


def purge(run: Run, frame: Frame, doomed: Callable[[Token], bool], why: str, *, with_undo: bool = False) -> None:
    """Withdraw every token of a frame that `doomed` names, wherever it is."""
    for act in [act for act in run.state.acts.values() if act.frame == frame.path and doomed(act.token)]:
        if act.path in run.state.acts:
            die(run, frame, withdraw(run, act, why, undo_inside=with_undo, undo_late=with_undo))
    purge_waiting(run, frame, lambda token, at: doomed(token))


def purge_waiting(run: Run, frame: Frame, doomed: Callable[[Token, str], bool]) -> None:
    """Drop tokens that are on their way or wait at a join."""
    kept = [op for op in run.ready if not _doomed_op(op, frame, doomed)]
    dropped = [op for op in run.ready if _doomed_op(op, frame, doomed)]
    run.ready.clear()
    run.ready.extend(kept)
    for op in dropped:
        die(run, frame, op.token or Token())
    for join_id, queue in list(frame.queues.items()):
        for token in [token for token in queue if doomed(token, join_id)]:
            queue.remove(token)
            die(run, frame, token)
    forks.purge_arrived(run, frame, doomed)


def _doomed_op(op: Op, frame: Frame, doomed: Callable[[Token, str], bool]) -> bool:
    return op.do == "enter" and op.frame == frame.path and op.token is not None and doomed(op.token, op.node)


def withdraw_frame(run: Run, path: str, why: str, *, with_undo: bool, undo_late: bool) -> None:
    """Withdraw everything inside a frame and drop the frame. Its undo records go to its parent: run now by the caller,
    or, where this withdrawal undoes nothing, kept for a later cancel."""
    frame = run.state.frames.get(path)
    if frame is None:
        return
    for act in [act for act in run.state.acts.values() if act.frame == path]:
        if act.path in run.state.acts:
            withdraw(run, act, why, undo_inside=with_undo, undo_late=undo_late)
    kept = [op for op in run.ready if op.frame != path]
    run.ready.clear()
    run.ready.extend(kept)
    undo.hand_up(run, frame)
    run.state.frames.pop(path, None)


__all__ = [
    "die",
    "enter",
    "finish",
    "leave",
    "open_node",
    "purge",
    "release",
    "save",
    "send",
    "stand_still",
    "visit",
    "withdraw",
    "withdraw_frame",
    "withdraw_node",
]
