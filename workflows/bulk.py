"""One command for many cases, as a workflow of its own: slice after slice, no faster than asked, until none is left.

Cases and their answers stand in the store, so nothing is carried here but where the work stands: a run may end and be
continued anywhere. A slice that is done twice sends each command under the same id, and it takes effect once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import CancelledError, is_cancelled_exception

from waystation.contracts.bulk_runs import BULK, BULK_CLOSE, BULK_SLICE, SLICE_MOST, BulkInput, BulkSlice, BulkStep

#: Slices after which a run is continued as new.
SLICES = 500
#: How long a slice may take, and how long it may be silent.
_PATIENCE, _SILENCE = timedelta(minutes=15), timedelta(seconds=60)
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))


@workflow.defn(name=BULK, sandboxed=False)
class BulkWorkflow:
    """One batch. See the module."""

    @workflow.run
    async def run(self, given: BulkInput) -> int:
        """Work until no case is left, or somebody stops it; how many cases were done."""
        done, slices = given.done, given.slices or SLICES
        try:
            while slices:
                began = workflow.now()
                step = await self._slice(given)
                done, slices = done + step.done, slices - 1
                if step.over:
                    break
                if workflow.cancellation_reason() is not None:  # it came while a slice was under way that went through
                    raise CancelledError
                await self._keep_pace(given, step.done, began)
        except BaseException as error:
            if is_cancelled_exception(error):
                await self._close(given)  # cases that have not been asked are not asked any more
            raise
        if not step.over:
            workflow.continue_as_new(BulkInput(given.tenant, given.bulk, given.per_second, done, given.slices))
        await self._close(given)
        return done

    async def _slice(self, given: BulkInput) -> BulkStep:
        most = max(1, min(given.per_second, SLICE_MOST))
        step: BulkStep = await workflow.execute_activity(
            BULK_SLICE,
            BulkSlice(given.tenant, given.bulk, most),
            result_type=BulkStep,
            start_to_close_timeout=_PATIENCE,
            heartbeat_timeout=_SILENCE,
            retry_policy=_RETRY,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return step

    async def _close(self, given: BulkInput) -> None:
        await workflow.execute_activity(
            BULK_CLOSE,
            BulkSlice(given.tenant, given.bulk),
            start_to_close_timeout=_PATIENCE,
            retry_policy=_RETRY,
        )

    async def _keep_pace(self, given: BulkInput, done: int, began: datetime) -> None:
        """Wait until as much time has passed as this many cases may take."""
        left = timedelta(seconds=done / max(1, given.per_second)) - (workflow.now() - began)
        if left > timedelta(0):
            await workflow.sleep(left, summary="as fast as asked, not faster")
