"""Histories that Temporal keeps of ended cases: deleted before their time, where a person in them was erased.

Whoever has the tenant's key could read them until the namespace's retention is over. The store needs them no more: its
journal says what happened, and a case that is opened again starts from its stored end.
"""

from __future__ import annotations

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from waystation.contracts import runs
from waystation.contracts.errors import Unavailable
from waystation.store import cases
from waystation.store.session import Database
from waystation.store.tables.cases import CaseStatus

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


async def forget(client: Client, database: Database, tenant: str, case: str) -> bool:
    """Delete all runs of an ended case. False while Temporal does not know yet that it has ended.

    Raises:
        Unavailable: Temporal does not answer.
    """
    async with database.read(tenant) as session:
        row = await cases.case(session, case)
    if row is not None and row.status in _OPEN:
        return True  # it was opened again, and will be let go another time
    try:
        return await _delete(client, runs.workflow_id(tenant, case))
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return True
        raise Unavailable("engine_unavailable", "the process engine is not answering", "流程引擎没有响应") from error


async def _delete(client: Client, workflow: str) -> bool:
    listed = [run async for run in client.list_workflows(f"WorkflowId = '{workflow}'")]
    if any(run.status is WorkflowExecutionStatus.RUNNING for run in listed):
        return False
    if not listed:  # what has just ended is in no list yet; what was deleted is not known either
        _ = await client.get_workflow_handle(workflow).describe()
        return False
    for run in listed:
        execution = WorkflowExecution(workflow_id=workflow, run_id=run.run_id)
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
        _ = await client.workflow_service.delete_workflow_execution(request)
    return True
