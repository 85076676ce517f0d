"""The plan: what a process file becomes, with every default, name and retry resolved.

Plans are frozen, canonical JSON and known by the SHA-256 of it (`plan_hash`). The machine reads plans only;
it never sees the author's text and never asks "what if this is unset".

Values that an author may write with expressions are `Value`s: literal JSON, or `{"$": text}` where text holds
`${ … }`. Conditions and plain expressions are stored as bare source text, without `${ }`.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from waystation.contracts.calendars import WorkCalendar
from waystation.contracts.errors import Unavailable

#: Literal JSON, or `{"$": "text with ${…}"}`; lists and maps may hold such maps at any depth.
Value = Any
#: A text: plain, or by locale (`{"zh": …, "en": …}`); may hold expressions.
Text = str | dict[str, str]
#: Field name -> JSON Schema.
Fields = dict[str, dict[str, Any]]

#: The reserved edge target that consumes the token.
END = "end"
#: Language and engine versions this release compiles to.
LANGUAGE = 1
ENGINE = 1


class _Part(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all parts of a plan: frozen, compact, strict."""


class Edge(_Part, frozen=True):
    """Where a token goes. `otherwise` marks the default entry of a conditional list."""

    to: str
    outcome: str | None = None
    when: str | None = None
    otherwise: bool = False


class Rule(_Part, frozen=True):
    """One rule of `assign` or `approvers` (section 4.1)."""

    by: Literal["user", "role", "group", "manager_of", "pick_by", "same_as", "field", "expr", "skill", "near"]
    value: Value = None
    levels: int = 1
    up_to: str | None = None
    within: str | None = None
    weight: Value = 1


class Assign(_Part, frozen=True):
    """Who is asked, and what happens when nobody is found."""

    rules: tuple[Rule, ...] = ()
    strategy: Literal["pool", "all", "least_loaded", "round_robin", "random"] = "pool"
    exclude: tuple[str, ...] = ()  # "initiator" or "same_as:<node>"
    when_empty: str = "admin"  # admin | skip | reject | fail | user:<id>
    when_initiator: Literal["self", "skip", "manager"] = "self"
    repeat: Literal["ask", "skip_consecutive", "skip_any"] = "ask"


class Notice(_Part, frozen=True):
    """What a notification says and to whom. `to` also takes the words `assignees` and `initiator`."""

    to: tuple[Rule | str, ...] = ()
    template: str = ""
    channels: tuple[str, ...] = ()
    priority: Value = 3
    values: Value = None


class Step(_Part, frozen=True):
    """One step of a deadline. Exactly one of `percent` (of the way to due) and `after` (duration after due) is set."""

    percent: str | None = None  # decimal text: "75", "100"
    after: str | None = None  # canonical duration text
    notify: Notice | None = None
    escalate: tuple[Rule, ...] = ()
    transfer: tuple[Rule, ...] = ()
    add: tuple[Rule, ...] = ()
    remind_every: str | None = None
    remind_times: int = 0
    outcome: str | None = None
    error: str | None = None
    mark: str | None = None


class Deadline(_Part, frozen=True):
    """A clock on a node or on the case (section 4.3). `due` is a duration text or an expression Value."""

    due: Value
    calendar: str | None = None
    pause_when: str | None = None
    steps: tuple[Step, ...] = ()


class Match(_Part, frozen=True):
    """How a message finds its waiter: `message.<field> == value`, then `condition` over `message`, if any."""

    field: str = "key"
    value: Value = None
    condition: str | None = None


class Boundary(_Part, frozen=True):
    """An edge that an event takes out of a node, a body or the case (section 6)."""

    on: Literal["error", "deadline", "message"]
    to: str
    interrupt: bool = True
    code: str = "*"
    due: Value = None
    calendar: str | None = None
    message: str = ""
    match: Match | None = None


class Lock(_Part, frozen=True):
    """A shared resource (section 8)."""

    name: Value
    scope: Literal["case", "process", "tenant"] = "case"
    take: Literal["enter", "claim"] = "enter"


class Undo(_Part, frozen=True):
    """The compensation of an action or call."""

    do: str
    args: Value = None


class Body(_Part, frozen=True):
    """A graph: its first node and its nodes in display order."""

    at: str
    nodes: dict[str, Node]


class Node(_Part, frozen=True):
    """One node. `params` is the kind's own part, made by the kind's `lower` and read back by its `Params`."""

    kind: str
    edges: tuple[Edge, ...] = ()
    params: dict[str, Any] = {}
    body: Body | None = None
    title: Text = ""
    description: Text = ""
    summary: Text = ""
    condition: str | None = None  # the key `if`
    lock: Lock | None = None
    cancels: tuple[str, ...] = ()
    on: tuple[Boundary, ...] = ()
    undo: Undo | None = None
    save: dict[str, Value] = {}


