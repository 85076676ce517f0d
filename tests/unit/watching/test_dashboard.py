"""The dashboard asks only for metrics and labels that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY

import waystation.measures  # noqa: F401 - registers what it counts
from designer_api.operations import FAMILIES

FILE = Path(__file__).parents[3] / "deploy" / "grafana" / "waystation.json"
DASHBOARD: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
#: What the engine's own library counts; the names are looked up at a running worker in tests/prove.
ENGINE = re.compile(r"\btemporal_\w+")
_WORD = re.compile(r"\b(waystation_\w+)")
_LABELS = re.compile(r"(?:by|without) \(([^)]*)\)")
_CONDITIONS = re.compile(r"(\w+)\s*=~?\s*\"")


def known() -> dict[str, set[str]]:
    """Series name -> labels."""
    found: dict[str, set[str]] = {name: set(labels) for name, labels in FAMILIES.items()}
    for collector in set(REGISTRY._collector_to_names):
        for name in REGISTRY._collector_to_names[collector]:
            labels = set(getattr(collector, "_labelnames", ()))
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return found


def queries() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]


def test_every_query_asks_for_what_is_counted() -> None:
    """Names of series and of labels, in every panel."""
    series = known()
    assert len(queries()) > 15
    for query in queries():
        names = _WORD.findall(query)
        assert names or ENGINE.search(query), query
        assert set(names) <= series.keys(), query
        wanted = {label.strip() for found in _LABELS.findall(query) for label in found.split(",")}
        wanted |= set(_CONDITIONS.findall(query))
        if names:
            assert wanted <= set.union(*(series[name] for name in names)), query


def test_everything_counted_is_shown() -> None:
    """A metric that no panel asks for is one that nobody looks at."""
    asked = set(_WORD.findall(" ".join(queries())))
    ours = {name for name in known() if name.startswith("waystation_")}
    bare = {re.sub(r"_(bucket|sum|count|created|total)$", "", name) for name in ours}
    assert {re.sub(r"_(bucket|total)$", "", name) for name in asked} == bare


def test_panels_have_their_own_places() -> None:
    """Ids are unique, titles are in both languages, no panel lies over another."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert all(re.search(r"[\u4e00-\u9fff]", panel["title"]) for panel in panels)
