"""What goes into the machine (events), what comes out (effects), and what is remembered (journal entries).

A driver (memory, Temporal, replay) feeds one event at a time and carries out the effects; entries are appended
to the journal in order, numbered per case from 1. All times are aware UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from waystation.contracts.people import Request, Resolution


# ---------------------------------------------------------------------------------------------- events: in
class _Event(Struct, tag_field="type", omit_defaults=True):
    at: datetime


class Started(_Event, tag="started"):
    """The case begins. `data` is checked against the plan; `initiator` is a person id or "" (a program)."""

    data: dict[str, Any]
    initiator: str
    key: str | None = None
    settings: dict[str, Any] = {}
    node: str | None = None  # reopen: begin here instead of start.at
    facts: dict[str, Any] = {}


class ActionSucceeded(_Event, tag="action_succeeded"):
    path: str
    key: str
    result: Any = None


class ActionFailed(_Event, tag="action_failed"):
    path: str
    key: str
    code: str
    kind: str = "business"  # business | transient (retries are used up)
    title: str = ""
    detail: Any = None


class PeopleResolved(_Event, tag="people_resolved"):
    path: str
    key: str
    resolution: Resolution


class LockGranted(_Event, tag="lock_granted"):
    """A lock of scope process or tenant came free for this activation."""

    path: str
    name: str


class Ticked(_Event, tag="ticked"):
    """Time has come to `at`: due clocks fire."""


class MessageArrived(_Event, tag="message_arrived"):
    """A message routed to this case. `fields` holds its content, `key` among them where given."""

    id: str
    name: str
    fields: dict[str, Any]


class CallEnded(_Event, tag="call_ended"):
    """The called case of the call node at `path` has ended."""

    path: str
    case: str
    outcome: str = "done"
    data: dict[str, Any] = {}
    error: str | None = None  # code of its failure, or "cancelled"


class Continued(_Event, tag="continued"):
    """Go on with work that an activation left over because it had reached its bound."""


class Command(_Event, tag="command"):
    """A request of a person or program: every verb of approvals.md and every command of section 9.

    Args:
        id: the same id again answers as the first time and changes nothing.
        actor: person id; "" for the system.
        task: node id or visit path of the task or node concerned.
        args: the verb's own arguments, as in a scenario step (`outcome`, `form`, `who`, `to`, `data` …).
        facts: what a check needs and the state does not know, looked up by the caller:
            `acts_for` (person ids the actor may stand in for), `roles`, `groups`, `operate`, `skills`;
            of the people named in `args`: `known` (those who exist and are active), `proxies` (person -> stand-ins).
    """

    id: str
    verb: str
    actor: str = ""
    task: str | None = None
    args: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    revision: int | None = None


Event = (
    Started
    | ActionSucceeded
    | ActionFailed
    | PeopleResolved
    | LockGranted
    | Ticked
    | MessageArrived
    | CallEnded
    | Continued
    | Command
)


# --------------------------------------------------------------------------------------------- effects: out
class _Effect(Struct, tag_field="type", omit_defaults=True, frozen=True):
    path: str


class RunAction(_Effect, tag="run_action", frozen=True):
    """Run an action in a worker and answer with ActionSucceeded or ActionFailed carrying `path` and `key`.

    Args:
        key: the idempotency key within the case; the same key never takes effect twice.
        retry: max_attempts, first, factor, max (seconds).
        timeout: seconds over all attempts.
    """

    key: str
    action: str
    args: dict[str, Any]
    retry: dict[str, float] = {}
    timeout: float = 300.0
    undo: bool = False


class ResolvePeople(_Effect, tag="resolve_people", frozen=True):
    """Find the people for a task and answer with PeopleResolved."""

    key: str
    request: Request


class TakeLock(_Effect, tag="take_lock", frozen=True):
    """Queue for a lock across cases; answered by LockGranted, at once if it is free."""

    name: str
    scope: str


class FreeLock(_Effect, tag="free_lock", frozen=True):
    name: str
    scope: str


class StartCase(_Effect, tag="start_case", frozen=True):
    """Start a called case. With `wait`, its end comes back as CallEnded."""

    case: str
    process: str
    version: str
    data: dict[str, Any]
    initiator: str
    key: str | None = None
    wait: bool = True
    depth: int = 1
    catches: list[str] = []


class CancelCase(_Effect, tag="cancel_case", frozen=True):
    case: str


class SendMessage(_Effect, tag="send_message", frozen=True):
    """Send a message to waiting cases (`to` == "cases") or out of the system (any other `to`)."""

    id: str
    name: str
    to: str
    fields: dict[str, Any]


class AwaitMessage(_Effect, tag="await_message", frozen=True):
    """A waiter stands ready: route matching messages here; with `keep`, also one that came earlier."""

    name: str
    field: str
    value: Any
    keep: bool


class StopAwaiting(_Effect, tag="stop_awaiting", frozen=True):
    name: str


class SendNotice(_Effect, tag="send_notice", frozen=True):
    """Tell people. `to` are person ids; the notice becomes outbox rows with the entry's transaction."""

    id: str
    to: tuple[str, ...]
    template: str
    channels: tuple[str, ...]
    priority: int
    values: dict[str, Any]


