"""Joins: when waiting tokens become one again (language.md 4.4).

`count: branch` works on the activation of the join's fork; `edge`, `token` and `need: reachable` work on a queue of
the enclosing frame.
"""

from __future__ import annotations

from decimal import Decimal

from waystation.contracts.params import JoinParams
from workflows.machine import failures, forks, tokens
from workflows.machine.errors import NodeError
from workflows.machine.program import NodeRun
from workflows.machine.run import Run
from workflows.machine.state import Fork, Frame, Op, Token


def arrive(run: Run, frame: Frame, node: NodeRun, token: Token) -> None:
    params: JoinParams = node.params
    if params.count != "branch" or params.need == "reachable":
        _queue(run, frame, node, token)
        return
    fork, branch, nested = _own_fork(frame, token, params.of)
    if fork is None:
        fire(run, frame, node, [token])
        return
    fork.join = node.id
    late = fork.fired and params.reset == "after_all"
    if late:
        frame.tokens -= 1
    else:
        fork.arrived[branch].append(token)
    if nested:
        forks.depart(run, frame, token)
    else:
        fork.live[branch] -= 1
    run.ready.append(Op("settle", frame.path, fork.key))


def _own_fork(frame: Frame, token: Token, of: str | None) -> tuple[Fork | None, int, bool]:
    """The activation of the join's fork that this token belongs to, its branch there, and whether it sits deeper."""
    branch, nested = token.branch, False
    fork = frame.forks.get(token.fork)
    while fork is not None and fork.node != of:
        branch, nested = fork.parent_branch, True
        fork = frame.forks.get(fork.parent)
    return fork, branch, nested


# ------------------------------------------------------------------------------------------- count: branch
def consider(run: Run, frame: Frame, fork: Fork) -> None:
    """Fire if the need is met; fail with `starved` if it can no longer be."""
    node = run.node_in(frame, fork.join)
    params: JoinParams = node.params
    if not any(fork.arrived) or (fork.fired and params.reset == "after_all"):
        _absorb_leftovers(frame, fork)
        return
    if params.block and _earlier_unfinished(frame, fork):
        return
    merged = merge([token for arrived in fork.arrived for token in arrived], fork)
    try:
        verdict = _need_met(run, frame, fork, params, merged)
    except NodeError as error:
        _release(run, frame, fork, node, merged, error)
        return
    if verdict is True:
        _release(run, frame, fork, node, merged, None)
    elif verdict is None:
        if fork.fired:
            _absorb_all(frame, fork)
        else:
            _release(run, frame, fork, node, merged, NodeError("starved", "the join's need can no longer be met"))


def _need_met(run: Run, frame: Frame, fork: Fork, params: JoinParams, merged: Token) -> bool | None:
    """True: met. False: not yet. None: it can no longer be."""
    arrived = sum(1 for tokens_in in fork.arrived if tokens_in)
    possible = sum(1 for branch, tokens_in in enumerate(fork.arrived) if tokens_in or fork.live[branch])
    alive = any(fork.live)
    if params.need == "all":
        return not alive
    needed = _needed(run, frame, params, merged, arrived, len(fork.arrived))
    if isinstance(needed, bool):
        return True if needed else (False if alive else None)
    return True if arrived >= needed else (False if possible >= needed else None)


def _needed(run: Run, frame: Frame, params: JoinParams, token: Token, arrived: int, total: int) -> int | bool:
    need = params.need
    if need == "any":
        return 1
    if isinstance(need, int) and not isinstance(need, bool):
        return need
    found = run.raw(need, run.names(frame, token.brought, arrived=arrived, total=total))
    if isinstance(found, bool):
        return found
    if isinstance(found, int | Decimal):
        return int(found)
    raise NodeError("expression", "a join's need must be a number or a condition", {"need": str(found)})


def _earlier_unfinished(frame: Frame, fork: Fork) -> bool:
    return any(
        other.node == fork.node and other.join == fork.join and other.visit < fork.visit and other.key != fork.key
        for other in frame.forks.values()
    )


