"""One tick of a timetable (`start.every`): Temporal's schedule runs this, and it has the case started.

The case is not started here but through the store, as called cases are: with its journal, by the version that new
cases get at that time. Its id follows from tenant, process and tick, so a tick that is repeated starts one case.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

from waystation.contracts import runs
from waystation.contracts.runs import Tick, Timetable

#: When the tick should have been; Temporal sets it on whatever a schedule starts.
_DUE = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
_PATIENCE = timedelta(seconds=30)
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn(name=runs.TIMETABLE, sandboxed=False)
class TimetableWorkflow:
    """See the module."""

    @workflow.run
    async def run(self, given: Timetable) -> str:
        """The id of the case that is started; empty where none is, as on a holiday."""
        info = workflow.info()
        due = info.typed_search_attributes.get(_DUE) or info.start_time
        case: str = await workflow.execute_activity(
            runs.START_ON_TIME,
            Tick(given.tenant, given.process, due),
            result_type=str,
            start_to_close_timeout=_PATIENCE,
            retry_policy=_RETRY,
        )
        return case
