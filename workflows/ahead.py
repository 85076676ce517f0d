"""What follows from finding people, or from an action that only computes, worked out where the case is written: fewer
transactions and events.

A task opens in two steps: the machine asks who, the store answers, the machine says who is asked. The activity that
answers may take the second step itself and write its entries at once. The workflow then takes the same step with the
same state at the same time, so it comes to the same entries and need not write them. Where something has happened in
between it comes to others; it writes those, and what was written ahead makes room, as after a lost workflow task.
Which of the two it is depends on numbers of entries alone, never on times, so a replay comes to the same.

With an action that only computes it is the same: it is run, the machine goes on with what it gives, and so on with the
next, until something else is asked for. Not followed is a step that has an effect on others: that stays the workflow's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from msgspec import Raw

from waystation.contracts.events import Effect, Entry, Event, ResolvePeople, RunAction, SendNotice
from waystation.contracts.runs import ActionDone, ActionTry, Ended, RecordRequest
from workflows.machine import CaseState, Machine, Step, dump_state, load_state
from workflows.outflow import ended_case
from workflows.plans import PLANS

#: Bytes of a state that is handed along; reading a larger one costs more than a transaction.
AHEAD_LIMIT = 64 * 1024
#: Actions that are run before one write.
MOST_ACTIONS = 20

#: Effects that nobody notices before the workflow has taken the same step.
_FOLLOWED = (SendNotice, RunAction, ResolvePeople)

#: Runs one action; None where it is not quick, or failed in passing.
Try = Callable[[ActionTry], Awaitable[ActionDone | None]]

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


async def run_ahead(request: RecordRequest, attempt: Try) -> tuple[RecordRequest, list[ActionDone]]:
    """Run the action that a request asks for, and those that follow it: the request with all that came of them, and how
    they ended. Both are as they were where nothing could be run."""
    program = PLANS.known(request.mark.plan)
    if request.action is None or program is None or request.ahead == _NOTHING:
        return request, []
    way = _Way(Machine(program, load_state(bytes(request.ahead))))
    effect: RunAction | None = request.action
    while effect is not None and len(way.done) < MOST_ACTIONS:
        done = await attempt(_try_of(request, way.machine.state, effect))
        effect = way.take(done) if done is not None else None
    return (way.told(request), way.done) if way.done else (request, [])


def _try_of(request: RecordRequest, state: CaseState, effect: RunAction) -> ActionTry:
    return ActionTry(request.mark, effect, state.last_actor, state.initiator, state.settings)


class _Way:
    """The way that a case takes with the actions that are run ahead."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.done: list[ActionDone] = []
        self._entries: list[Entry] = []
        self._questions: list[Effect] = []
        self._ended: Ended | None = None
        self._left = _NOTHING

    def take(self, done: ActionDone) -> RunAction | None:
        """Go one step on; the action to be run next, if that is all that follows."""
        step, state = self.machine.apply(done), self.machine.state
        if not all(isinstance(effect, _FOLLOWED) for effect in step.effects) or (_is_over(state) and state.caller):
            return None  # others would notice: left to the workflow, which takes this step itself
        self.done.append(done)
        self._entries += step.entries
        if _is_over(state):
            self._ended = ended_case(state)
            return None
        self._questions = [effect for effect in step.effects if isinstance(effect, ResolvePeople)]
        if self._questions and not step.more:
            self._left = handed_along(state)
        return None if step.more or self._questions else self._only_computing(step)

    def _only_computing(self, step: Step) -> RunAction | None:
        actions = [effect for effect in step.effects if isinstance(effect, RunAction)]
        if len(actions) != 1 or actions[0].undo:
            return None
        use = self.machine.program.plan.actions.get(actions[0].action)
        return actions[0] if use is not None and use.computes else None

    def told(self, request: RecordRequest) -> RecordRequest:
        """The request with what came of the actions."""
        return msgspec.structs.replace(
            request,
            entries=[*request.entries, *self._entries],
            effects=[*request.effects, *self._questions],
            ended=self._ended,
            ahead=self._left,
            action=None,
        )


def _is_over(state: CaseState) -> bool:
    return state.status == "ended"
