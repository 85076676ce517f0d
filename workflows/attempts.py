"""Running an action from a case's workflow: a quick try in the workflow task, the rest of its tries by the server.

The quick try is a local activity: one event of history, and what the case has decided may be written in its
transaction. An action with an effect outside our database goes to the server at once, and so does the rest of the
tries of one that failed in passing or took too long.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.exceptions import TimeoutError as OutOfTime

from waystation.contracts.events import RunAction
from waystation.contracts.runs import ActionAnswer, ActionTry, CaseMark, RecordRequest, Trial
from workflows.gauge import Gauge
from workflows.machine import Machine
from workflows.outflow import Outflow, Sent

#: How long an action may take as a local activity, which holds up the workflow task.
LOCAL_PATIENCE = timedelta(seconds=5)
#: An action that runs longer says this often that it is alive; after five silences another worker takes it up.
HEARTBEAT = timedelta(seconds=3)
#: Pause between tries of a case under test, in seconds.
QUICK = 0.05

#: What is written in an action's transaction, and how far that brings the outflow.
Riding = tuple[RecordRequest, Sent]


class Attempts:
    """The actions of one case. `trying` of them are in their quick try, `computing` of those only compute.

    Args:
        machine, mark: the case as it is when asked.
        written: waits until everything decided so far is written.
    """

    def __init__(
        self,
        outflow: Outflow,
        gauge: Gauge,
        trial: Trial | None,
        machine: Callable[[], Machine],
        mark: Callable[[], CaseMark],
        written: Callable[[], Awaitable[None]],
    ) -> None:
        self.trying = self.computing = 0
        self._outflow = outflow
        self._gauge = gauge
        self._quick = trial is not None and trial.quick_retries
        self._machine = machine
        self._mark = mark
        self._written = written

    def is_outside(self, effect: RunAction) -> bool:
        """Does its success have an effect outside our database?"""
        use = self._machine().program.plan.actions.get(effect.action)
        return use is not None and use.outside

    def computes(self, effect: RunAction) -> bool:
        """Does it have no effect at all?"""
        use = self._machine().program.plan.actions.get(effect.action)
        return use is not None and use.computes

    async def run(self, effect: RunAction, riding: Riding | None) -> ActionAnswer:
        """Run an action with all its tries; `riding` is written with its effect, or left unwritten if it fails."""
        attempts, before = int(effect.retry.get("max_attempts", 1)) or 1, 0
        if not self.is_outside(effect):
            computing = self.computes(effect)
            self.trying += 1
            self.computing += computing
            answer = await self._local_try(effect, riding)
            self.trying -= 1
            self.computing -= computing
            if answer is not None and (not answer.code or answer.kind != "transient" or attempts == 1):
                return answer
            await self._written()
            if answer is not None:
                before = 1
                await self._pause(max(effect.retry.get("first", 1.0), answer.retry_after))
        return await self._server_tries(effect, attempts, before)

    async def _local_try(self, effect: RunAction, riding: Riding | None) -> ActionAnswer | None:
        """One try as a local activity; None when it took too long, which does not count as a try."""
        request, sent = riding if riding is not None else (None, None)
        try:
            answer: ActionAnswer = await workflow.execute_local_activity(
                effect.action,
                self._try(effect, 0, request),
                result_type=ActionAnswer,
                schedule_to_close_timeout=LOCAL_PATIENCE,
                start_to_close_timeout=LOCAL_PATIENCE,
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary=effect.path,
            )
        except FailureError as error:  # a replay hands out the bare cause
            self._gauge.local_activity(None)
            self._outflow.failed()
            cause = error.cause if isinstance(error, ActivityError) else error
            return None if isinstance(cause, OutOfTime) else _failure(error)
        self._gauge.local_activity(answer)
        if answer.code:
            self._outflow.failed()
        elif sent is not None:
            self._outflow.done(sent)
        return answer

    async def _server_tries(self, effect: RunAction, attempts: int, before: int) -> ActionAnswer:
        """What is left of an action's tries, repeated by the server."""
        try:
            answer: ActionAnswer = await workflow.execute_activity(
                effect.action,
                self._try(effect, before, None, heartbeat=HEARTBEAT.total_seconds()),
                result_type=ActionAnswer,
                schedule_to_close_timeout=timedelta(seconds=effect.timeout),
                heartbeat_timeout=HEARTBEAT * 5,
                retry_policy=self._policy(effect, attempts, before),
                summary=effect.path,
            )
        except ActivityError as error:
            answer = _failure(error)
        self._gauge.activity(answer)
        return answer

    def _policy(self, effect: RunAction, attempts: int, before: int) -> RetryPolicy:
        retry = effect.retry
        factor = 1.0 if self._quick else max(1.0, retry.get("factor", 2.0))
        first = QUICK if self._quick else retry.get("first", 1.0) * factor**before
        return RetryPolicy(
            initial_interval=timedelta(seconds=first),
            backoff_coefficient=factor,
            maximum_interval=timedelta(seconds=max(first, retry.get("max", 60.0))),
            maximum_attempts=max(1, attempts - before),
        )

    async def _pause(self, seconds: float) -> None:
        if not self._quick:
            self._gauge.timer()
            await workflow.sleep(seconds)
            self._gauge.new_task()

    def _try(self, effect: RunAction, before: int, record: RecordRequest | None, heartbeat: float = 0.0) -> ActionTry:
        state = self._machine().state
        return ActionTry(
            self._mark(), effect, state.last_actor, state.initiator, state.settings, before, record, heartbeat
        )


def _failure(error: FailureError) -> ActionAnswer:
    """The deepest cause of a failed activity, as an action's failure."""
    cause: BaseException = error
    while isinstance(cause, FailureError) and cause.cause is not None:
        cause = cause.cause
    if isinstance(cause, ApplicationError):
        detail = cause.details[0] if cause.details else None
        return ActionAnswer(None, cause.type or "action_failed", "transient", cause.message, detail)
    if isinstance(cause, OutOfTime):
        return ActionAnswer(None, "timeout", "transient", "动作超时 · the action took too long")
    return ActionAnswer(None, "action_failed", "transient", str(cause))