Effect = (
    RunAction
    | ResolvePeople
    | TakeLock
    | FreeLock
    | StartCase
    | CancelCase
    | SendMessage
    | AwaitMessage
    | StopAwaiting
    | SendNotice
)


# -------------------------------------------------------------------------------------------------- journal
class EntryKind(StrEnum):
    """Kinds of journal entry, with the shape of `data`."""

    CASE_STARTED = "case_started"  # {data, key, title, priority, process}
    CASE_TITLED = "case_titled"  # {title, priority}
    NODE_ENTERED = "node_entered"  # {kind}
    NODE_LEFT = "node_left"  # {kind, outcome, to: [node]}
    NODE_WITHDRAWN = "node_withdrawn"  # {kind, why}
    NODE_PASSED = "node_passed"  # {} : its `if` was false
    EDGE_TAKEN = "edge_taken"  # {from, to}
    TASK_OPENED = "task_opened"  # {kind, title, form, fields, outcomes, allow, priority, candidates: [person]}
    TASK_CHANGED = "task_changed"  # {candidates, claimer, revision, seats}: who may answer now
    TASK_CLOSED = "task_closed"  # {outcome, why}
    PEOPLE_FOUND = "people_found"  # {rules: [{rule, people}], fallback}
    ANSWERED = "answered"  # {answer, outcome, form, comment, for}
    VERB = "verb"  # {verb, …}: transfer, delegate, add, remove, claim, comment, cc, urge, read, draft …
    ACTION_STARTED = "action_started"  # {action, key}
    ACTION_DONE = "action_done"  # {action, key, result}
    ACTION_FAILED = "action_failed"  # {action, key, code, kind, title, detail}
    DATA_CHANGED = "data_changed"  # {fields: {name: value}, local: bool}
    CLOCK_SET = "clock_set"  # {clock, due, next, calendar}
    CLOCK_STOPPED = "clock_stopped"  # {clock, why}
    CLOCK_STEP = "clock_step"  # {clock, step, does}
    BREACHED = "breached"  # {mark, clock}
    INCIDENT_OPENED = "incident_opened"  # {code, title, detail}
    INCIDENT_CLOSED = "incident_closed"  # {how}
    UNDO_STARTED = "undo_started"  # {why, records: [path]}
    UNDONE = "undone"  # {action}
    MESSAGE_TAKEN = "message_taken"  # {id, name, fields}
    MESSAGE_SENT = "message_sent"  # {id, name, to, fields}
    NOTICE = "notice"  # {id, to, template, channels, priority, values}
    CALL_STARTED = "call_started"  # {case, process, wait}
    CALL_ENDED = "call_ended"  # {case, outcome, error}
    COMMANDED = "commanded"  # {id, verb, args, reason, answer}: every accepted command
    RETURNED = "returned"  # {to, siblings, resubmit}
    MIGRATED = "migrated"  # {from, to}
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REOPENED = "reopened"  # {node}
    CASE_ENDED = "case_ended"  # {outcome, status: done|cancelled|withdrawn|failed, code}


class Entry(Struct, omit_defaults=True):
    """One line of a case's journal. `by` acted, `for_` is on whose behalf (proxy)."""

    seq: int
    at: datetime
    kind: EntryKind
    path: str = ""
    node: str = ""
    by: str = ""
    data: dict[str, Any] = {}
    command: str = ""  # id of the command that caused it, if one did
