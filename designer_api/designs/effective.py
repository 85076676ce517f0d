"""The process that a design means: its own text, or of an overlay the base's with what the region has otherwise."""

from __future__ import annotations

import asyncio

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import bodies, publishing_bodies, views
from designer_api.designs.keeping import opened
from designer_api.designs.rights import Right, Rights
from designer_api.staffing import tenant_library
from waystation.compiler.library import Library
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.contracts.problems import Problem
from waystation.design.checking import Checked, check, read_text
from waystation.design.exact import shown
from waystation.design.overlays import Effective, effective
from waystation.store import definitions, designs
from waystation.store.designs import Design


async def base_text(held: Parts, caller: Caller, process: str) -> str:
    """The newest published text of a base, else that of its design.

    Raises:
        Refused: `unknown_process`.
    """
    async with held.database.read(caller.tenant) as session:
        version = await definitions.latest(session, process)
        others = await designs.designs(session, process=process, region="") if version is None else []
    if version is not None:
        return version.source
    text = next((each.content.text for each in others if not each.base), None)
    if text is None:
        raise Refused("unknown_process", f"there is no process {process}", f"没有流程 {process}")
    return text


async def laid(held: Parts, caller: Caller, design: Design) -> Effective:
    """An overlay on the newest base."""
    base = await base_text(held, caller, design.base)
    return await asyncio.to_thread(_laid, base, design.content.text)


def _laid(base: str, overlay: str) -> Effective:
    return effective(read_text(base), read_text(overlay))


async def meant(held: Parts, caller: Caller, design: Design) -> str:
    """The text that is checked, tried out and published.

    Raises:
        DefinitionInvalid: the overlay does not fit its base.
    """
    if not design.base:
        return design.content.text
    found = await laid(held, caller, design)
    if found.text is None or found.problems:
        raise DefinitionInvalid(found.problems)
    return found.text


async def laid_text(held: Parts, caller: Caller, design: Design) -> tuple[str, tuple[Problem, ...]]:
    """The text that a design means as far as it can be made, and how an overlay does not fit its base."""
    if not design.base:
        return design.content.text, ()
    found = await laid(held, caller, design)
    return found.text or design.content.text, found.problems


async def show(held: Parts, caller: Caller, name: str) -> publishing_bodies.EffectiveProcess:
    """The process of a region, with what is wrong with it.

    Raises:
        Refused: `not_found`, `unknown_process`.
    """
    design = (await opened(held, caller, name)).design
    library = await tenant_library(held, caller.tenant)
    found = await laid(held, caller, design) if design.base else Effective(design.content.text, ())
    text = found.text or ""
    checked = await asyncio.to_thread(check, text, held.catalog, library)
    return publishing_bodies.EffectiveProcess(
        text=text, model=await asyncio.to_thread(views.model_of, text), hash=checked.hash,
        problems=_problems(found, checked), layout=shown({"nodes": {}, "edges": {}, **(design.content.layout or {})}),
    )  # fmt: skip


def _problems(found: Effective, checked: Checked) -> list[bodies.FoundProblem]:
    own = [
        bodies.FoundProblem(
            code=each.code, severity=each.severity.value, node=each.node, field=None, edge=None, path=list(each.path),
            line=each.place.line, column=each.place.column, zh=each.zh, en=each.en, hint_zh="", hint_en="",
        )
        for each in found.problems
    ]  # fmt: skip
    return own if found.text is None else [*own, *views.check(checked).problems]


def check_overlay(held: Parts, base: str, overlay: str, library: Library) -> bodies.Check:
    """What is wrong with an overlay on its base, and with the process that they make together."""
    found = _laid(base, overlay)
    checked = check(found.text or "", held.catalog, library)
    problems = _problems(found, checked)
    ok = not any(each.severity == "error" for each in problems)
    took = round(checked.seconds * 1000)
    return bodies.Check(ok=ok, hash=checked.hash if ok else None, ms=took, problems=problems)


async def regions(held: Parts, caller: Caller, process: str, text: str | None = None) -> publishing_bodies.RegionList:
    """Every overlay on a process that the caller may see, checked against its newest text, or against `text`."""
    base = text if text is not None else await base_text(held, caller, process)
    library = await tenant_library(held, caller.tenant)
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
        found = await designs.overlays_of(session, process)
    seen = [each for each in found if rights.on(each.facts.process, each.region) is not Right.NONE]
    items = [await asyncio.to_thread(_region, held, base, each, library) for each in seen]
    return publishing_bodies.RegionList(items=items)


def _region(held: Parts, base: str, design: Design, library: Library) -> publishing_bodies.Region:
    found = check_overlay(held, base, design.content.text, library)
    return publishing_bodies.Region(
        design=design.id, region=design.region, process=design.facts.process, ok=found.ok, hash=found.hash,
        problems=found.problems,
    )  # fmt: skip
