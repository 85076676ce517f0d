"""Measured rows: kept in docs/performance.json with commit and date, shown in the table of docs/performance.md.

A benchmark that is run again replaces its own rows and no others, so a part can be measured alone.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.proofs import commit

DOCS = Path(__file__).parent.parent / "docs"
KEPT, PAGE = DOCS / "performance.json", DOCS / "performance.md"

_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"
_HEAD = """| what | figure | baseline | its figure | ratio | commit, date |
|---|--:|---|--:|--:|---|"""

#: Rows by the benchmark that measured them.
Rows = dict[str, list[dict[str, Any]]]


def kept() -> Rows:
    found: Rows = json.loads(KEPT.read_text("utf-8"))
    return found


def keep(new: Rows) -> None:
    """Keep what benchmarks have measured just now, and show it."""
    when = {"commit": commit(), "date": str(datetime.now(UTC).date())}
    found = kept() | {name: [{**row, **when} for row in rows] for name, rows in new.items()}
    KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    PAGE.write_text(shown(PAGE.read_text("utf-8"), found), "utf-8")


def shown(page: str, found: Rows) -> str:
    """The page with these rows."""
    before, _, rest = page.partition(_BEGIN)
    lines = [_line(row) for rows in found.values() for row in rows]
    return "\n".join([before + _BEGIN, _HEAD, *lines, _END]) + rest.partition(_END)[2]


def _line(row: dict[str, Any]) -> str:
    figures = f"{row['figure']:,} {row['unit']} | {row['baseline']} | {row['baseline_figure']:,} {row['unit']}"
    return f"| {row['what']} | {figures} | {row['ratio']} | {row['commit']}, {row['date']} |"
