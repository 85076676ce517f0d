"""Designs read and saved: what two people change at once is put together, or told apart, and never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs.comparing import changed_meanwhile
from designer_api.designs.rights import Right, Rights, no_design
from waystation.contracts.errors import Refused
from waystation.design.changes import contains, leaves, overlaps
from waystation.design.checking import read_text
from waystation.design.layouts import arranged, clean
from waystation.design.operations import Edit, Operations, Place, applied
from waystation.design.rewriting import rewritten
from waystation.store import audit, definitions, designs
from waystation.store.definitions import Version
from waystation.store.designs import Content, Design, Facts
from waystation.store.session import TenantSession

#: How often a save is tried that others come before.
_TRIES = 5


@dataclass(slots=True)
class Opened:
    """A design with what an answer about it needs."""

    design: Design
    rights: Rights
    released: Mapping[str, Version]
    #: The save that the caller has seen, where it is not the newest and still kept.
    seen: Content | None = None


@dataclass(slots=True)
class Saved:
    """A design after a save. `made` are new nodes; `merged` says that somebody else's edit is in it too."""

    opened: Opened
    made: list[str]
    merged: bool = False


async def opened(
    held: Parts, caller: Caller, name: str, wanted: Right = Right.SEE, *, seen: int | None = None
) -> Opened:
    """A design that the caller may do this with.

    Raises:
        Refused: `not_found`, `not_allowed`.
    """
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
        found = await designs.design(session, name)
        if found is None:
            raise no_design()
        rights.require(wanted, found.facts.process, found.region)
        released = await released_of(session, found.facts.process)
        before = None
        if seen is not None and seen != found.revision:
            save = await designs.revision(session, name, seen)
            before = save.content if save is not None else None
    return Opened(found, rights, released, before)


async def released_of(session: TenantSession, process: str) -> dict[str, Version]:
    """The newest version of a process by its id; empty where it is not published."""
    version = await definitions.latest(session, process)
    return {} if version is None else {process: version}


def facts_of(text: str, before: Facts | None = None) -> Facts:
    """What lists say about a text; of one that cannot be read, what they said before."""
    tree = read_text(text).tree
    known = before or Facts("")
    if not isinstance(tree, dict):
        return known
    process, title, family = tree.get("overlay", tree.get("process")), tree.get("title"), tree.get("family")
    named = isinstance(process, str) and 0 < len(process) <= 100 and process == process.strip() and "\0" not in process
    shown = title if isinstance(title, str) or _is_words(title) else ""
    kind = family if isinstance(family, str) and len(family) <= 40 and family == family.strip() else ""
    return Facts(str(process) if named else known.process, shown, kind)


def _is_words(title: Any) -> bool:
    return isinstance(title, dict) and all(isinstance(each, str) for each in title.values())


async def put(held: Parts, caller: Caller, name: str, seen: int | None, given: Mapping[str, Any]) -> Saved:
    """Save whole parts: text, scenarios, layout.

    Raises:
        Refused: `revision_needed`, `changed_meanwhile` with the three-way comparison, `not_found`, `not_allowed`.
    """
    _require_seen(seen)
    found = await opened(held, caller, name, Right.EDIT, seen=seen)
    parts = {key: value for key, value in given.items() if value is not None}
    if "layout" in parts:
        parts["layout"] = clean(parts["layout"])
    if seen != found.design.revision:
        mine = replace(found.seen or Content(""), **parts)
        if all(getattr(found.design.content, key) == value for key, value in parts.items()):
            return Saved(found, [])
        raise await asyncio.to_thread(changed_meanwhile, found, seen, mine, held.catalog)
    saved = await _save(held, caller, found, replace(found.design.content, **parts), "design.save")
    if saved is None:
        return await put(held, caller, name, seen, given)
    return Saved(saved, [])


