"""Fields that are read before anything has written them (`unset`).

It is an error where no way, no branch beside and no start can have written the field, and a doubt where only some can.
Only the first read of a field on a way is told: whoever passed it had the value.
"""

from __future__ import annotations

from collections.abc import Iterable

from waystation.compiler.assignment import Assignment
from waystation.compiler.findings import Finding, Unit

#: Doubts whose cause is looked for; the rest are said to depend on the way.
_MAX_SEARCHES = 100


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `unset`, one for each field and node."""
    assignment = Assignment(unit)
    told: set[tuple[str, str, str]] = set()
    for read in unit.reads:
        known = assignment.knowing(read) if assignment.needed(read) else None
        if known is None:
            continue
        certain, perhaps = known
        for root, name in assignment.fields.needs(read.source):
            bit = assignment.fields.bit(root, name)
            if bit & ~certain and (read.node, root, name) not in told:
                told.add((read.node, root, name))
                variant = ""
                if perhaps & bit:
                    variant = assignment.cause(read, bit) if len(told) <= _MAX_SEARCHES else "branch"
                yield Finding("unset", read.path, read.node or None, {"field": name, "root": root}, variant=variant)
