"""Designs checked: the compiler's answer about what is saved, or about what is not saved yet."""

from __future__ import annotations

import asyncio

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import bodies, views
from designer_api.designs.effective import base_text, check_overlay
from designer_api.designs.keeping import opened
from designer_api.staffing import tenant_library
from waystation.compiler.library import Library
from waystation.design.checking import check, read_text
from waystation.design.operations import Operations, applied
from waystation.design.rewriting import rewritten
from waystation.store.designs import Design


async def checked(held: Parts, caller: Caller, name: str, asked: bodies.CheckAsked) -> bodies.Check:
    """Check a design as saved, another text in its place, or operations on it.

    Raises:
        Refused: `not_found`, `bad_edit`, `not_editable`.
    """
    found = await opened(held, caller, name)
    library = await tenant_library(held, caller.tenant)
    text = await asyncio.to_thread(meant_text, held, found.design, asked.text, asked.ops)
    if not found.design.base:
        return await asyncio.to_thread(_checked, held, text, library)
    base = await base_text(held, caller, found.design.base)
    return await asyncio.to_thread(check_overlay, held, base, text, library)


async def checked_text(held: Parts, caller: Caller, text: str) -> bodies.Check:
    """Check a text that is no design."""
    library = await tenant_library(held, caller.tenant)
    return await asyncio.to_thread(_checked, held, text, library)


def meant_text(held: Parts, design: Design, text: str | None, ops: Operations | None) -> str:
    """The text that is asked about: another one, or the design's own with operations that are not saved.

    Raises:
        Refused: `bad_edit`, `not_editable`.
    """
    meant = design.content.text if text is None else text
    if not ops:
        return meant
    source = read_text(meant)
    tree = source.tree if isinstance(source.tree, dict) else {}
    return rewritten(source, applied(tree, {}, ops, held.catalog).tree)


def _checked(held: Parts, text: str, library: Library) -> bodies.Check:
    return views.check(check(text, held.catalog, library))
