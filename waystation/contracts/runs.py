"""What a case's run on Temporal is given, and what it exchanges with its worker. Plain data, JSON through msgspec.

The workflow and the activities import this and not each other. Effects of the machine reach the store as a
`RecordRequest`, one transaction; what comes back are events.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec import Raw, Struct

from waystation.contracts.events import (
    ActionFailed,
    ActionSucceeded,
    CallEnded,
    Command,
    Effect,
    Entry,
    LockGranted,
    MessageArrived,
    PeopleResolved,
    RunAction,
    StartCase,
)

#: Names under which the worker offers its own activities; every other name is an action's.
RECORD = "waystation.record"
KEEP_STATE = "waystation.keep_state"
LOAD_STATE = "waystation.load_state"
RESERVE_LOCK = "waystation.reserve_lock"
START_ON_TIME = "waystation.start_on_time"
#: Type of the workflow that a schedule runs. No process has such a name.
TIMETABLE = "waystation.timetable"
#: The update, the queries and the signals of a case.
COMMAND = "command"
STATE = "state"
PULSE = "pulse"
MESSAGE = "message"
CALL_ENDED = "call_ended"
LOCK_GRANTED = "lock_granted"
TICK = "tick"
#: Type of the error that a refused command is answered with; its one detail is a `Refusal`.
REFUSED = "Refused"
#: How much later than it should a timer of a case under test rings.
TRIAL_LAG = timedelta(minutes=10)
#: Search attributes, all keywords. They hold no data of a case.
TENANT_ATTRIBUTE = "WaystationTenant"
STATUS_ATTRIBUTE = "WaystationStatus"


def workflow_id(tenant: str, case: str) -> str:
    return f"{tenant}/{case}"


class Trial(Struct, omit_defaults=True):
    """How a case runs under test.

    Its clock stands still: it moves only when a timer of the case rings, and with the times of what it is told. Timers
    ring `TRIAL_LAG` later than they should, so that only time that is skipped on purpose can make them ring.

    Args:
        starts_at: what the clock shows when the case starts, or is opened again.
        quick_retries: pauses between tries of an action are as good as none.
        continue_after: continue as new after so many history events; 0: near the limits, as always.
    """

    starts_at: datetime
    quick_retries: bool = False
    continue_after: int = 0


class Pulse(Struct, omit_defaults=True):
    """Where a case stands.

    Args:
        still: nothing is under way, and everything is written.
        written: everything is written, and at most actions that take their time are under way.
        due: when a clock is due next, by the case's time.
        rings_at: when the timer for it rings, by the server's time.
    """

    still: bool
    written: bool
    seq: int
    due: datetime | None = None
    rings_at: datetime | None = None


class Carried(Struct, omit_defaults=True):
    """What one run of a case hands to the next.

    Args:
        state: the machine's state as JSON; null when it was too large, then `stored` is its hash in the store.
        actions: asked for and not started yet.
        more: the machine has work left over.
        seen: ids of messages that have been taken, oldest first.
        cancels: how often the run was cancelled from outside.
    """

    state: Raw = Raw(b"null")
    stored: str = ""
    actions: list[RunAction] = []
    more: bool = False
    seen: list[str] = []
    cancels: int = 0
    runs: int = 1


#: Actions that a run starts in one workflow task. To start one takes about a millisecond of a processor that is free,
#: and a task that takes seconds is taken for one that hangs.
AT_ONCE = 64


class CaseInput(Struct, omit_defaults=True):
    """The one argument of a case's workflow; its type is the process.

    Args:
        plan: hash of the plan. The plan itself is found by it in the worker.
        facts: what the machine's start wants to know beside the data: depth, catches and caller of a called case.
        carried: the state to go on from: of the run before, or of the end of a case that is opened again.
        command: what opens an ended case again.
        marks: the server knows our search attributes.
        at_once: actions that are started in one workflow task; 0: all, as runs did that began before there was a limit.
    """

    tenant: str
    case: str
    process: str
    version: int
    plan: str
    engine: int = 1
    data: dict[str, Any] = {}
    initiator: str = ""
    key: str | None = None
    settings: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    carried: Carried | None = None
    command: Command | None = None
    trial: Trial | None = None
    marks: bool = False
    at_once: int = 0


class Refusal(Struct, omit_defaults=True):
    """A `Refused` on its way from a case to whoever sent the command."""

    code: str
    en: str
    zh: str
    detail: dict[str, Any] = {}


class CaseMark(Struct, omit_defaults=True):
    """Which case a request is of, and when. With `trial`, its clock need not be the server's."""

    tenant: str
    case: str
    process: str
    version: int
    plan: str
    at: datetime
    engine: int = 1
    trial: Trial | None = None


