"""The process that a design means: its own text, or of an overlay the base's with what the region has otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

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
from waystation.design.overlays import Effective, effective, left_to_regions, parts_of
from waystation.store import definitions, designs
from waystation.store.definitions import Version
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
        base=await _base(held, caller, design) if design.base else None,
    )  # fmt: skip


async def _base(held: Parts, caller: Caller, design: Design) -> publishing_bodies.BaseOfRegion:
    text = await base_text(held, caller, design.base)
    async with held.database.read(caller.tenant) as session:
        version = await definitions.latest(session, design.base)
    may, places = await asyncio.to_thread(lambda: left_to_regions(read_text(text).tree))
    return publishing_bodies.BaseOfRegion(
        process=design.base, version=version.number if version is not None else None,
        model=await asyncio.to_thread(views.model_of, text), may=may, places=places,
        parts=await asyncio.to_thread(_parts, design.content.text),
    )  # fmt: skip


def _parts(overlay: str) -> publishing_bodies.RegionParts:
    return publishing_bodies.RegionParts.model_validate(asdict(parts_of(read_text(overlay).tree)))


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
    items = [
        await asyncio.to_thread(_region, held, base, each, released, library)
        for each, released in await _seen(held, caller, process)
    ]
    return publishing_bodies.RegionList(items=items)


async def regions_of_base(held: Parts, caller: Caller, name: str) -> publishing_bodies.BaseRegions:
    """Every overlay on the process of a design, against what is published of it and against its draft.

    Raises:
        Refused: `not_found`.
    """
    design = (await opened(held, caller, name)).design
    process, draft = design.facts.process, design.content.text
    library = await tenant_library(held, caller.tenant)
    async with held.database.read(caller.tenant) as session:
        newest = await definitions.latest(session, process)
    base = draft if newest is None else newest.source
    items = []
    for each, released in await _seen(held, caller, process):
        found = await asyncio.to_thread(_region, held, base, each, released, library)
        fit = await asyncio.to_thread(check_overlay, held, draft, each.content.text, library)
        draft_fit = publishing_bodies.Fit(ok=fit.ok, problems=fit.problems)
        items.append(publishing_bodies.BaseRegion(**dict(found), draft=draft_fit))
    may, places = await asyncio.to_thread(lambda: left_to_regions(read_text(draft).tree))
    return publishing_bodies.BaseRegions(may=may, places=places, items=items)


async def _seen(held: Parts, caller: Caller, process: str) -> list[tuple[Design, Version | None]]:
    """The overlays on a process that the caller may see, with the newest version of each."""
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
        found = await designs.overlays_of(session, process)
        seen = [each for each in found if rights.on(each.facts.process, each.region) is not Right.NONE]
        return [(each, await definitions.latest(session, each.facts.process)) for each in seen]


def _region(
    held: Parts, base: str, design: Design, released: Version | None, library: Library
) -> publishing_bodies.Region:
    found = check_overlay(held, base, design.content.text, library)
    live = None if released is None else bodies.Released(version=released.number, hash=released.plan_hash)
    return publishing_bodies.Region(
        design=design.id, region=design.region, process=design.facts.process, ok=found.ok, hash=found.hash,
        problems=found.problems, title=design.facts.title, saved_at=design.changed_at, saved_by=design.changed_by,
        published=live, parts=_parts(design.content.text),
    )  # fmt: skip
