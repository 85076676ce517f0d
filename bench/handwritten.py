"""The baselines: what a developer would write with temporalio alone. No journal, no lists, no rights, no clocks."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

STEPS = 5
_LIMIT = timedelta(seconds=30)


@activity.defn
async def step(given: str) -> str:
    """A short action: it decides nothing and waits for nothing."""
    return given


@workflow.defn
class FiveActivities:
    """Five activities, one after another."""

    @workflow.run
    async def run(self, given: str) -> str:
        for _ in range(STEPS):
            given = await workflow.execute_activity(
                step, given, start_to_close_timeout=_LIMIT, retry_policy=RetryPolicy(maximum_attempts=3)
            )
        return given


@workflow.defn
class FiveLocalActivities:
    """The same five as local activities."""

    @workflow.run
    async def run(self, given: str) -> str:
        for _ in range(STEPS):
            given = await workflow.execute_local_activity(
                step, given, start_to_close_timeout=_LIMIT, retry_policy=RetryPolicy(maximum_attempts=3)
            )
        return given


@workflow.defn
class OneAnswer:
    """A person is asked once."""

    def __init__(self) -> None:
        self._answer = ""

    @workflow.run
    async def run(self, given: str) -> str:
        await workflow.wait_condition(lambda: bool(self._answer))
        return self._answer

    @workflow.update
    async def answer(self, given: str) -> str:
        """The person's answer."""
        self._answer = given
        return given
