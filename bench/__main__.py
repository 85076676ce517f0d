"""`python -m bench [NAME…]`: run benchmarks, print JSON; `--write` puts the table into docs/performance.md."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import cases, compiling, designing, machine, over_http, replaying, spiff
from waystation import collector

BENCHES = {
    "machine": machine.measure,
    "spiff": spiff.measure,
    "compiling": compiling.measure,
    "designing": designing.measure,
    "replaying": replaying.measure,
    "cases": cases.measure,
    "over_http": over_http.measure,
}
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"


def main(arguments: list[str]) -> int:
    """Exit code 2 for a name that is no benchmark."""
    write = "--write" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    collector.settle()  # as every program of ours does
    rows = [row for name in names for row in BENCHES[name]()]
    print(json.dumps({"commit": commit(), "at": datetime.now(UTC).isoformat(), "rows": rows}, indent=2))
    if write:
        write_table(rows)
    return 0


def commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def write_table(rows: list[dict[str, Any]]) -> None:
    """Replace the table between the marks of docs/performance.md."""
    lines = [
        f"Measured on commit {commit()}, {datetime.now(UTC).date()}, 2 cores.",
        "",
        "| what | figure | baseline | its figure | ratio |",
        "|---|--:|---|--:|--:|",
    ]
    lines += [
        f"| {row['what']} | {row['figure']:,} {row['unit']} | {row['baseline']} "
        f"| {row['baseline_figure']:,} {row['unit']} "
        f"| {row['ratio']} |"
        for row in rows
    ]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
