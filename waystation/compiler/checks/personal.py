"""What is personal and would be kept where it cannot be sealed (`personal_key`)."""

from __future__ import annotations

from collections.abc import Iterable

from waystation.compiler.effects import mentions
from waystation.compiler.findings import Finding, Unit
from waystation.contracts.plan import canonical_json
from waystation.sealing.personal import WORD, personal_fields


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `personal_key`: business keys are compared and shown in lists, so they are kept as they are."""
    start = unit.tree.get("start")
    key = start.get("key") if isinstance(start, dict) else None
    if not isinstance(key, str) or WORD not in str(unit.tree.get("data")):
        return
    declared = personal_fields(canonical_json(unit.plan))
    names = sorted({name for _, name in mentions(key) if declared is not None and name in declared.fields})
    if names:
        yield Finding("personal_key", ("start", "key"), args={"field": ", ".join(map(str, names))})
