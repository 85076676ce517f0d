"""What becomes of spare parts that a technician holds: built in, or brought back. Never more than are in hand."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from activities._runtime import changed_rows
from activities.inventory.tables import PartIssue


async def build_in(session: AsyncSession, row: PartIssue, qty: int) -> bool:
    """Book units as used; False when fewer are in hand."""
    return await _book(session, row, qty, used=qty, returned=0)


async def bring_back(session: AsyncSession, row: PartIssue, qty: int) -> bool:
    """Book units as returned; False when fewer are in hand."""
    return await _book(session, row, qty, used=0, returned=qty)


async def _book(session: AsyncSession, row: PartIssue, qty: int, *, used: int, returned: int) -> bool:
    changed = await changed_rows(
        session,
        update(PartIssue)
        .where(
            PartIssue.id == row.id,
            PartIssue.sku == row.sku,
            PartIssue.issued - PartIssue.used - PartIssue.returned >= qty,
        )
        .values(used=PartIssue.used + used, returned=PartIssue.returned + returned),
    )
    return changed == 1
