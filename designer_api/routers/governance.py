"""What rules and records a tenant's access: its rules of access, and its audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from designer_api.auth.access_rules import SETTING, AccessRules, read_rules
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.tenant_settings import change_setting
from designer_api.views import shown
from waystation.store import audit, tenants
from waystation.store.tables.access import AuditRow

router = APIRouter(tags=["governance"])

Name = Annotated[str | None, Query(min_length=1, max_length=200)]


class Record(BaseModel):
    """One row of the audit log. `chain` is a hash over it and the row before."""

    seq: int
    at: datetime
    actor: str
    action: str
    target: str
    result: str = Field(description="`ok`, or the code of the refusal. 结果")
    detail: dict[str, Any]
    chain: str


class RecordPage(BaseModel):
    items: list[Record]
    next: str | None = None


@router.get("/access/rules", dependencies=[needs("access.see")])
async def show_rules(held: Held, caller: Signed) -> AccessRules:
    """How far roles see, and what they may do with which field."""
    async with held.database.read(caller.tenant) as session:
        return read_rules(await tenants.setting(session, SETTING))


@router.put("/access/rules", dependencies=[needs("access.manage")])
async def change_rules(body: AccessRules, held: Held, caller: Signed) -> AccessRules:
    """Make these the rules; they hold from the next request on. What they were stays in the audit log."""
    await change_setting(held, caller, SETTING, body, action="access.change")
    return body


@router.get("/audit", dependencies=[needs("audit.see")])
async def list_records(
    held: Held,
    caller: Signed,
    actor: Name = None,
    target: Name = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RecordPage:
    """Who did or tried what, newest first. `waystation audit verify` says whether it is still what was written."""
    async with held.database.read(caller.tenant) as session:
        page = await audit.records(session, actor=actor, target=target, cursor=cursor, limit=limit)
    return RecordPage(items=[_record(row) for row in page.items], next=page.next)


def _record(row: AuditRow) -> Record:
    return Record(
        seq=row.seq, at=row.at, actor=row.actor, action=row.action, target=row.target, result=row.result,
        detail=shown(row.detail), chain=row.chain,
    )  # fmt: skip