def _release(run: Run, frame: Frame, fork: Fork, node: NodeRun, out: Token, error: NodeError | None) -> None:
    """The join fires (or fails): one token goes on for those that arrived."""
    params: JoinParams = node.params
    fork.fired += 1
    used = _take_arrivals(fork, at_once=params.reset == "at_once")
    frame.tokens += 1 - used
    out.fork, out.branch = fork.parent, fork.parent_branch
    parent = frame.forks.get(fork.parent)
    if parent is not None:
        parent.live[fork.parent_branch] += 1
    if params.rest == "cancel":
        forks.cancel_rest(run, frame, fork, f"{node.id} went on without it")
    _go_on(run, frame, node, out, error)
    run.ready.append(Op("settle", frame.path, fork.key))


def _take_arrivals(fork: Fork, *, at_once: bool) -> int:
    """Remove what this firing uses: everything, or one of each branch when the join counts on."""
    used = 0
    for arrived in fork.arrived:
        take = min(1, len(arrived)) if at_once else len(arrived)
        del arrived[:take]
        used += take
    return used


def _absorb_leftovers(frame: Frame, fork: Fork) -> None:
    if fork.fired:
        _absorb_all(frame, fork)


def _absorb_all(frame: Frame, fork: Fork) -> None:
    for arrived in fork.arrived:
        frame.tokens -= len(arrived)
        arrived.clear()


# ------------------------------------------------------------------- count: edge, count: token, reachable
def _queue(run: Run, frame: Frame, node: NodeRun, token: Token) -> None:
    absorbing = frame.absorb.get(node.id, {})
    if absorbing.get(token.came, 0) > 0:
        absorbing[token.came] -= 1
        tokens.die(run, frame, token)
        return
    frame.queues.setdefault(node.id, []).append(token)
    if node.params.need != "reachable":
        _count_queue(run, frame, node)


def _count_queue(run: Run, frame: Frame, node: NodeRun) -> None:
    params: JoinParams = node.params
    queue = frame.queues[node.id]
    try:
        while chosen := _chosen(run, frame, node, params, queue):
            _fire_queued(run, frame, node, params, chosen)
    except NodeError as error:
        waiting = list(queue)
        queue.clear()
        fire(run, frame, node, waiting, error)


def _chosen(run: Run, frame: Frame, node: NodeRun, params: JoinParams, queue: list[Token]) -> list[Token]:
    """The queued tokens that the join uses now; none while its need is not met."""
    if not queue:
        return []
    if params.count == "token":
        needed = 1 if params.need == "all" else _needed(run, frame, params, queue[0], len(queue), len(queue))
        met = needed if isinstance(needed, bool) else len(queue) >= needed
        count = len(queue) if isinstance(needed, bool) else needed
        return queue[:count] if met else []
    firsts: dict[str, Token] = {}
    for token in queue:
        firsts.setdefault(token.came, token)
    total = len(params.incoming)
    needed = total if params.need == "all" else _needed(run, frame, params, queue[0], len(firsts), total)
    met = needed if isinstance(needed, bool) else len(firsts) >= needed
    return list(firsts.values()) if met else []


def _fire_queued(run: Run, frame: Frame, node: NodeRun, params: JoinParams, chosen: list[Token]) -> None:
    queue = frame.queues[node.id]
    for token in chosen:
        queue.remove(token)
    if params.count == "edge" and params.reset == "after_all" and params.need != "all":
        came = {token.came for token in chosen}
        frame.absorb[node.id] = {edge: 1 for edge in params.incoming if edge not in came}
    fire(run, frame, node, chosen)
    if params.rest == "cancel":
        _cancel_others(run, frame, node)


def _cancel_others(run: Run, frame: Frame, node: NodeRun) -> None:
    """Withdraw what could still come to this join."""
    acts = [act for act in run.state.acts.values() if act.frame == frame.path and act.node != node.id]
    for act in acts:
        if node.id in run.program.bodies[frame.body].reaches(act.node) and act.path in run.state.acts:
            tokens.die(run, frame, tokens.withdraw(run, act, f"{node.id} went on without it"))
    frame.absorb.pop(node.id, None)


def fire_reachable(run: Run, frame: Frame) -> bool:
    """Joins that wait until no other token can come: fire one for which that holds now. False when none did."""
    body = run.program.bodies[frame.body]
    waiting = [join_id for join_id in body.reachable_joins if frame.queues.get(join_id)]
    for join_id in waiting:
        if not any(join_id in body.reaches(place) for place in _places(run, frame, join_id)):
            _fire_all(run, frame, join_id)
            return True
    moving = [act for act in run.state.acts.values() if act.frame == frame.path]
    if len(waiting) > 1 and not moving:
        _fire_all(run, frame, waiting[0])
        return True
    return False


