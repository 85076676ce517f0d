"""The saves of a design: listed, named, brought back, and compared with each other and with what is published."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import bodies, views
from designer_api.designs.keeping import Opened, keep, opened, require_newest
from designer_api.designs.making import of_process
from designer_api.designs.rights import Right
from designer_api.staffing import tenant_library
from waystation.compiler.library import Library
from waystation.contracts.errors import Refused
from waystation.design.change_words import changes, property_words
from waystation.design.changes import leaves
from waystation.design.checking import check, read_text
from waystation.design.exact import shown
from waystation.design.per_catalog import once
from waystation.store import audit, designs
from waystation.store.designs import Content, Save
from waystation.store.session import TenantSession

#: Changes that one answer tells.
_MOST = 1_000


async def revisions(held: Parts, caller: Caller, name: str, *, named: bool) -> bodies.RevisionList:
    """The saves that are kept, newest first."""
    _ = await opened(held, caller, name)
    async with held.database.read(caller.tenant) as session:
        found = await designs.saves(session, name, named=named)
    return bodies.RevisionList(items=[_summary(save) for save in found])


async def revision(held: Parts, caller: Caller, name: str, number: int) -> bodies.Revision:
    """One save with its model.

    Raises:
        Refused: `not_found`.
    """
    _ = await opened(held, caller, name)
    save, content = await _save(held, caller, name, number)
    layout = shown({"nodes": {}, "edges": {}, **(content.layout or {})})
    return bodies.Revision(
        **_summary(save).model_dump(), text=content.text, scenarios=content.scenarios, layout=layout,
        model=await asyncio.to_thread(views.model_of, content.text),
    )  # fmt: skip


async def give_name(held: Parts, caller: Caller, name: str, asked: bodies.NewVersion) -> bodies.RevisionSummary:
    """Make a version of a save.

    Raises:
        Refused: `not_found`, `not_allowed`, `too_many`.
    """
    found = await opened(held, caller, name, Right.EDIT)
    number = asked.revision or found.design.revision

    async def work(session: TenantSession) -> Save:
        save = await designs.give_name(session, name, number, asked.name.strip(), asked.notes)
        detail = {"process": found.design.facts.process, "revision": number, "name": asked.name}
        await audit.record(session, caller.person, "design.version", at=now(), target=f"design/{name}", detail=detail)
        return save

    return _summary(await held.database.transact(caller.tenant, work))


async def restore(held: Parts, caller: Caller, name: str, seen: int | None, asked: bodies.RestoreAsked) -> Opened:
    """Bring a save, or what is published, back as the newest revision.

    Raises:
        Refused: `not_found`, `unknown_version`, `revision_needed`, `changed_meanwhile`, `bad_design`.
    """
    found = await opened(held, caller, name, Right.EDIT)
    require_newest(found, seen)
    if (asked.revision is None) == (asked.version is None):
        raise Refused("bad_design", "say a revision or a version", "请指明保存次数或已发布版本")
    if asked.revision is not None:
        _, content = await _save(held, caller, name, asked.revision)
    else:
        published = await of_process(held, caller, found.design.facts.process, asked.version)
        content = Content(published.text, found.design.content.scenarios, found.design.content.layout)
    came = {"restored": asked.revision} if asked.revision is not None else {"restored_version": asked.version}
    return await keep(held, caller, found, content, "design.restore", **came)


@dataclass(frozen=True, slots=True)
class _Side:
    text: str


async def difference(
    held: Parts, caller: Caller, name: str, before: str | None, after: str | None, *, models: bool = False
) -> bodies.Diff:
    """What differs between two texts, property by property; with `models` also what both are.

    Raises:
        Refused: `not_found`, `unknown_version`, `bad_design`.
    """
    found = await opened(held, caller, name)
    default = "published" if found.released else "revision:1"
    one = await _side(held, caller, found, before or default)
    other = await _side(held, caller, found, after or "draft")
    library = await tenant_library(held, caller.tenant)
    told = await asyncio.to_thread(_compared, held, one, other, library)
    if models:
        told.models = (views.model_of(one.text), views.model_of(other.text))
    return told


async def _side(held: Parts, caller: Caller, found: Opened, which: str) -> _Side:
    kind, _, rest = which.partition(":")
    number = int(rest) if rest.isdigit() and len(rest) < 10 else None
    if kind == "draft":
        return _Side(found.design.content.text)
    if kind == "revision" and number is not None:
        return _Side((await _save(held, caller, found.design.id, number))[1].text)
    if kind == "published" and (not rest or number is not None):
        return _Side((await of_process(held, caller, found.design.facts.process, number)).text)
    if kind == "design" and rest:
        return _Side((await opened(held, caller, rest)).design.content.text)
    raise Refused("bad_design", f"{which} names no text", f"无法识别 {which}")


def _compared(held: Parts, one: _Side, other: _Side, library: Library) -> bodies.Diff:
    sides = [check(read_text(side.text), held.catalog, library) for side in (one, other)]
    trees = [side.source.tree if isinstance(side.source.tree, dict) else {} for side in sides]
    found = list(leaves(trees[0], trees[1]))
    told = changes(found[:_MOST], trees[0], trees[1], once(held.catalog, property_words))
    alike = sides[0].hash is not None and sides[0].hash == sides[1].hash
    return bodies.Diff(
        same=alike or one.text == other.text, hash_from=sides[0].hash, hash_to=sides[1].hash,
        changes=[bodies.Change(**shown(each)) for each in told], more=max(0, len(found) - _MOST),
    )  # fmt: skip


async def _save(held: Parts, caller: Caller, name: str, number: int) -> tuple[Save, Content]:
    async with held.database.read(caller.tenant) as session:
        save = await designs.revision(session, name, number)
    if save is None or save.content is None:
        raise Refused("not_found", f"revision {number} is not kept", f"没有保留第 {number} 次保存")
    return save, save.content


def _summary(save: Save) -> bodies.RevisionSummary:
    return bodies.RevisionSummary(revision=save.revision, at=save.at, by=save.by, name=save.name, notes=save.notes)
