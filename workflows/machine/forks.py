"""Forks: which tokens are alive on which branch.

A token counts for its innermost fork only; a fork that is not finished counts as one token of the branch it stands
in. A fork is finished when nothing lives on any branch and its join, if anything arrived there, has fired.
"""

from __future__ import annotations

from collections.abc import Callable

from waystation.contracts.plan import END
from workflows.machine import joins, tokens
from workflows.machine.program import NodeRun
from workflows.machine.run import Run
from workflows.machine.state import Activation, Fork, Frame, Op, Token


def split(run: Run, act: Activation, targets: list[str], copies: int) -> None:
    """Open a fork: `copies` tokens on each target. The fork node has been left; its token is the fork from now on."""
    frame, token = run.frame(act), act.token
    fork = Fork(act.path, act.node, frame.path, act.visit, token.fork, token.branch)
    fork.live = [copies] * len(targets)
    fork.arrived = [[] for _ in targets]
    fork.counted = [False] * len(targets)
    fork.targets = list(targets)
    frame.forks[fork.key] = fork
    frame.tokens += copies * len(targets) - 1
    for branch, to in enumerate(targets):
        for _ in range(copies):
            tokens.send(run, frame, to, _child(token, fork, branch))


def _child(token: Token, fork: Fork, branch: int) -> Token:
    return Token(fork.key, branch, dict(token.seen), dict(token.brought), fork.node, dict(token.resume))


def depart(run: Run, frame: Frame, token: Token) -> None:
    """A token is no longer on its branch."""
    fork = frame.forks.get(token.fork)
    if fork is not None:
        lower(run, fork, token.branch)


def lower(run: Run, fork: Fork, branch: int) -> None:
    fork.live[branch] -= 1
    run.ready.append(Op("settle", fork.frame, fork.key))


def settle(run: Run, frame: Frame, key: str) -> None:
    """After an arrival or a death: does the join fire, can it never, is the fork finished?"""
    fork = frame.forks.get(key)
    if fork is None:
        return
    if fork.join:
        joins.consider(run, frame, fork)
    if key in frame.forks and not any(fork.live) and not any(fork.arrived):
        close(run, frame, fork)


def close(run: Run, frame: Frame, fork: Fork) -> None:
    """The fork is over: its branch, if it stands in one, has one token less."""
    del frame.forks[fork.key]
    parent = frame.forks.get(fork.parent)
    if parent is not None:
        lower(run, parent, fork.parent_branch)
    for other in frame.forks.values():
        if other.node == fork.node and other.join:
            run.ready.append(Op("settle", frame.path, other.key))
    if frame.tokens <= 0:
        run.ready.append(Op("frame", frame.path))


def within(frame: Frame, token: Token, key: str) -> bool:
    """Is the token inside this fork activation, at any depth?"""
    current = token.fork
    while current:
        if current == key:
            return True
        fork = frame.forks.get(current)
        current = fork.parent if fork else ""
    return False


def purge_arrived(run: Run, frame: Frame, doomed: Callable[[Token, str], bool]) -> None:
    """Drop doomed tokens that have arrived at joins; their branches may then be dead."""
    for fork in list(frame.forks.values()):
        for arrived in fork.arrived:
            for token in [token for token in arrived if doomed(token, fork.join)]:
                arrived.remove(token)
                frame.tokens -= 1
                run.ready.append(Op("settle", frame.path, fork.key))
                if frame.tokens <= 0:
                    run.ready.append(Op("frame", frame.path))


def cancel_rest(run: Run, frame: Frame, fork: Fork, why: str) -> None:
    """Withdraw everything still alive in the fork, without undo."""
    inner = {key for key in frame.forks if key != fork.key and within(frame, Token(key), fork.key)}
    tokens.purge(run, frame, lambda token: token.fork == fork.key or token.fork in inner, why)
    for key in sorted(inner):
        frame.forks.pop(key, None)
    fork.live = [0] * len(fork.live)


def resume(run: Run, frame: Frame, node: NodeRun, token: Token) -> bool:
    """A branch that was returned alone comes back to its fork: it goes on in that branch, if the fork is still open."""
    key, branch = token.resume.pop(node.id)
    fork = frame.forks.get(key)
    if fork is None:
        return False
    act = tokens.visit(run, frame, node, token)
    tokens.finish(run, act, route=False)
    token.came = node.id
    tokens.send(run, frame, fork.targets[branch] if fork.targets else END, token)
    return True