def starve(run: Run, frame: Frame) -> bool:
    """Joins that count edges or tokens and have some, but can get no more: one of them fails. False when none does."""
    for join_id in run.program.bodies[frame.body].counting_joins:
        if frame.queues.get(join_id) and not _may_still_come(run, frame, join_id):
            error = NodeError("starved", "the join's need can no longer be met")
            fire(run, frame, run.node_in(frame, join_id), frame.queues.pop(join_id), error)
            return True
    return False


def _may_still_come(run: Run, frame: Frame, join_id: str) -> bool:
    """Tokens that move, those behind an undo, and those that an event of the case may yet begin."""
    body = run.program.bodies[frame.body]
    jobs = [job for job in (run.state.undo, *run.state.undo_queue) if job is not None]
    places = _places(run, frame, join_id)
    begun = [op.node for job in jobs for op in job.then if op.frame == frame.path and op.do == "enter"]
    if not frame.owner:
        begun += [boundary.to for boundary in run.program.plan.on]
    return any(join_id in body.reaches(place) for place in (*places, *begun) if place in body.nodes) or join_id in begun


def _fire_all(run: Run, frame: Frame, join_id: str) -> None:
    fire(run, frame, run.node_in(frame, join_id), frame.queues.pop(join_id))


def _places(run: Run, frame: Frame, join_id: str) -> list[str]:
    """Where other tokens of this frame are that may still move without this join.

    Tokens at the join of a fork count only while something in that fork still moves: else they wait for this one.
    """
    body = run.program.bodies[frame.body]
    moving = [act for act in run.state.acts.values() if act.frame == frame.path]
    places = [act.node for act in moving]
    places += [other for other, queue in frame.queues.items() if queue and other != join_id]
    for fork in frame.forks.values():
        parked = fork.join and any(fork.arrived)
        if parked and any(forks.within(frame, act.token, fork.key) for act in moving):
            places.append(fork.join)
    return [place for place in places if place in body.nodes]


# ----------------------------------------------------------------------------------------------------- both
def fire(run: Run, frame: Frame, node: NodeRun, used: list[Token], error: NodeError | None = None) -> None:
    """Tokens from a queue become one, in the innermost fork that all of them share."""
    out = merge(used)
    out.fork, out.branch = _shared_fork(frame, used)
    parent = frame.forks.get(out.fork)
    if parent is not None:
        parent.live[out.branch] += 1
    frame.tokens += 1 - len(used)
    for token in used:
        forks.depart(run, frame, token)
    _go_on(run, frame, node, out, error)


def _go_on(run: Run, frame: Frame, node: NodeRun, out: Token, error: NodeError | None) -> None:
    act = tokens.visit(run, frame, node, out)
    if error is not None:
        failures.fail(run, act, error)
    else:
        failures.guarded(run, act, tokens.leave)


def merge(used: list[Token], fork: Fork | None = None) -> Token:
    out = Token()
    for token in used:
        out.brought.update(token.brought)
        out.resume.update(token.resume)
        for node, number in token.seen.items():
            out.seen[node] = max(number, out.seen.get(node, 0))
    out.came = used[0].came if used else ""
    return out


def _shared_fork(frame: Frame, used: list[Token]) -> tuple[str, int]:
    chains = [_chain(frame, token) for token in used]
    for place in chains[0]:
        if all(any(other[0] == place[0] for other in chain) for chain in chains[1:]):
            same_branch = all(place in chain for chain in chains)
            if same_branch:
                return place
            fork = frame.forks[place[0]]
            return fork.parent, fork.parent_branch
    return "", 0


def _chain(frame: Frame, token: Token) -> list[tuple[str, int]]:
    """The forks around a token with its branch in each, innermost first."""
    chain: list[tuple[str, int]] = []
    key, branch = token.fork, token.branch
    while key:
        chain.append((key, branch))
        fork = frame.forks.get(key)
        if fork is None:
            break
        key, branch = fork.parent, fork.parent_branch
    return chain
