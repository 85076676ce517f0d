"""Demo service points: definitions/demo/tickets.yaml as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from activities._runtime import DataFile, Seed, load_file
from activities.tickets.tables import ServicePoint


class _Point(DataFile):
    title: dict[str, str]
    region: str
    lat: float
    lng: float
    capacity: int


class Demo(DataFile):
    """The file's form."""

    demo: str
    datum: str
    service_points: dict[str, _Point]


def demo_rows(_at: datetime) -> Iterator[Seed]:
    """The rows of the demo."""
    demo = load_file("demo", "tickets", Demo)
    for name, point in demo.service_points.items():
        yield ServicePoint, {"id": name, "datum": demo.datum, "busy": 0, **point.model_dump()}
