"""Demo customers with their addresses: definitions/demo/visits.yaml as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from activities._runtime import DataFile, Seed, load_file
from activities.visits.tables import VisitSite


class _Site(DataFile):
    title: dict[str, str]
    address: str
    lat: float
    lng: float


class Demo(DataFile):
    """The file's form."""

    demo: str
    datum: str
    sites: dict[str, _Site]


def demo_rows(_at: datetime) -> Iterator[Seed]:
    """The rows of the demo."""
    demo = load_file("demo", "visits", Demo)
    for customer, site in demo.sites.items():
        yield VisitSite, {"customer": customer, "datum": demo.datum, **site.model_dump()}
