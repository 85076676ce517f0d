"""Called cases: each is a case of its own, its id derived from the caller and the visit path (language.md 4.7)."""

from __future__ import annotations

import uuid
from typing import Any

from waystation.contracts.events import CallEnded, CancelCase, EntryKind, StartCase
from waystation.contracts.params import CallParams
from waystation.expressions import typed
from workflows.machine import failures, tokens
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation

_SPACE = uuid.UUID("b3f0b5f2-6c1c-5d8e-9a57-7e0d3f6f0a11")


def case_id(caller: str, path: str, tries: int) -> str:
    """The called case's id: the same for the same caller, visit and try."""
    return str(uuid.uuid5(_SPACE, f"{caller}|{path}|{tries}"))


def start(run: Run, act: Activation) -> None:
    params: CallParams = run.node(act).params
    depth = run.state.depth + 1
    if depth > run.program.plan.limits.depth:
        raise NodeError("depth_limit", f"calls are nested deeper than {run.program.plan.limits.depth}")
    names = run.names_of(act)
    data = run.value(params.args, names)
    key = run.value(params.key, names)
    act.tries += 1
    called = case_id(run.state.case, act.path, act.tries)
    act.work["case"] = called
    run.journal(
        EntryKind.CALL_STARTED,
        act.path,
        run.node(act).key,
        by="",
        case=called,
        process=params.process,
        wait=params.wait,
    )
    version = str(params.version)
    run.effect(
        StartCase(
            act.path,
            called,
            params.process,
            version,
            data,
            run.state.initiator,
            None if key is None else str(key),
            params.wait,
            depth,
            catches(run, act) if params.wait else [],
        )
    )
    if params.wait:
        act.phase = "waiting"
    else:
        tokens.leave(run, act, result={}, outcome="started")


def catches(run: Run, act: Activation) -> list[str]:
    """The error codes that somebody above would catch: the called case fails with these instead of standing still."""
    codes = [boundary.code for _, boundary in run.node(act).boundaries("error")]
    frame = run.frame(act)
    while frame.owner:
        codes += [boundary.code for _, boundary in run.node(run.state.acts[frame.owner]).boundaries("error")]
        frame = run.state.frames[frame.parent]
    codes += [boundary.code for boundary in run.program.plan.on if boundary.on == "error"]
    return list(dict.fromkeys([*codes, *run.state.catches]))


def cancel(run: Run, act: Activation) -> None:
    """Cancelling the caller cancels the called case, if the caller waits for it."""
    if act.phase == "waiting" and "case" in act.work and "ended" not in act.work:
        run.effect(CancelCase(act.path, act.work["case"]))


def ended(run: Run, event: CallEnded) -> None:
    act = run.state.acts.get(event.path)
    if act is None or act.work.get("case") != event.case or "ended" in act.work:
        return
    act.work["ended"] = {"outcome": event.outcome, "data": event.data, "error": event.error}
    run.journal(
        EntryKind.CALL_ENDED,
        act.path,
        run.node(act).key,
        by="",
        case=event.case,
        outcome=event.outcome,
        error=event.error,
    )
    failures.guarded(run, act, leave)


def leave(run: Run, act: Activation) -> None:
    end: dict[str, Any] = act.work["ended"]
    if end["error"] is not None:
        del act.work["ended"]
        raise NodeError(end["error"], "the called case did not end well")
    tokens.leave(run, act, end["outcome"], result=typed({}, end["data"]), outcome=end["outcome"])
