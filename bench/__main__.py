"""`python -m bench [NAME…]`: run benchmarks, print JSON; `--write` puts them into docs/performance.md."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from bench import cases, compiling, designing, machine, over_http, replaying, spiff, table
from tests.support.proofs import commit
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


def main(arguments: list[str]) -> int:
    """Exit code 2 for a name that is no benchmark."""
    write = "--write" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    collector.settle()  # as every program of ours does
    found = {name: BENCHES[name]() for name in names}
    rows = [row for some in found.values() for row in some]
    print(json.dumps({"commit": commit(), "at": datetime.now(UTC).isoformat(), "rows": rows}, indent=2))
    if write:
        table.keep(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