class Ended(Struct, omit_defaults=True):
    """The end of a case: the state to open it from again, and what whoever called it is told."""

    state: Raw
    caller: str = ""
    outcome: str = "done"
    data: dict[str, Any] = {}
    error: str | None = None


class RecordRequest(Struct, omit_defaults=True):
    """What one transaction writes: journal entries, and effects that the store carries out.

    Args:
        taken, refused: ids of messages that were given to this case.
        ahead: the case's state as JSON, where what follows from finding people, or from the action, may be written
            as well.
        action: the one that is to run now. It only computes: it may be run before the write, and those that follow it.
    """

    mark: CaseMark
    entries: list[Entry] = []
    effects: list[Effect] = []
    taken: list[str] = []
    refused: list[str] = []
    ended: Ended | None = None
    ahead: Raw = Raw(b"null")
    action: RunAction | None = None


#: What the store answers with: events for the machine.
Answer = PeopleResolved | LockGranted | MessageArrived
ActionDone = ActionSucceeded | ActionFailed


class Recorded(Struct, omit_defaults=True):
    """Answers in the order of the effects.

    Args:
        ahead: number of the last entry that follows from the answers, where those have been written too.
        done: how actions ended that were run before the write, each asked for by what came of the one before.
        reached: number of the last entry that follows from them, which is written too; the answers come after it.
        computes: whoever wrote runs actions before the write. What a run wrote that began earlier does not say so.
    """

    answers: list[Answer] = []
    ahead: int = 0
    done: list[ActionDone] = []
    reached: int = 0
    computes: bool = False


class ActionTry(Struct, omit_defaults=True):
    """One try of an action (or all that are left of it, where the server repeats it).

    Args:
        actor: who caused it; the initiator started the case.
        before: tries before this one.
        record: what is written in the transaction of the action's effect.
        heartbeat: seconds between signs of life; 0 for a local activity, which sends none.
    """

    mark: CaseMark
    effect: RunAction
    actor: str = ""
    initiator: str = ""
    settings: dict[str, Any] = {}
    before: int = 0
    record: RecordRequest | None = None
    heartbeat: float = 0.0


class ActionAnswer(Struct, omit_defaults=True):
    """How a try ended. Without `code` it succeeded, and what rode along is written.

    Args:
        kind: business or transient, as in `ActionFailed`.
        retry_after: seconds that a transient failure asks to be left alone.
    """

    result: Any = None
    code: str = ""
    kind: str = "business"
    title: str = ""
    detail: Any = None
    retry_after: float = 0.0


class StoredState(Struct, omit_defaults=True):
    """A state that goes through the store, compressed by zlib; `hash` finds it again."""

    mark: CaseMark
    packed: bytes = b""
    hash: str = ""


class LockClaim(Struct, omit_defaults=True):
    """A lock across cases that a command takes; `held` is the store's answer: it is reserved for this path."""

    mark: CaseMark
    path: str
    name: str
    held: bool = False


class Timetable(Struct):
    """What a schedule starts again and again."""

    tenant: str
    process: str


class Tick(Struct):
    """A time at which a process starts by itself."""

    tenant: str
    process: str
    at: datetime


class CalledStart(Struct, omit_defaults=True):
    """A case that another case calls, on its way to be started.

    Args:
        caller: `case|path` of the calling node.
        at: the caller's time.
    """

    effect: StartCase
    caller: str
    at: datetime
    trial: Trial | None = None


#: What reaches a case by signal.
Signalled = MessageArrived | CallEnded | LockGranted
