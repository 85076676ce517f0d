"""Decision tables: cells that no rule takes (`table_gap`), and with `hit: unique` cells that two take
(`table_overlap`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from waystation.compiler.findings import Finding, Unit
from waystation.compiler.table_cover import Cover
from waystation.contracts.plan import Table
from waystation.contracts.problems import Path

#: Overlaps told of one table.
_MOST_OVERLAPS = 20


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `table_gap` and `table_overlap` of the process's own tables."""
    local = unit.tree.get("tables")
    for name, table in unit.plan.tables.items():
        if isinstance(local, dict) and name in local:
            yield from check_table(name, table, ("tables", name))


def check_table(name: str, table: Table, path: Path) -> Iterator[Finding]:
    """The same of one table that stands at `path`, also of one with a file of its own."""
    cover = Cover(table)
    gap = cover.gap()
    if gap is not None:
        yield Finding("table_gap", path, args={"table": name, "example": _cell(gap)}, key=bool(path))
    if table.hit != "unique":
        return
    for number, (first, second, cell) in enumerate(cover.overlaps()):
        if number >= _MOST_OVERLAPS:
            return
        args = {"table": name, "first": first + 1, "second": second + 1, "example": _cell(cell)}
        yield Finding("table_overlap", (*path, "rules", second), args=args)


def _cell(values: Mapping[str, Any]) -> str:
    """`amount = 5000, vip = true`: the same in both languages."""
    return ", ".join(f"{name} = {_shown(value)}" for name, value in values.items()) or "*"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
