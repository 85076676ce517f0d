"""Lists of cases and tasks, and the numbers beside them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from designer_api import listing, schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.list_queries import CaseListQuery, TaskListQuery

router = APIRouter(tags=["lists"], dependencies=[needs("cases.see")])


@router.get("/cases")
async def list_cases(held: Held, caller: Signed, asked: Annotated[CaseListQuery, Query()]) -> schemas.CasePage:
    """Cases that the caller may see."""
    return await listing.case_page(held, caller, asked)


@router.get("/tasks", dependencies=[needs("tasks.see")])
async def list_tasks(held: Held, caller: Signed, asked: Annotated[TaskListQuery, Query()]) -> schemas.TaskPage:
    """The caller's tasks, or all in the cases that he may see."""
    return await listing.task_page(held, caller, asked)


@router.get("/counts", dependencies=[needs("tasks.see")])
async def count_inbox(held: Held, caller: Signed) -> schemas.InboxCounts:
    """How much the caller has to do and has done. Each number is at most `most`, which then means "or more"."""
    return await listing.counts(held, caller)


@router.get("/counts/nodes")
async def count_nodes(
    held: Held, caller: Signed, process: Annotated[str | None, Query(max_length=100)] = None
) -> schemas.NodeCounts:
    """Open tasks by process and node, in the cases that the caller may see; the most crowded first."""
    return await listing.node_counts(held, caller, process)
