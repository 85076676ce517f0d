"""Kinds that are done at once: set, merge, choice, fork, table, send, notify, end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from waystation.contracts.events import EntryKind, SendMessage
from waystation.contracts.params import EndParams, ForkParams, JoinParams, NotifyParams, SendParams, TableParams
from waystation.contracts.plan import END, Edge
from workflows.machine import asking, forks, tables, tokens
from workflows.machine.errors import NodeError
from workflows.machine.program import NodeRun
from workflows.machine.run import Run
from workflows.machine.state import Activation, Frame
from workflows.machine.step_kind import StepKind


class Set(StepKind):
    """set and merge: save and go on."""

    def enter(self, run: Run, act: Activation) -> None:
        tokens.leave(run, act)


class Join(StepKind):
    """A join is not entered but arrived at (`joins.py`); only a retry after a failure comes here."""

    params = JoinParams

    def enter(self, run: Run, act: Activation) -> None:
        tokens.leave(run, act)


class Choice(StepKind):
    """The first edge whose condition holds; where none does the default, wherever it stands in the list."""

    def enter(self, run: Run, act: Activation) -> None:
        names, edges = run.names_of(act), run.node(act).edges
        holding = (edge for edge in edges if edge.when is not None and run.holds(edge.when, names))
        edge = next(holding, None) or next((edge for edge in edges if edge.when is None), None)
        if edge is None:
            raise NodeError("no_branch", "no condition holds and there is no default")
        act.work["to"] = edge.to
        tokens.leave(run, act)

    def route(self, run: Run, frame: Frame, node: NodeRun, act: Activation, to: str) -> None:
        # One that failed and is skipped has chosen nothing: it goes out by its first edge.
        tokens.send(run, frame, act.work.get("to", to), act.token)


class Fork(StepKind):
    """Every edge whose condition holds, with `copies` tokens each."""

    params = ForkParams

    def enter(self, run: Run, act: Activation) -> None:
        names = run.names_of(act)
        chosen = chosen_edges(run, run.node(act).edges, names)
        if not chosen:
            raise NodeError("no_branch", "no condition holds and there is no default")
        copies = run.value(run.node(act).params.copies, names)
        if isinstance(copies, bool) or not isinstance(copies, int | Decimal) or copies != int(copies) or copies < 1:
            raise NodeError("expression", "copies must be a whole number of at least 1", {"copies": str(copies)})
        if int(copies) * len(chosen) > 10_000:
            raise NodeError("expression", "a fork opens at most 10,000 tokens", {"copies": str(copies)})
        act.work["fork"] = [[edge.to for edge in chosen], int(copies)]
        tokens.leave(run, act)

    def route(self, run: Run, frame: Frame, node: NodeRun, act: Activation, to: str) -> None:
        targets, copies = act.work.get("fork", ([to], 1))
        forks.split(run, act, targets, copies)


def chosen_edges(run: Run, edges: tuple[Edge, ...], names: dict[str, Any]) -> list[Edge]:
    """All edges where none has a condition; else those that hold, else the default."""
    if all(edge.when is None for edge in edges):
        return list(edges)
    holding = [edge for edge in edges if edge.when is not None and run.holds(edge.when, names)]
    return holding or [edge for edge in edges if edge.when is None]


class Table(StepKind):
    """A decision table; its outcome is the table's `outcome` column, if it has one."""

    params = TableParams

    def enter(self, run: Run, act: Activation) -> None:
        node = run.node(act)
        table = run.program.plan.tables[node.params.table]
        result = tables.decide(run, table, run.value(node.params.args, run.names_of(act)), run.names_of(act))
        outcome = result.get("outcome") if isinstance(result, dict) else None
        tokens.leave(run, act, str(outcome) if outcome is not None else None, result=result)


class Send(StepKind):
    """A message to cases, or out of the system."""

    params = SendParams

    def enter(self, run: Run, act: Activation) -> None:
        params: SendParams = run.node(act).params
        fields = run.value(params.args, run.names_of(act))
        key = f"{run.state.case}:{act.path}"
        run.journal(
            EntryKind.MESSAGE_SENT,
            act.path,
            run.node(act).key,
            id=key,
            name=params.message,
            to=params.to,
            fields=fields,
        )
        run.effect(SendMessage(act.path, key, params.message, params.to, fields))
        tokens.leave(run, act)


class Notify(StepKind):
    params = NotifyParams

    def enter(self, run: Run, act: Activation) -> None:
        asking.notify(run, act, run.node(act).params.notice)
        if not act.work.get("notices"):
            tokens.leave(run, act)

    def succeeded(self, run: Run, act: Activation, result: Any) -> None:
        tokens.leave(run, act)


class End(StepKind):
    """Consume the token; name the outcome; stop everything; or raise an error."""

    params = EndParams

    def enter(self, run: Run, act: Activation) -> None:
        params: EndParams = run.node(act).params
        if params.error is not None:
            raise NodeError(params.error, "the process ended in this error")
        if params.outcome is not None:
            run.frame(act).ended_as = params.outcome
        tokens.leave(run, act)

    def route(self, run: Run, frame: Frame, node: NodeRun, act: Activation, to: str) -> None:
        params: EndParams = node.params
        if params.terminate:
            tokens.purge(run, frame, lambda token: True, f"terminated by {node.id}")
            frame.forks.clear()
        if params.outcome is not None:
            frame.ended_as = params.outcome
        tokens.send(run, frame, END, act.token)
