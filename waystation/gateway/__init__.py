"""The way to the cases: start one, send it a command or a message, ask for its state.

`entry` is the door; `line` makes the calls to the Temporal server; `doubts` settles what the store says of a case and
Temporal does not know, `reservations` the locks that a case was about to take.
"""

from __future__ import annotations

from waystation.gateway.entry import TASK_QUEUE, Begun, Gateway, not_found

__all__ = ["TASK_QUEUE", "Begun", "Gateway", "not_found"]
