"""Shared resources (language.md section 8): one holder, the others in order of arrival.

Locks of scope case live in the state; those of scope process and tenant are kept by the driver, which answers
TakeLock with LockGranted. Either way `state.locks` knows which path of this case holds what. Who holds a lock in
another case comes with a command, as its fact `held_locks`; a driver whose cases run side by side reserves the lock
that `wanted` names before it lets the command through.
"""

from __future__ import annotations

from waystation.contracts.events import Command, FreeLock, TakeLock
from waystation.contracts.plan import Lock
from workflows.machine import tokens
from workflows.machine.run import Run
from workflows.machine.state import Activation, LockLine


def full_name(run: Run, act: Activation, lock: Lock) -> str:
    """`scope:name`, with the process in it for scope process; the name may be an expression."""
    name = str(run.value(lock.name, run.names_of(act)))
    return f"process:{run.state.process}:{name}" if lock.scope == "process" else f"{lock.scope}:{name}"


def enter(run: Run, act: Activation) -> bool:
    """Take the lock of a node that needs it to open. False: the activation waits in line."""
    lock = run.node(act).plan.lock
    if lock is None:
        return True
    name = full_name(run, act, lock)
    act.work["lock"] = name
    if take(run, act.path, name, lock.scope):
        return True
    act.phase = "lock"
    return False


def take(run: Run, path: str, name: str, scope: str) -> bool:
    line = run.state.locks.setdefault(name, LockLine())
    if line.holder == path:
        return True
    if scope == "case":
        if not line.holder:
            line.holder = path
            return True
        line.queue.append(path)
        return False
    line.queue.append(path)
    run.effect(TakeLock(path, name, scope))
    return False


def claim(run: Run, act: Activation, command: Command) -> bool:
    """Take the lock at a claim (`take: claim`). False: somebody else has it."""
    lock = run.node(act).plan.lock
    if lock is None or lock.take != "claim":
        return True
    name = full_name(run, act, lock)
    if not is_free(run, act, name, command):
        return False
    line = run.state.locks.setdefault(name, LockLine())
    if lock.scope != "case" and line.holder != act.path:
        run.effect(TakeLock(act.path, name, lock.scope))
    act.work["lock"], line.holder = name, act.path
    return True


def is_free(run: Run, act: Activation, name: str, command: Command) -> bool:
    line = run.state.locks.get(name)
    elsewhere = (command.facts.get("held_locks") or {}).get(name, run.state.case)
    return (line is None or line.holder in ("", act.path)) and elsewhere == run.state.case


def wanted(run: Run, act: Activation) -> str | None:
    """The lock across cases that a claim of this activation would take: its full name; None where it takes none."""
    lock = run.node(act).plan.lock
    if lock is None or lock.take != "claim" or lock.scope == "case":
        return None
    name = full_name(run, act, lock)
    line = run.state.locks.get(name)
    return None if line is not None and line.holder == act.path else name


def holds(run: Run, path: str, name: str) -> bool:
    """Does this activation hold the lock, as far as its case knows?"""
    line = run.state.locks.get(name)
    return line is not None and (line.holder == path or path in line.queue)


def held_by_other(run: Run, act: Activation, command: Command) -> bool:
    """Does another activation hold the lock that this one takes when claimed?"""
    lock = run.node(act).plan.lock
    return lock is not None and lock.take == "claim" and not is_free(run, act, full_name(run, act, lock), command)


def granted(run: Run, path: str, name: str) -> None:
    """A lock across cases came free for this activation; if it is gone, the lock is given back."""
    line = run.state.locks.setdefault(name, LockLine())
    if path in line.queue:
        line.queue.remove(path)
    act = run.state.acts.get(path)
    if act is not None and act.phase != "lock" and act.work.get("lock") == name:
        line.holder = path
        return
    if act is None or act.phase != "lock":
        run.effect(FreeLock(path, name, name.split(":", 1)[0]))
        return
    line.holder = path
    tokens.open_node(run, act)


def free(run: Run, path: str) -> None:
    """Give back what this activation holds or waits for; the next in line opens."""
    act = run.state.acts.get(path)
    name = act.work.pop("lock", None) if act is not None else None
    if name is not None:
        _free_named(run, path, name)


def _free_named(run: Run, path: str, name: str) -> None:
    line = run.state.locks.get(name)
    if line is None:
        return
    scope = name.split(":", 1)[0]
    if path in line.queue:
        line.queue.remove(path)
    elif line.holder != path:
        return
    if scope != "case":
        run.effect(FreeLock(path, name, scope))
    if line.holder == path:
        line.holder = ""
        _next_in_line(run, line)
    if not line.holder and not line.queue:
        del run.state.locks[name]


def _next_in_line(run: Run, line: LockLine) -> None:
    while line.queue and not line.holder:
        act = run.state.acts.get(line.queue[0])
        if act is not None and not _in_this_case(act):
            return
        path = line.queue.pop(0)
        if act is not None:
            line.holder = path
            run.wake.append(path)


def _in_this_case(act: Activation) -> bool:
    return str(act.work.get("lock", "")).startswith("case:")


def free_all(run: Run) -> None:
    for name, line in list(run.state.locks.items()):
        scope = name.split(":", 1)[0]
        if scope != "case":
            for path in [line.holder, *line.queue]:
                if path:
                    run.effect(FreeLock(path, name, scope))
    run.state.locks.clear()
