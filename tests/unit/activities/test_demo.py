"""The demo fills a tenant once and leaves what has moved since alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from activities.demo import seed
from activities.inventory.tables import StockLevel
from tests.unit.activities.conftest import AT, Desk

pytestmark = pytest.mark.databases


async def test_seeding_twice_changes_nothing(desk: Desk) -> None:
    """The second time writes no row and does not put stock back."""
    await desk.ok("inventory.reserve", lines=[{"sku": "machine_b2", "qty": 3}])
    assert set((await seed(desk.database, "demo", at=AT)).values()) == {0}
    async with desk.database.read("demo") as session:
        level = select(StockLevel).where(StockLevel.warehouse == "wh_shanghai", StockLevel.sku == "machine_b2")
        assert (await session.scalars(level)).one().reserved == 3


async def test_every_tenant_has_rows_of_its_own(desk: Desk) -> None:
    """Seeding another tenant does not meet the first one's rows."""
    written = await seed(desk.database, "other", at=AT)
    assert written["warehouse"] == 6
    assert all(written.values())