class Form(_Part, frozen=True):
    """A form: fields are JSON Schema plus widget, show_if, required, value, options_from (section 7)."""

    title: Text = ""
    fields: Fields = {}
    layout: tuple[Any, ...] = ()
    by_region: dict[str, Any] = {}


class Cell(_Part, frozen=True):
    """One input cell of a decision table. `any` of the tests matches; no tests matches everything."""

    tests: tuple[CellTest, ...] = ()


class CellTest(_Part, frozen=True):
    """`op` is ==, !=, <, <=, >, >=, range or expr. A range has `low`/`high` (None: open) and which ends are in."""

    op: str
    value: Any = None
    low: Any = None
    high: Any = None
    low_in: bool = True
    high_in: bool = True


class TableRule(_Part, frozen=True):
    when: dict[str, Cell] = {}
    then: dict[str, Value] = {}


class TableInput(_Part, frozen=True):
    name: str
    value: str  # bare expression
    schema: dict[str, Any] = {}


class Table(_Part, frozen=True):
    """A decision table (section 7)."""

    inputs: tuple[TableInput, ...]
    outputs: tuple[str, ...]
    rules: tuple[TableRule, ...]
    hit: str = "first"
    aggregate: str = "list"  # list | sum | min | max | count, for hit: collect
    output_values: dict[str, list[Any]] = {}  # order of outputs for priority / output_order


class Start(_Part, frozen=True):
    """How cases begin. `key` is a text with expressions or None; `message`/`every` are other starts."""

    at: str
    form: str | None = None
    key: Value = None
    message: dict[str, Any] | None = None
    every: dict[str, Any] | None = None


class Access(_Part, frozen=True):
    """Who may start, see and operate: `role:x`, `user:x`, `group:x`. Empty: everybody."""

    start: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    operate: tuple[str, ...] = ()


class Withdraw(_Part, frozen=True):
    until: Literal["first_answer", "end", "after_end"] = "first_answer"
    after: str | None = None


class Limits(_Part, frozen=True):
    steps: int = 10_000
    depth: int = 8


class Plan(_Part, frozen=True):
    """A compiled process."""

    process: str
    start: Start
    body: Body
    language: int = LANGUAGE
    engine: int = ENGINE
    title: Text = ""
    description: Text = ""
    family: str = "other"
    data: Fields = {}
    required: tuple[str, ...] = ()
    title_of_case: Value = ""
    priority: Value = 3
    calendar: str | None = None
    timezone: str = "Asia/Shanghai"
    deadline: Deadline | None = None
    withdraw: Withdraw | None = None
    access: Access = Access()
    limits: Limits = Limits()
    on: tuple[Boundary, ...] = ()
    forms: dict[str, Form] = {}  # every form the process uses, by name
    tables: dict[str, Table] = {}
    calendars: dict[str, WorkCalendar] = {}  # every calendar the process names
    actions: dict[str, ActionUse] = {}  # facts about each action used


class ActionUse(_Part, frozen=True):
    """What the engine must know of an action: does its success have an effect outside our database, or none at all?"""

    outside: bool = False
    computes: bool = False


def canonical_json(plan: Plan) -> bytes:
    """The one byte sequence that stands for a plan: no defaults, no spaces, exact decimals.

    Keys keep the order of the file, because the order of nodes and fields is the order of display.
    """
    return _ENCODER.encode(plan)


def plan_hash(plan: Plan) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(plan)).hexdigest()


def read_plan(data: bytes) -> Plan:
    """A plan from its canonical JSON; numbers with a fraction become exact decimals.

    Raises:
        Unavailable: `plan_of_newer_release`. What is stored was sound when it was written: during an upgrade, a process
            of the release before meets what the new one has published. It is asked again, and the new one answers.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise Unavailable(
            "plan_of_newer_release",
            f"this version was published by a newer release of Waystation: {error}",
            f"此版本由更新的驿站发布，当前程序无法读取：{error}",
            retry_after=5.0,
        ) from error


def read_access(data: bytes) -> Access:
    """Only who may start, see and operate, from the canonical JSON of a plan: many times faster than all of it."""
    written = _PARTS_DECODER.decode(data).get("access")
    return Access() if written is None else _ACCESS_DECODER.decode(written)


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(Plan, float_hook=Decimal)
_PARTS_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ACCESS_DECODER = msgspec.json.Decoder(Access)
