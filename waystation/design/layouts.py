"""Where nodes stand on the canvas: kept beside the text, never part of a version's identity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from waystation.design.places import bad_edit

#: `{"nodes": {address: {"x", "y", …}}, "edges": {edge id: {…}}}`.
Layout = dict[str, dict[str, Any]]
MOST_PLACED = 5_000
_LARGEST = 1_000_000
_MOST_POINTS = 100


def clean(layout: Any) -> Layout:
    """A layout as it came from outside.

    Raises:
        Refused: `bad_edit`, it is none.
    """
    given = layout if isinstance(layout, Mapping) else {}
    found: Layout = {"nodes": {}, "edges": {}}
    for part, known in found.items():
        rows = given.get(part) or {}
        if not isinstance(rows, Mapping) or len(rows) > MOST_PLACED:
            raise bad_edit("布局有误", "this is no layout")
        known.update({str(name): _clean(row, 0) for name, row in rows.items() if row is not None})
    return found


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, (bool, str)) and len(str(value)) <= 200:
        return value
    if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) <= _LARGEST:
        return round(value)
    if isinstance(value, Mapping) and depth < 3 and len(value) <= _MOST_POINTS:
        return {str(key): _clean(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list) and depth < 3 and len(value) <= _MOST_POINTS:
        return [_clean(each, depth + 1) for each in value]
    raise bad_edit("布局有误", "this is no layout")


def arranged(
    layout: Layout,
    *,
    nodes: Mapping[str, Any] | None = None,
    edges: Mapping[str, Any] | None = None,
    gone: str | None = None,
    renamed: tuple[str, str] | None = None,
) -> Layout:
    """The layout with other positions; None removes one. `gone` and `renamed` are nodes, with all inside them."""
    placed = {
        "nodes": {**layout.get("nodes", {}), **(nodes or {})},
        "edges": {**layout.get("edges", {}), **(edges or {})},
    }
    kept = clean(placed)
    if gone is not None:
        kept = {
            part: {name: row for name, row in rows.items() if not _is_of(name, gone)} for part, rows in kept.items()
        }
    if renamed is not None:
        old, new = renamed
        for part, rows in kept.items():
            kept[part] = {new + name[len(old) :] if _is_of(name, old) else name: row for name, row in rows.items()}
    return kept


def _is_of(name: str, node: str) -> bool:
    return name == node or name.startswith((f"{node}/", f"{node}:"))
