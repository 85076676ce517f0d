"""Declared fields that nothing uses (`unused_field`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from waystation.compiler.effects import mentions
from waystation.compiler.findings import Finding, Unit


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `unused_field`: no expression reads the field, no node writes it, no form or rule names it."""
    declared = unit.tree.get("data")
    if not isinstance(declared, dict):
        return
    used = set(_used(unit))
    if None in used:
        return
    for name in declared:
        if name in unit.plan.data and name not in used:
            yield Finding("unused_field", ("data", name), args={"field": name}, key=True)


def _used(unit: Unit) -> Iterator[str | None]:
    """Names in use; None for an expression that takes all of `data`."""
    for read in unit.reads:
        yield from (name for root, name in mentions(read.source) if root == "data")
    yield from (write.name for write in unit.writes if write.node and not write.local)
    for form in unit.plan.forms.values():
        yield from form.fields
        for region in form.by_region.values():
            yield from region.get("add", {}) if isinstance(region, dict) else ()
    yield from ((unit.plan.start.message or {}).get("data") or {})
    for site in unit.sites.values():
        yield from _member_fields(site.node.params)


def _member_fields(params: Any) -> Iterator[str]:
    """Fields that rules of `assign` and the like name: `field: engineer`."""
    pending = [msgspec.to_builtins(params) if isinstance(params, msgspec.Struct) else params]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if part.get("by") == "field" and isinstance(part.get("value"), str):
                yield part["value"]
            pending.extend(part.values())
        elif isinstance(part, (list, tuple)):
            pending.extend(part)
