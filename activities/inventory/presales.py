"""Presales: who was promised goods before they came. The oldest promise is served first, before any new order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities._runtime import changed_rows
from activities.inventory.tables import Presale


async def ahead(session: AsyncSession, demand: Mapping[str, int], mine: Sequence[Presale]) -> dict[str, int]:
    """Units of each article that wait for others.

    Args:
        mine: the rows of the presale that asks; only older ones come before it. Empty: all waiting ones do.
    """
    own = {row.sku: (row.created_at, row.id) for row in mine}
    waiting = await _waiting(session, demand)
    before: dict[str, int] = dict.fromkeys(demand, 0)
    for row in waiting:
        if row.sku not in own or (row.created_at, row.id) < own[row.sku]:
            before[row.sku] += row.qty
    return before


async def waiting_refs(session: AsyncSession, skus: Collection[str]) -> list[str]:
    """Whose presales wait for any of these articles, oldest first, each once."""
    return list(dict.fromkeys(row.ref for row in await _waiting(session, skus) if row.ref))


async def mark(session: AsyncSession, presale: str, state: str, *, before: Sequence[str]) -> int:
    """Move a presale's rows on; how many were in a state before."""
    statement = update(Presale).where(Presale.id == presale, Presale.state.in_(before))
    return await changed_rows(session, statement.values(state=state))


async def _waiting(session: AsyncSession, skus: Collection[str]) -> list[Presale]:
    statement = (
        select(Presale)
        .where(Presale.sku.in_(list(skus)), Presale.state == "waiting")
        .order_by(Presale.created_at, Presale.id)
    )
    return list(await session.scalars(statement))
