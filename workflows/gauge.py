"""How long a run's history has become, counted by the run itself.

The server says it too, but not the same on replay: while a long local activity runs, the worker asks for one workflow
task after another, and a replay sees all of them as one. What is decided by the server's figure may be decided
otherwise then. Counted here is what the run does and is told in the order in which it happens, always the same.
"""

from __future__ import annotations

from typing import Any

from msgspec.json import Encoder

from waystation.contracts.runs import Trial

#: Events and bytes after which a run is continued as new; the server ends runs of 51,200 events or 50 MiB.
MOST_EVENTS = 4_096
MOST_BYTES = 4 * 1024 * 1024
#: Commands after which a run is continued as new; the server takes 2,000.
MOST_COMMANDS = 1_500
#: Writes and quick actions, one after another, in one workflow task; commands wait for its end.
MOST_IN_ONE_TASK = 40

#: Events of each thing, with the workflow task that it brings about.
_START, _COMMAND, _SIGNAL, _TIMER, _ACTIVITY, _LOCAL = 4, 5, 4, 5, 6, 1
#: Bytes of each event beside what it carries.
_OVERHEAD = 200

_encoder = Encoder(enc_hook=repr)


class Gauge:
    """Counts one run. `new_task` says that what comes now cannot belong to the workflow task before."""

    def __init__(self, trial: Trial | None) -> None:
        self.events, self.bytes, self.commands = _START, 0, 0
        self._most_events = trial.continue_after if trial is not None and trial.continue_after else MOST_EVENTS
        self._in_a_row = 0

    @property
    def is_full(self) -> bool:
        """Is this run's history near its limits?"""
        return self.events >= self._most_events or self.bytes >= MOST_BYTES or self.commands >= MOST_COMMANDS

    @property
    def wants_breath(self) -> bool:
        """Has so much been done in a row that the workflow task should end?"""
        return self._in_a_row > MOST_IN_ONE_TASK

    def new_task(self) -> None:
        self._in_a_row = 0

    def command(self, given: Any) -> None:
        self.commands += 1
        self.new_task()
        self._more(_COMMAND, given)

    def signal(self, given: Any) -> None:
        self.new_task()
        self._more(_SIGNAL, given)

    def timer(self) -> None:
        """A timer is set; `new_task` when it rings."""
        self._more(_TIMER, None)

    def activity(self, answer: Any) -> None:
        self.new_task()
        self._more(_ACTIVITY, answer)

    def local_activity(self, answer: Any) -> None:
        self._in_a_row += 1
        self._more(_LOCAL, answer)

    def _more(self, events: int, carried: Any) -> None:
        self.events += events
        self.bytes += events * _OVERHEAD + (len(_encoder.encode(carried)) if carried is not None else 0)