async def edit(held: Parts, caller: Caller, name: str, seen: int | None, operations: Operations) -> Saved:
    """Apply operations; on top of what somebody else has saved meanwhile, where both touch different things.

    Raises:
        Refused: as `put`; `bad_edit`, `not_editable`.
    """
    _require_seen(seen)
    for _ in range(_TRIES):
        found = await opened(held, caller, name, Right.EDIT, seen=seen)
        stale = seen != found.design.revision and not all(isinstance(each, Place) for each in operations)
        done, content = await asyncio.to_thread(_edited, held, found, seen if stale else None, operations)
        saved = await _save(held, caller, found, content, "design.save")
        if saved is not None:
            return Saved(saved, done.made, merged=seen != found.design.revision)
    raise Refused("stale", "others are saving all the time; try again", "其他人正在频繁保存，请重试")


def _edited(held: Parts, found: Opened, seen: int | None, operations: Operations) -> tuple[Edit, Content]:
    """The content after operations; `seen` where they were meant for an older revision."""
    content = found.design.content
    if seen is not None:
        if found.seen is None:
            raise changed_meanwhile(found, seen, content, held.catalog)
        before = read_text(found.seen.text)
        mine = _applied(held, found.seen, operations)
        theirs, own = list(leaves(before.tree, read_text(content.text).tree)), list(leaves(before.tree, mine.tree))
        if contains(theirs, own):
            return mine, content
        if overlaps(theirs, own):
            text = rewritten(before, mine.tree)
            raise changed_meanwhile(found, seen, replace(content, text=text), held.catalog)
    done = _applied(held, content, operations)
    text = rewritten(read_text(content.text), done.tree)
    return done, replace(content, text=text, layout=done.layout)


def _applied(held: Parts, content: Content, operations: Operations) -> Edit:
    source = read_text(content.text)
    layout = arranged(content.layout or {})
    if all(isinstance(each, Place) for each in operations):
        return applied(source.tree if isinstance(source.tree, dict) else {}, layout, operations, held.catalog)
    if source.flaws or not isinstance(source.tree, dict):
        raise Refused("not_editable", "the text has to be mended first", "请先修正文本中的语法错误")
    return applied(source.tree, layout, operations, held.catalog)


async def keep(held: Parts, caller: Caller, found: Opened, content: Content, action: str, **detail: Any) -> Opened:
    """Save something else as a design's newest revision.

    Raises:
        Refused: `stale`, when somebody has saved since it was opened.
    """
    saved = await _save(held, caller, found, content, action, **detail)
    if saved is None:
        raise Refused("changed_meanwhile", "somebody else has saved since", "该设计稿已被他人保存，请刷新")
    return saved


async def _save(
    held: Parts, caller: Caller, found: Opened, content: Content, action: str, **detail: Any
) -> Opened | None:
    """One save; None: somebody else was faster. What changes nothing is no save."""
    if content == found.design.content:
        return found
    facts = await asyncio.to_thread(facts_of, content.text, found.design.facts)
    if facts.process != found.design.facts.process:
        found.rights.require(Right.EDIT, facts.process, found.design.region)
    at = now()

    async def work(session: TenantSession) -> Opened | None:
        saved = await designs.save(session, found.design, content, facts, by=caller.person, at=at)
        if saved is None:
            return None
        released = await released_of(session, facts.process)
        await audit.record(
            session, caller.person, action, at=at, target=f"design/{saved.id}",
            detail={"process": facts.process, "revision": saved.revision, **detail},
        )  # fmt: skip
        return Opened(saved, found.rights, released)

    return await held.database.transact(caller.tenant, work)


def require_newest(found: Opened, seen: int | None) -> None:
    """Raises Refused: `revision_needed`, `changed_meanwhile`."""
    _require_seen(seen)
    if seen != found.design.revision:
        detail = {"revision": found.design.revision}
        raise Refused("changed_meanwhile", "somebody else has saved since", "该设计稿已被他人保存，请刷新", detail)


def _require_seen(seen: int | None) -> None:
    if seen is None:
        raise Refused(
            "revision_needed", "say in If-Match which revision this follows", "请用 If-Match 说明所基于的版本"
        )
