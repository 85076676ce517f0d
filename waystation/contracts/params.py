"""The own parts of each node kind in a plan: what `Node.params` holds, typed.

A kind's `lower` makes its Params from the author's config; the machine reads them back once, when a plan is loaded.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from waystation.contracts.plan import Assign, Deadline, Match, Notice, Text, Value

#: The verbs that an approval allows when the author does not say.
DEFAULT_ALLOW = ("transfer", "delegate", "comment", "urge", "cc")


class _Params(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class FormUse(_Params, frozen=True):
    """A form at a node. `rights` maps a field to edit, read or hide; a field not named may be edited."""

    name: str
    rights: dict[str, Literal["edit", "read", "hide"]] = {}


class Outcome(_Params, frozen=True):
    title: Text = ""
    form: FormUse | None = None


class TaskParams(_Params, frozen=True):
    assign: Assign
    outcomes: dict[str, Outcome]
    form: FormUse | None = None
    deadline: Deadline | None = None
    open_while: str | None = None
    allow: tuple[str, ...] = DEFAULT_ALLOW
    priority: Value = None


class ReturnRule(_Params, frozen=True):
    to: tuple[str, ...] = ("initiator", "previous", "any")
    siblings: Literal["cancel", "keep", "wait"] = "cancel"
    resubmit: Literal["replay", "straight_back"] = "replay"
    answers: Literal["drop", "keep"] = "drop"


class ApprovalParams(_Params, frozen=True):
    """`mode` with its number in `quota` (a Value) for need, percent and weight."""

    assign: Assign
    mode: Literal["any", "all", "sequence", "need", "percent", "weight", "all_then_any"] = "any"
    quota: Value = None
    refusals: Literal["any", "all"] = "any"
    decide: Literal["early", "late"] = "early"
    form: FormUse | None = None
    allow: tuple[str, ...] = DEFAULT_ALLOW
    returns: ReturnRule = ReturnRule()
    deadline: Deadline | None = None
    open_while: str | None = None
    priority: Value = None
    pause_on_comment: bool = False


class Retry(_Params, frozen=True):
    """Seconds; `factor` multiplies the pause after each try."""

    max_attempts: int = 3
    first: float = 1.0
    factor: float = 2.0
    max: float = 60.0


class ActionParams(_Params, frozen=True):
    do: str
    args: dict[str, Value] = {}
    retry: Retry = Retry()
    timeout: float = 300.0


class TableParams(_Params, frozen=True):
    table: str
    args: dict[str, Value] = {}


class ForkParams(_Params, frozen=True):
    copies: Value = 1


class JoinParams(_Params, frozen=True):
    """`need` is all, any, reachable, a number, or `{"$": condition}`; `of` is the fork, resolved, for count: branch."""

    of: str | None = None
    need: Value = "all"
    count: Literal["branch", "edge", "token"] = "branch"
    rest: Literal["keep", "cancel"] = "keep"
    reset: Literal["after_all", "at_once"] = "after_all"
    block: bool = False
    incoming: tuple[str, ...] = ()  # nodes with an edge into this join, for count: edge


class ForeachParams(_Params, frozen=True):
    items: Value
    as_name: str = "item"
    mode: Literal["parallel", "sequence"] = "parallel"
    limit: Value = None
    need: Value = "all"
    rest: Literal["keep", "cancel"] = "keep"
    collect: dict[str, Value] = {}


class WaitParams(_Params, frozen=True):
    """Exactly one of `lasts` (duration text or Value), `until` (timestamp Value) and `condition` is set."""

    lasts: Value = None
    until: Value = None
    condition: str | None = None
    calendar: str | None = None


class ReceiveParams(_Params, frozen=True):
    message: str
    match: Match | None = None
    buffer: Literal["keep", "none"] = "keep"
    deadline: Deadline | None = None


class SendParams(_Params, frozen=True):
    message: str
    to: str = "cases"
    args: dict[str, Value] = {}


class NotifyParams(_Params, frozen=True):
    notice: Notice


class CallParams(_Params, frozen=True):
    process: str
    version: str = "latest"
    args: dict[str, Value] = {}
    key: Value = None
    wait: bool = True


class EndParams(_Params, frozen=True):
    outcome: str | None = None
    terminate: bool = False
    error: str | None = None


class NoParams(_Params, frozen=True):
    """For kinds without keys of their own: set, choice, merge, scope, race."""
