"""Machine states outside Temporal: what a case ended with, and states too large to be carried as input."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from waystation.store import personal
from waystation.store.inserts import insert_if_new
from waystation.store.prepared import prepared
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.shared import CarriedStateRow, EndStateRow


@dataclass(frozen=True, slots=True)
class EndState:
    """The state that a case ended with, when, and the plan and engine version that can read it."""

    state: bytes
    plan_hash: str
    engine: int
    at: datetime


_DROP_ENDS, _DROP_CARRIED = (
    prepared(
        delete(row)
        .where(row.case_id.in_(bindparam("cases", expanding=True)))
        .execution_options(synchronize_session=False)
    )
    for row in (EndStateRow, CarriedStateRow)
)
_KEEP_ENDS = prepared(insert(EndStateRow))


async def keep_ends(session: TenantSession, ends: Mapping[str, EndState], older: Collection[str]) -> None:
    """Keep the states that cases ended with, by case id, in place of what was kept of the `older` ones among them."""
    rows = [
        {
            "case_id": case_id,
            "state": await personal.sealed_state(session, case_id, end.plan_hash, end.state),
            "plan_hash": end.plan_hash,
            "engine": end.engine,
            "kept_at": end.at,
        }
        for case_id, end in sorted(ends.items())
    ]
    if older:
        for old in (_DROP_ENDS, _DROP_CARRIED):
            await session.execute(old, {"cases": sorted(older)})
    await session.execute(_KEEP_ENDS, rows)


async def end_of(session: TenantSession, case_id: str) -> EndState | None:
    row = await session.get(EndStateRow, (session.tenant, case_id))
    if row is None:
        return None
    return EndState(await personal.opened_state(session, row.state), row.plan_hash, row.engine, row.kept_at)


async def carry(session: TenantSession, case_id: str, state: bytes, *, at: datetime) -> str:
    """Keep a state for the next run of a case; returns the SHA-256 that it is found by."""
    digest = hashlib.sha256(state).hexdigest()
    plan = await session.scalar(select(CaseRow.plan_hash).where(CaseRow.case_id == case_id))
    kept = await personal.sealed_state(session, case_id, plan, state)
    await insert_if_new(session, CarriedStateRow, hash=digest, case_id=case_id, state=kept, kept_at=at)
    return digest


async def carried(session: TenantSession, digest: str) -> bytes | None:
    kept = await session.scalar(select(CarriedStateRow.state).where(CarriedStateRow.hash == digest))
    return None if kept is None else await personal.opened_state(session, kept)


async def drop_carried(session: TenantSession, case_id: str, *, keep: str) -> None:
    """Drop the carried states of a case, but for `keep`, from which its present run has started."""
    old = delete(CarriedStateRow).where(CarriedStateRow.case_id == case_id, CarriedStateRow.hash != keep)
    await session.execute(old.execution_options(synchronize_session=False))
