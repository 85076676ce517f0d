"""Stock that was there before batches becomes one batch for each article, and can be shipped at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from activities.inventory.tables import StockBatch
from waystation.store import migrate
from waystation.store.session import Database

OLD = (
    "INSERT INTO stock_level (tenant, warehouse, sku, on_hand, reserved, safety, bin) VALUES "
    "('t', 'w', 'beans', 7, 2, 0, ''), ('t', 'w', 'gone', 0, 0, 0, ''), ('u', 'w', 'beans', 3, 0, 0, '')"
)


async def test_what_lies_on_the_shelves_becomes_a_batch(database_url: str) -> None:
    """One batch of unknown cost for what is there, none for what is not, each in its own tenant."""
    await migrate.upgrade(database_url, "0007")
    database = Database(database_url)
    async with database.writer.begin() as connection:
        await connection.execute(text(OLD))
    await database.close()
    await migrate.upgrade(database_url)
    database = Database(database_url)
    async with database.read("t") as session:
        batch = (await session.scalars(select(StockBatch))).one()
    await database.close()
    assert (batch.warehouse, batch.sku, batch.qty, batch.unspent, batch.unit_cost) == ("w", "beans", 7, 7, 0)
    assert abs(datetime.now(UTC) - batch.received_at) < timedelta(days=1)
