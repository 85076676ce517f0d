"""What follows from finding people, worked out where they are found: one transaction and one event fewer per task.

A task opens in two steps: the machine asks who, the store answers, the machine says who is asked. The activity that
answers may take the second step itself and write its entries at once. The workflow then takes the same step with the
same state at the same time, so it comes to the same entries and need not write them. Where something has happened in
between it comes to others; it writes those, and what was written ahead makes room, as after a lost workflow task.
Which of the two it is depends on numbers of entries alone, never on times, so a replay comes to the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw

from waystation.contracts.events import Entry, Event, SendNotice
from waystation.contracts.runs import RecordRequest
from workflows.machine import CaseState, Machine, dump_state, load_state
from workflows.plans import PLANS

#: Bytes of a state that is handed along; reading a larger one costs more than a transaction.
AHEAD_LIMIT = 64 * 1024

_NOTHING = Raw(b"null")


def handed_along(state: CaseState) -> Raw:
    """A state as `look_ahead` wants it; null where it is too large."""
    dumped = dump_state(state)
    return Raw(dumped) if len(dumped) <= AHEAD_LIMIT else _NOTHING


def look_ahead(request: RecordRequest, answers: Sequence[Event]) -> list[Entry]:
    """The entries that these answers lead to; none where anything but notices goes with them."""
    program = PLANS.known(request.mark.plan)
    if program is None or request.ahead == _NOTHING:
        return []
    return _follow(Machine(program, load_state(bytes(request.ahead))), answers)


def _follow(machine: Machine, answers: Sequence[Event]) -> list[Entry]:
    entries: list[Entry] = []
    for answer in answers:
        step = machine.apply(answer)
        if step.more or any(not isinstance(effect, SendNotice) for effect in step.effects):
            return []
        entries += step.entries
    return entries if machine.state.status == "running" else []
