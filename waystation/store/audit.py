"""The audit log: who did or tried what outside a case's journal. Rows are added and read, never changed.

Each is chained to the one before, so a tenant's rows are added one at a time: note what was done last in a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from waystation.store import chains, exact_json
from waystation.store.cursors import Page, log_page
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.access import AuditRow


async def record(
    session: TenantSession,
    actor: str,
    action: str,
    *,
    at: datetime,
    target: str = "",
    result: str = "ok",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note that somebody did something.

    Args:
        action: what, as `noun.verb`, for example `user.login` or `command.approve`.
        target: what it was done to, for example `case/…`.
        result: `ok`, or the code of the refusal.
    """
    head = await chains.audit_head(session)
    row = AuditRow(
        id=new_id(), at=at, actor=actor, action=action, target=target, result=result, detail=dict(detail or {}),
        seq=head.seq + 1,
    )  # fmt: skip
    row.chain = chains.link(
        head.chain, session.tenant, row.seq, row.id, chains.moment(at), actor, action, target, result,
        exact_json.encode(row.detail),
    )  # fmt: skip
    head.seq, head.chain = row.seq, row.chain
    session.add(row)
    await session.flush()


async def records(
    session: TenantSession,
    *,
    actor: str | None = None,
    target: str | Sequence[str] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditRow]:
    """One page of the log, newest first.

    Args:
        target: what was done to this, or to one of these.
    Raises:
        Refused: `bad_cursor`.
    """
    return await log_page(session, AuditRow, {"actor": actor, "target": target}, cursor, limit)
