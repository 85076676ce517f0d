"""Designs listed, thrown away, and what stands on them."""

from __future__ import annotations

import asyncio

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import bodies, views
from designer_api.designs.keeping import opened, require_newest
from designer_api.designs.rights import Right, Rights
from waystation.compiler.mermaid import in_language
from waystation.contracts.errors import Refused
from waystation.design.uses import calls_of
from waystation.store import audit, definitions, designs
from waystation.store.case_lists import CaseFilter, count
from waystation.store.designs import Design
from waystation.store.session import TenantSession


async def listed(
    held: Parts, caller: Caller, *, process: str | None, region: str | None, text: str | None
) -> bodies.DesignList:
    """The designs that the caller may see."""
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
        found = await designs.designs(session, process=process, region=region)
        released = {version.process: version for version in await definitions.published(session)}
    wanted = (text or "").strip().casefold()
    items = [
        views.summary(each, rights, released)
        for each in found
        if rights.on(each.facts.process, each.region) is not Right.NONE and wanted in _words(each)
    ]
    return bodies.DesignList(items=items)


def _words(design: Design) -> str:
    title = design.facts.title
    titles = title.values() if isinstance(title, dict) else [title]
    return " ".join((*map(str, titles), design.facts.process, design.region)).casefold()


async def drop(held: Parts, caller: Caller, name: str, seen: int | None, *, force: bool) -> None:
    """Throw a design away.

    Raises:
        Refused: `in_use`, `changed_meanwhile`, `not_found`, `not_allowed`.
    """
    found = await opened(held, caller, name, Right.EDIT)
    if seen is not None:
        require_newest(found, seen)
    standing = [use for use in (await uses(held, caller, name)).items if use.kind == "overlay"]
    last = not found.released and not found.design.base
    if standing and last and not force:
        raise Refused(
            "in_use", f"{len(standing)} overlays stand on it", f"有 {len(standing)} 个地区版基于它",
            {"uses": [use.model_dump() for use in standing]},
        )  # fmt: skip

    async def work(session: TenantSession) -> None:
        await designs.drop(session, name)
        await audit.record(
            session, caller.person, "design.delete", at=now(), target=f"design/{name}",
            detail={"process": found.design.facts.process, "revision": found.design.revision},
        )  # fmt: skip

    await held.database.transact(caller.tenant, work)


async def uses(held: Parts, caller: Caller, name: str) -> bodies.UseList:
    """Who calls the process of a design, its open cases, and the overlays on it."""
    process = (await opened(held, caller, name)).design.facts.process
    async with held.database.read(caller.tenant) as session:
        published = await definitions.published(session)
        overlays = await designs.overlays_of(session, process)
        running = await count(session, CaseFilter(process=(process,), status=("open", "suspended")))
    calling = await asyncio.to_thread(calls_of, process, {each.process: each.source for each in published})
    items = [_use("process", each, each, f"流程 {each} 调用它", f"process {each} calls it") for each in calling]
    items += [
        _use("overlay", each.id, in_language(each.facts.title, "zh"), f"地区版 {each.region}", f"overlay {each.region}")
        for each in overlays
    ]
    if running:
        items.append(_use("cases", process, process, f"{running} 个进行中的实例", f"{running} open cases"))
    return bodies.UseList(items=items)


def _use(kind: str, name: str, title: str, zh: str, en: str) -> bodies.Use:
    return bodies.Use(kind=kind, id=name, title=title or name, zh=zh, en=en)
