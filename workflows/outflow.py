"""What a case has decided and the store has not written yet. Pure bookkeeping for the Temporal adapter.

Everything keeps its place in a sequence that never restarts within a run, so the same things may be sent twice (once
with an action, once alone) and are crossed off once, whichever comes back first.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Raw, Struct

from waystation.contracts.events import (
    CancelCase,
    Effect,
    Entry,
    FreeLock,
    ResolvePeople,
    RunAction,
    SendMessage,
    SendNotice,
    StartCase,
    StopAwaiting,
)
from waystation.contracts.runs import CaseMark, Ended, RecordRequest
from workflows.machine import CaseState, dump_state
from workflows.machine.state import Ending

Item = TypeVar("Item")

#: Effects that the store answers nothing to, so they may ride with an action.
QUIET = (CancelCase, FreeLock, SendMessage, StartCase, StopAwaiting)


class Backlog(Generic[Item]):
    """Things in order, each with an absolute position."""

    __slots__ = ("base", "items")

    def __init__(self) -> None:
        self.base = 0
        self.items: list[Item] = []

    @property
    def end(self) -> int:
        return self.base + len(self.items)

    def drop(self, upto: int) -> None:
        """Cross off everything before position `upto`."""
        done = max(0, upto - self.base)
        del self.items[:done]
        self.base += done


class Sent(Struct, frozen=True):
    """Positions up to which something was sent."""

    seq: int = 0
    entries: int = 0
    effects: int = 0
    taken: int = 0
    refused: int = 0


class Outflow:
    """Journal entries, effects and receipts of messages on their way to the store; `written` is a journal number."""

    def __init__(self) -> None:
        self.entries: Backlog[Entry] = Backlog()
        self.effects: Backlog[Effect] = Backlog()
        self.taken: Backlog[str] = Backlog()
        self.refused: Backlog[str] = Backlog()
        self.sent = Sent()
        self.written = 0

    def add(self, entries: list[Entry], effects: list[Effect]) -> list[RunAction]:
        """Take what one event brought; the actions among it are handed back, to be run."""
        self.entries.items += entries
        actions: list[RunAction] = []
        for effect in effects:
            if isinstance(effect, RunAction):
                actions.append(effect)
            elif not isinstance(effect, SendNotice):  # a notice goes out with its journal entry
                self.effects.items.append(effect)
        return actions

    @property
    def unsent(self) -> bool:
        """Is there anything that has not been sent since it was added, or since its sending failed?"""
        return not self.is_empty and self._end(self.sent.seq) != self.sent

    @property
    def is_quiet(self) -> bool:
        """Does nothing of what is unwritten expect an answer?"""
        # Who refuses a message may get another one.
        return not self.refused.items and all(isinstance(effect, QUIET) for effect in self.effects.items)

    @property
    def asks_for_people(self) -> bool:
        """Are people to be found, and nothing else expected from the store?"""
        kinds = (ResolvePeople, *QUIET)
        asked = any(isinstance(effect, ResolvePeople) for effect in self.effects.items)
        return asked and all(isinstance(effect, kinds) for effect in self.effects.items)

    @property
    def is_empty(self) -> bool:
        return not (self.entries.items or self.effects.items or self.taken.items or self.refused.items)

    def request(self, mark: CaseMark, state: CaseState) -> tuple[RecordRequest, Sent]:
        """All that is unwritten, as one request; give the second value back to `done` or `failed`."""
        self.sent = self._end(state.seq)
        ended = ended_case(state) if state.status == "ended" else None
        request = RecordRequest(
            mark,
            list(self.entries.items),
            list(self.effects.items),
            list(self.taken.items),
            list(self.refused.items),
            ended,
        )
        return request, self.sent

    def done(self, sent: Sent) -> None:
        """The store has written what was sent."""
        self.written = max(self.written, sent.seq)
        self.entries.drop(sent.entries)
        self.effects.drop(sent.effects)
        self.taken.drop(sent.taken)
        self.refused.drop(sent.refused)

    def written_ahead(self, seq: int) -> None:
        """The store has written all there is, up to this number."""
        self.done(self._end(seq))

    def failed(self) -> None:
        """What was sent last was not written: send it again."""
        self.sent = Sent()

    def _end(self, seq: int) -> Sent:
        return Sent(seq, self.entries.end, self.effects.end, self.taken.end, self.refused.end)


def ended_case(state: CaseState) -> Ended:
    """What the end of a case leaves behind, and what its caller is told."""
    ending = state.ending or Ending("done")
    errors = {"failed": ending.code, "cancelled": "cancelled", "withdrawn": "cancelled"}
    left = Raw(dump_state(state))
    return Ended(left, state.caller, ending.outcome or ending.status, dict(state.data), errors.get(ending.status))
