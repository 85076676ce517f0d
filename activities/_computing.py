"""Running actions that only compute, before their case is written: quickly, or not at all.

Whatever is not quick is left to the workflow, which runs it beside everything else and lets nothing wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from activities._runtime import ActionRequest, Failed, Outcome
from waystation.contracts.events import ActionFailed, ActionSucceeded
from waystation.contracts.runs import ActionDone, ActionTry, RecordRequest

#: Seconds for all actions before one write: whoever waits for it does not notice.
PATIENCE = 0.05
#: Seconds that an action which took longer is not run before a write.
_SLOW_FOR = 60.0

#: Runs one try of an action by name.
Runs = Callable[[str, ActionRequest], Awaitable[Outcome]]
#: Runs the action that a request asks for and those that follow it, one after another; None ends that.
RunAhead = Callable[
    [RecordRequest, Callable[[ActionTry], Awaitable[ActionDone | None]]],
    Awaitable[tuple[RecordRequest, list[ActionDone]]],
]


class Computing:
    """Runs actions before a write; it remembers which are slow."""

    def __init__(self, runs: Runs, run_ahead: RunAhead) -> None:
        self._runs = runs
        self._run_ahead = run_ahead
        self._slow_until: dict[str, float] = {}

    async def ahead(self, request: RecordRequest) -> tuple[RecordRequest, list[ActionDone]]:
        """The request with what came of its action, and how that and those after it ended; none where it waits."""
        if request.action is None:
            return request, []
        began = asyncio.get_running_loop().time()

        async def attempt(given: ActionTry) -> ActionDone | None:
            passed = asyncio.get_running_loop().time() - began
            return await self._attempt(given, passed)

        return await self._run_ahead(request, attempt)

    async def _attempt(self, given: ActionTry, passed: float) -> ActionDone | None:
        effect, clock = given.effect, asyncio.get_running_loop().time
        began = clock()
        if passed >= PATIENCE or self._slow_until.get(effect.action, 0.0) > began:
            return None
        try:
            async with asyncio.timeout(PATIENCE - passed):
                outcome = await self._runs(effect.action, request_of(given, 1))
        except TimeoutError:
            self._slow_until[effect.action] = clock() + _SLOW_FOR
            return None
        # Under test a case has a clock of its own, which only moves on purpose.
        at = given.mark.at if given.mark.trial else given.mark.at + timedelta(seconds=passed + clock() - began)
        if not isinstance(outcome, Failed):
            return ActionSucceeded(at, effect.path, effect.key, outcome.result)
        if outcome.kind == "transient":
            return None
        return ActionFailed(
            at, effect.path, effect.key, outcome.code, outcome.kind, title_of(outcome), dict(outcome.detail) or None
        )


def request_of(given: ActionTry, attempt: int) -> ActionRequest:
    """One try of an action as whoever runs it is told."""
    mark, effect = given.mark, given.effect
    return ActionRequest(
        tenant=mark.tenant,
        case=mark.case,
        process=mark.process,
        path=effect.path,
        key=effect.key,
        args=effect.args,
        at=mark.at,
        actor=given.actor,
        initiator=given.initiator,
        attempt=attempt,
        settings=given.settings,
    )


def title_of(failed: Failed) -> str:
    """A failure in both languages, as the journal has it."""
    return " · ".join(dict.fromkeys(text for text in (failed.zh, failed.en) if text))
