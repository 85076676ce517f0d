"""Business keys: at most one open case per process and key (language section 1).

A key is reserved before its case starts, in the transaction that decides to start it, and given back when the case
ends. The table's primary key does the deciding, so two starts at once cannot both win.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from waystation.contracts.errors import Refused
from waystation.store import exact_json
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.shared import CaseKeyRow


@dataclass(frozen=True, slots=True)
class Reservation:
    """The case of a key. `is_new`: this call has reserved it; else that case has been started already."""

    case_id: str
    is_new: bool


async def reserve(
    session: TenantSession, process: str, key: str, case_id: str, given: Any, at: datetime
) -> Reservation:
    """Reserve a key for a case that is about to start.

    Args:
        given: the input of the start as JSON data; starting again with equal input answers with the case of then.
    Raises:
        Refused: `key_in_use`, when the open case of this key was started with other input.
    """
    input_digest = exact_json.digest(given)
    row = await _hold(session, process, key, case_id, input_digest, at)
    if row is None or row.case_id == case_id:
        return Reservation(case_id, is_new=True)
    if row.input_digest != input_digest:
        raise key_in_use(process, key, row.case_id)
    return Reservation(row.case_id, is_new=False)


async def hold(session: TenantSession, process: str, key: str, case_id: str, at: datetime) -> None:
    """Make sure that a case has its key.

    Raises:
        Refused: `key_in_use` when another open case has it.
    """
    row = await _hold(session, process, key, case_id, "", at)
    if row is not None and row.case_id != case_id:
        raise key_in_use(process, key, row.case_id)


async def free(session: TenantSession, case_id: str) -> None:
    """Give a case's key back."""
    await session.execute(delete(CaseKeyRow).where(CaseKeyRow.case_id == case_id))


async def case_of(session: TenantSession, process: str, key: str) -> str | None:
    """The open case of a key."""
    query = select(CaseKeyRow.case_id)
    return await session.scalar(query.where(CaseKeyRow.process == process, CaseKeyRow.key == exact_json.digest(key)))


def key_in_use(process: str, key: str, case_id: str) -> Refused:
    return Refused(
        "key_in_use",
        f"another open case of {process} has this key",
        "该业务编号已有进行中的流程",
        {"process": process, "key": key, "case": case_id},
    )


async def _hold(
    session: TenantSession, process: str, key: str, case_id: str, input_digest: str, at: datetime
) -> CaseKeyRow | None:
    """Take a free key; otherwise who has it."""
    digest = exact_json.digest(key)
    is_free = await insert_if_new(
        session,
        CaseKeyRow,
        process=process,
        key=digest,
        text=key,
        case_id=case_id,
        input_digest=input_digest,
        since=at,
    )
    if is_free:
        return None
    query = select(CaseKeyRow).where(CaseKeyRow.process == process, CaseKeyRow.key == digest).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()
