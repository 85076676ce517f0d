"""What a busy machine does to a case: a slow workflow task is waited for, and many actions begin a few at a time."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from tests.support.house import House
from tests.support.processes import EACH_DOES
from waystation.contracts.runs import AT_ONCE
from workflows.machine import Machine

MANY = 3 * AT_ONCE


async def test_many_actions_begin_a_few_at_a_time(house: House) -> None:
    """A workflow task that began them all would be taken for one that hangs; each is done once all the same."""
    async with house.open():
        await house.publish("p", EACH_DOES, actions=("x.do",))
        case = await house.start("p", {"items": list(range(MANY))})
        state = await house.ended(case)
        history = await house.handle(case).fetch_history()
    assert state.data["total"] == sum(range(MANY))
    assert MANY == len(house.calls) == len({request.key for request in house.calls})
    begun: Counter[int] = Counter()
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            begun[event.marker_recorded_event_attributes.workflow_task_completed_event_id] += 1
    assert len(begun) >= MANY // AT_ONCE


async def test_a_slow_workflow_task_is_not_interrupted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three seconds of a machine that has no time for us: the task is not failed, and nothing is done twice."""
    slow = [3.0]
    real = Machine.apply

    def apply(machine: Machine, *given: Any) -> Any:
        until = time.monotonic() + (slow.pop() if slow else 0.0)
        while time.monotonic() < until:
            pass
        return real(machine, *given)

    monkeypatch.setattr(Machine, "apply", apply)
    async with house.open():
        await house.publish("p", "nodes: { do: { kind: action, do: x.do, next: end } }", actions=("x.do",))
        case = await house.start("p")
        await house.ended(case)
        events = await house.events(case)
    assert not events["WORKFLOW_TASK_FAILED"]
    assert not events["WORKFLOW_TASK_TIMED_OUT"]
    assert len(house.calls) == 1
