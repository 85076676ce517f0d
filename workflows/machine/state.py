"""The state of a case: plain data that can be stored, moved to another process and taken up again.

Everything here is JSON through msgspec (`dump_state`, `load_state`). Paths are visit paths (`review#2`,
`lines[2]/pick`); a frame is one enclosing activation of a body, the whole case being the frame "".
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from waystation.contracts.events import Event
from workflows.panel.model import Panel

Phase = Literal["lock", "closed", "resolving", "open", "acting", "inside", "waiting", "undoing", "incident"]


class Token(Struct, omit_defaults=True):
    """What moves through the graph.

    Args:
        fork, branch: the innermost open fork activation it belongs to, "" for none.
        seen: node -> number of the last visit of it among this token's causes; makes regions decidable.
        brought: `message` and `error` carried over a boundary edge.
        came: the node it left last.
        resume: fork node -> [fork activation, branch]: a branch that was returned alone to before its fork.
        back: straight_back: where it goes after the correction, and what the conditions on the way said.
        clock: of the node that it was moved from to another version; the deadline that it enters next goes on with it.
    """

    fork: str = ""
    branch: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    brought: dict[str, Any] = field(default_factory=dict)
    came: str = ""
    resume: dict[str, tuple[str, int]] = field(default_factory=dict)
    back: dict[str, Any] | None = None
    clock: Clock | None = None


class Failure(Struct, omit_defaults=True):
    """Why an activation stands still. `code` as in language.md section 6."""

    code: str
    title: str = ""
    detail: Any = None


class Activation(Struct, omit_defaults=True):
    """One visit of a node that has not been left yet.

    Args:
        visit: number of this visit over the whole case; later visits have larger numbers.
        work: the kind's own plain data.
        leaving: what the node was about to leave with when saving failed: retry goes on from there.
        action: idempotency key of the action in flight, "" for none.
    """

    path: str
    node: str
    frame: str
    visit: int
    token: Token
    since: datetime
    phase: Phase = "open"
    panel: Panel | None = None
    work: dict[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    leaving: dict[str, Any] | None = None
    action: str = ""
    tries: int = 0
    breached: list[str] = field(default_factory=list)
    awaits: list[str] = field(default_factory=list)


class Fork(Struct, omit_defaults=True):
    """An activation of a fork: how many tokens live on each branch, and who has arrived at its join."""

    key: str
    node: str
    frame: str
    visit: int
    parent: str = ""
    parent_branch: int = 0
    live: list[int] = field(default_factory=list)
    arrived: list[list[Token]] = field(default_factory=list)
    counted: list[bool] = field(default_factory=list)
    join: str = ""
    fired: int = 0
    targets: list[str] = field(default_factory=list)


class UndoRecord(Struct, omit_defaults=True):
    """How to take a finished activation back; arguments computed when it finished. `order` is that of completion."""

    path: str
    node: str
    do: str
    args: dict[str, Any]
    seen: dict[str, int]
    order: int


class Frame(Struct, omit_defaults=True):
    """One activation of a body. `tokens` counts what is alive in it; at 0 the body is done."""

    path: str
    body: str
    owner: str = ""
    parent: str = ""
    tokens: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    last: dict[str, tuple[int, str, int]] = field(default_factory=dict)  # node -> visit, fork, branch
    forks: dict[str, Fork] = field(default_factory=dict)
    queues: dict[str, list[Token]] = field(default_factory=dict)
    absorb: dict[str, dict[str, int]] = field(default_factory=dict)
    undo: list[UndoRecord] = field(default_factory=list)
    ended_as: str | None = None
    item: Any = None
    index: int | None = None
    as_name: str = ""
    local: dict[str, Any] | None = None


class Clock(Struct, omit_defaults=True):
    """A clock of an activation, or of the case (path "").

    Args:
        budget: seconds of opening time from start to due.
        used: seconds of opening time used up to `mark`.
        paused: since when it stands, None while it runs.
        next: when something fires next, None when nothing is left.
    """

    id: str
    path: str
    kind: Literal["deadline", "boundary", "wait"]
    start: datetime
    due: datetime
    mark: datetime
    index: int = 0
    calendar: str | None = None
    budget: float = 0.0
    used: float = 0.0
    paused: datetime | None = None
    why_paused: str = ""
    fired: int = 0
    next: datetime | None = None
    remind: tuple[str, int, datetime] | None = None  # every, left, next


class LockLine(Struct, omit_defaults=True):
    holder: str = ""
    queue: list[str] = field(default_factory=list)


class AnswerRecord(Struct, omit_defaults=True):
    """The last answer of one person at one node, kept for same_as, repeat, previous and answers: keep."""

    node: str
    path: str
    person: str
    by: str
    answer: str
    at: datetime
    visit: int
    data_hash: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    dropped: bool = False  # the case went back to before it: it does not count any more


class Op(Struct, omit_defaults=True):
    """Work that is ready: a token that enters a node, a fork to settle, a frame to finish."""

    do: Literal["enter", "settle", "frame"]
    frame: str = ""
    node: str = ""
    token: Token | None = None


class UndoRun(Struct, omit_defaults=True):
    """Undo under way: newest first, one at a time; afterwards `then` happens."""

    why: str
    records: list[UndoRecord]
    then: list[Op] = field(default_factory=list)
    current: UndoRecord | None = None
    failure: Failure | None = None
    tries: int = 0


class Ending(Struct, omit_defaults=True):
    status: Literal["done", "cancelled", "withdrawn", "failed"]
    outcome: str = ""
    code: str = ""
    detail: Any = None


class Orphan(Struct, omit_defaults=True):
    """An action in flight whose activation was withdrawn: its result is awaited, and undone when `undo`."""

    path: str
    node: str
    frame: str
    undo: bool
    token: Token


class CaseState(Struct, omit_defaults=True):
    """The whole of a case. `seq` numbers its journal, `revision` its accepted commands and changes."""

    tenant: str
    case: str
    process: str
    version: int
    plan: str  # hash
    started: datetime
    now: datetime
    engine: int = 1
    initiator: str = ""
    key: str | None = None
    status: Literal["running", "suspended", "ended"] = "running"
    ending: Ending | None = None
    closing: Ending | None = None  # decided, but undo or an action in flight is awaited first
    data: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    priority: int = 3
    seq: int = 0
    revision: int = 0
    visits: int = 0
    steps: int = 0
    allowance: int = 0
    sent: int = 0
    notices: int = 0
    last_actor: str = ""
    frames: dict[str, Frame] = field(default_factory=dict)
    acts: dict[str, Activation] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    ready: list[Op] = field(default_factory=list)
    undo: UndoRun | None = None
    undo_queue: list[UndoRun] = field(default_factory=list)
    locks: dict[str, LockLine] = field(default_factory=dict)
    orphans: dict[str, Orphan] = field(default_factory=dict)
    answers: dict[str, dict[str, AnswerRecord]] = field(default_factory=dict)
    amended: dict[str, list[str]] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)  # 离职转办: whose work goes to whom, at later nodes too
    gone: list[str] = field(default_factory=list)  # people who have left, as the organisation was told last
    returning: list[str] = field(default_factory=list)  # returns that wait for their siblings
    kept: dict[str, dict[str, AnswerRecord]] = field(default_factory=dict)  # answers that count at the next visit
    asked_again: dict[str, list[str]] = field(default_factory=dict)  # straight_back: those who returned it
    picked: dict[str, list[str]] = field(default_factory=dict)
    commands: dict[str, Any] = field(default_factory=dict)
    held: list[Event] = field(default_factory=list)
    take_back: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended_at: datetime | None = None
    depth: int = 1
    catches: list[str] = field(default_factory=list)
    caller: str = ""


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(CaseState, float_hook=Decimal)


def dump_state(state: CaseState) -> bytes:
    return _ENCODER.encode(state)


def load_state(data: bytes) -> CaseState:
    return _DECODER.decode(data)
