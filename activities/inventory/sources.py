"""Which warehouses could deliver, with their free stock and their distance: the reading half of a reservation."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from activities._runtime import ActionContext, Point, metres_between, point_at
from activities.inventory.rules import Source
from activities.inventory.tables import StockLevel, Warehouse

#: Stock by (warehouse, article), as it was read.
Levels = dict[tuple[str, str], StockLevel]


async def find_sources(
    ctx: ActionContext, demand: Mapping[str, int], *, serves: str, near: Point | None, only: str | None
) -> tuple[list[Source], Levels]:
    """Open warehouses that hold any of the articles, and the stock rows read.

    Args:
        serves: goods or parts.
        near: where the goods go; without it every way is 0 m and the warehouse's priority decides.
        only: the one warehouse allowed.
    """
    open_places = select(Warehouse).where(Warehouse.open, Warehouse.serves == serves)
    if only is not None:
        open_places = open_places.where(Warehouse.id == only)
    warehouses = {each.id: each for each in await ctx.session.scalars(open_places.order_by(Warehouse.id))}
    levels = await _levels(ctx, demand)
    free: dict[str, dict[str, int]] = {}
    for (warehouse, sku), level in levels.items():
        free.setdefault(warehouse, {})[sku] = level.on_hand - level.reserved
    sources = [
        Source(each.id, _metres(each, near), each.priority, free[each.id])
        for each in warehouses.values()
        if each.id in free
    ]
    return sources, levels


async def _levels(ctx: ActionContext, demand: Mapping[str, int]) -> Levels:
    statement = select(StockLevel).where(StockLevel.sku.in_(list(demand)))
    return {(level.warehouse, level.sku): level for level in await ctx.session.scalars(statement)}


def _metres(warehouse: Warehouse, near: Point | None) -> float:
    if near is None:
        return 0.0
    return metres_between(point_at(warehouse.lat, warehouse.lng, warehouse.datum), near)
