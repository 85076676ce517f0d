"""Kinds with a body: scope and foreach."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from waystation.contracts.events import EntryKind
from waystation.contracts.params import ForeachParams
from workflows.machine import failures, tokens, undo
from workflows.machine.errors import NodeError
from workflows.machine.run import Run
from workflows.machine.state import Activation, Frame, Token
from workflows.machine.step_kind import StepKind

#: Items of one foreach, at most.
MOST_ITEMS = 10_000


def open_frame(run: Run, act: Activation, path: str) -> Frame:
    outer = run.frame(act)
    frame = Frame(path, run.node(act).key, act.path, outer.path, tokens=1)
    run.state.frames[path] = frame
    return frame


def start_frame(run: Run, act: Activation, frame: Frame) -> None:
    tokens.send(run, frame, run.program.bodies[frame.body].at, Token(brought=dict(act.token.brought)))


class Scope(StepKind):
    """A body with its own errors, deadline, messages and cancellation."""

    def enter(self, run: Run, act: Activation) -> None:
        act.phase = "inside"
        start_frame(run, act, open_frame(run, act, act.path))

    def body_done(self, run: Run, act: Activation, frame: Frame) -> None:
        undo.hand_up(run, frame)
        run.state.frames.pop(frame.path, None)
        act.work["ended_as"] = frame.ended_as
        failures.guarded(run, act, tokens.leave, frame.ended_as or "done")

    def retry(self, run: Run, act: Activation) -> None:
        if "ended_as" in act.work:
            tokens.leave(run, act, act.work["ended_as"] or "done")
        else:
            self.enter(run, act)

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        tokens.withdraw_frame(run, act.path, "its scope was withdrawn", with_undo=undo_inside, undo_late=undo_late)


class Foreach(StepKind):
    """A body once per item. `work`: items, next (index to start), open, results (index -> local), went_on."""

    params = ForeachParams

    def enter(self, run: Run, act: Activation) -> None:
        params: ForeachParams = run.node(act).params
        names = run.names_of(act)
        items = run.value(params.items, names)
        if isinstance(items, dict):
            items = list(items)
        if not isinstance(items, list):
            raise NodeError("expression", "`items` must be a list", {"value": str(items)[:200]})
        if len(items) > MOST_ITEMS:
            raise NodeError("expression", f"a foreach takes at most {MOST_ITEMS} items", {"items": len(items)})
        act.phase = "inside"
        act.work.update(items=items, next=0, open=0, done=0, results={}, went_on=False)
        limit = run.value(params.limit, names)
        act.work["limit"] = 1 if params.mode == "sequence" else _whole(limit) if limit is not None else 0
        self._fill(run, act)
        self._consider(run, act)

    def _fill(self, run: Run, act: Activation) -> None:
        """Start items up to the limit."""
        work, params = act.work, run.node(act).params
        while work["next"] < len(work["items"]) and (not work["limit"] or work["open"] < work["limit"]):
            index = work["next"]
            work["next"] += 1
            work["open"] += 1
            frame = open_frame(run, act, f"{act.path}[{index}]")
            frame.item, frame.index, frame.as_name, frame.local = work["items"][index], index, params.as_name, {}
            start_frame(run, act, frame)

    def body_done(self, run: Run, act: Activation, frame: Frame) -> None:
        work = act.work
        undo.hand_up(run, frame)
        run.state.frames.pop(frame.path, None)
        work["open"] -= 1
        work["done"] += 1
        if not work["went_on"]:
            work["results"][str(frame.index)] = frame.local or {}
        self._fill(run, act)
        self._consider(run, act)

    def add_item(self, run: Run, act: Activation, item: Any) -> None:
        """One more item while it is open; it takes the next index."""
        act.work["items"].append(item)
        self._fill(run, act)

    def complete_rest(self, run: Run, act: Activation) -> None:
        """Force what is open or not started as done, and go on."""
        self._withdraw_items(run, act, "completed by command")
        act.work["next"] = len(act.work["items"])
        self._go_on(run, act)

    def _consider(self, run: Run, act: Activation) -> None:
        """Does the foreach go on? Is it finished?"""
        work = act.work
        all_done = work["open"] == 0 and work["next"] >= len(work["items"])
        if work["went_on"]:
            if all_done:
                self._close_late(run, act)
            return
        met = failures_guard(run, act, self._need_met, all_done)
        if met is None:
            return
        if met:
            self._go_on(run, act)
        elif all_done:
            failures.fail(run, act, NodeError("starved", "the need of the foreach can no longer be met"))

    def _need_met(self, run: Run, act: Activation, all_done: bool) -> bool:  # noqa: FBT001 - failures_guard passes it on
        params: ForeachParams = run.node(act).params
        work, need = act.work, params.need
        if need == "all" or not work["items"]:
            return all_done
        if need == "any":
            return bool(work["done"] >= 1)
        if isinstance(need, int) and not isinstance(need, bool):
            return bool(work["done"] >= need)
        found = run.raw(need, run.names_of(act, arrived=work["done"], total=len(work["items"])))
        if isinstance(found, bool):
            return found
        return bool(work["done"] >= _whole(found))

    def _go_on(self, run: Run, act: Activation) -> None:
        params: ForeachParams = run.node(act).params
        if params.rest == "cancel":
            self._withdraw_items(run, act, "the need is met")
            act.work["next"] = len(act.work["items"])
        failures.guarded(run, act, self._leave)

    def _leave(self, run: Run, act: Activation) -> None:
        """Collect and go on; with items still open, the activation stays behind to see them through."""
        params: ForeachParams = run.node(act).params
        results = [act.work["results"][key] for key in sorted(act.work["results"], key=int)]
        scope = run.names_of(act, results=results)
        run.assign({name: run.value(value, scope) for name, value in params.collect.items()}, run.frame(act), act.path)
        if act.work["open"] == 0 and act.work["next"] >= len(act.work["items"]):
            tokens.leave(run, act)
            return
        act.work["went_on"] = True
        self._split_off(run, act)

    def _split_off(self, run: Run, act: Activation) -> None:
        """The token goes on; what stays holds the frame open, without a place in the fork."""
        node, frame = run.node(act), run.frame(act)
        tokens.save(run, act, node, {})
        if node.plan.undo is not None:
            undo.remember(run, act, node, {})
        going = Token(act.token.fork, act.token.branch, dict(act.token.seen), dict(act.token.brought), node.id)
        act.token.fork = ""
        frame.tokens += 1
        run.journal(
            EntryKind.NODE_LEFT,
            act.path,
            node.key,
            kind="foreach",
            outcome=None,
            to=node.plain.to if node.plain else None,
        )
        for target in node.plan.cancels:
            tokens.withdraw_node(run, frame, target, "cancelled by " + node.id)
        tokens.send(run, frame, node.plain.to if node.plain else "end", going)

    def _close_late(self, run: Run, act: Activation) -> None:
        """The last late item ended: nothing is left of the foreach."""
        frame = run.frame(act)
        tokens.release(run, act)
        run.state.acts.pop(act.path, None)
        tokens.die(run, frame, act.token)

    def _withdraw_items(self, run: Run, act: Activation, why: str, *, undo: bool = False, late: bool = False) -> None:
        for path in [path for path, frame in run.state.frames.items() if frame.owner == act.path]:
            tokens.withdraw_frame(run, path, why, with_undo=undo, undo_late=late)
        act.work["open"] = 0

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        if "items" in act.work:
            self._withdraw_items(run, act, "its foreach was withdrawn", undo=undo_inside, late=undo_late)

    def retry(self, run: Run, act: Activation) -> None:
        act.phase = "inside"
        if "items" not in act.work:
            self.enter(run, act)
        elif act.work["open"] == 0 and act.work["next"] >= len(act.work["items"]):
            self._leave(run, act)
        else:
            self._consider(run, act)


def failures_guard(run: Run, act: Activation, work: Any, *args: Any) -> bool | None:
    """A question that may fail: its answer, or None when the node has failed."""
    try:
        return bool(work(run, act, *args))
    except NodeError as error:
        failures.fail(run, act, error)
        return None


def _whole(value: Any) -> int:
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value):
        return int(value)
    raise NodeError("expression", "a whole number is needed here", {"value": str(value)})
