"""Demo stock: definitions/demo/inventory.yaml as rows, opening movements included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from activities._runtime import DataFile, Seed, load_file
from activities.inventory.tables import StockBatch, StockLevel, StockMove, Warehouse


class _Warehouse(DataFile):
    title: dict[str, str]
    serves: str
    lat: float
    lng: float
    region: str
    priority: int


class _Level(DataFile):
    on_hand: int
    safety: int = 0
    bin: str = ""
    cost: int = 0


class Demo(DataFile):
    """The file's form."""

    demo: str
    datum: str
    warehouses: dict[str, _Warehouse]
    stock: dict[str, dict[str, _Level]]


def demo_rows(at: datetime) -> Iterator[Seed]:
    """The rows of the demo, those that others refer to first."""
    demo = load_file("demo", "inventory", Demo)
    for warehouse, place in demo.warehouses.items():
        yield Warehouse, {"id": warehouse, "datum": demo.datum, "open": True, **place.model_dump()}
    for warehouse, levels in demo.stock.items():
        for sku, level in levels.items():
            opening = {"warehouse": warehouse, "sku": sku, "kind": "opening", "qty": level.on_hand}
            counters = level.model_dump(exclude={"cost"})
            yield StockLevel, {"warehouse": warehouse, "sku": sku, "reserved": 0, **counters}
            yield StockMove, {"id": f"open/{warehouse}/{sku}", "ref": "demo", "case_id": "", "at": at, **opening}
            batch = {"warehouse": warehouse, "sku": sku, "qty": level.on_hand, "unspent": level.on_hand}
            cost = {"unit_cost": level.cost, "received_at": at, "ref": "demo"}
            yield StockBatch, {"id": f"open/{warehouse}/{sku}", **batch, **cost}
