"""What a case starts with besides its data: its business key, and what a message that starts it brings. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from waystation.contracts.events import MessageArrived
from waystation.expressions import plain, typed
from workflows.machine import Program
from workflows.machine.program import evaluate_value


def business_key(
    program: Program, data: dict[str, Any], actor: str, now: datetime, settings: dict[str, Any]
) -> str | None:
    """The key of a case that starts with this data, or None where the process has none."""
    if program.plan.start.key is None:
        return None
    names = {"data": data, "case": {"initiator": actor, "process": program.plan.process}, "settings": settings}
    found = plain(evaluate_value(program.plan.start.key, names, program.environment(now)))
    return None if found is None else str(found)


def message_start(program: Program, message: MessageArrived, now: datetime) -> tuple[dict[str, Any], str | None] | None:
    """Data and key of the case that this message starts, or None where the process does not begin with it."""
    start = program.plan.start.message
    if start is None or start["name"] != message.name:
        return None
    names = {"message": typed({}, message.fields), "settings": {}, "case": {}}
    environment = program.environment(now)
    data = {name: plain(evaluate_value(value, names, environment)) for name, value in (start.get("data") or {}).items()}
    key = plain(evaluate_value(start.get("key"), names, environment))
    return data, None if key is None else str(key)
