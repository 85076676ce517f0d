"""Machine states outside Temporal: what a case ended with, and states too large to be carried as input."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from waystation.store import personal
from waystation.store.inserts import insert_if_new
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
        old = delete(EndStateRow).where(EndStateRow.case_id.in_(sorted(older)))
        await session.execute(old.execution_options(synchronize_session=False))
        await drop_carried(session, *older)
    await session.execute(insert(EndStateRow), rows)


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


async def drop_carried(session: TenantSession, *cases: str, keep: str | None = None) -> None:
    """Drop the carried states of cases, but for `keep`, from which the present run of one has started."""
    old = delete(CarriedStateRow).where(CarriedStateRow.case_id.in_(sorted(cases)))
    old = old if keep is None else old.where(CarriedStateRow.hash != keep)
    await session.execute(old.execution_options(synchronize_session=False))
