"""Designs made: from a template, a published process, another design, a text, or from nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import bodies
from designer_api.designs.effective import base_text
from designer_api.designs.keeping import Opened, facts_of, opened, released_of
from designer_api.designs.rights import Right, Rights
from waystation.contracts.errors import Refused
from waystation.design.checking import read_text
from waystation.design.emitting import plain
from waystation.design.gallery import template
from waystation.design.model import Tree
from waystation.design.overlays import BLANK, is_overlay
from waystation.design.rewriting import rewritten
from waystation.store import audit, definitions, designs
from waystation.store.designs import Content
from waystation.store.session import TenantSession

_BLANK = """\
waystation: 1
process: {process}
title: 新流程
family: other

nodes:
  done: {{ kind: end }}
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a new design begins with; `base` makes it an overlay."""

    content: Content
    base: str = ""


async def make(held: Parts, caller: Caller, asked: bodies.NewDesign) -> Opened:
    """A new design.

    Raises:
        Refused: `not_found`, `unknown_process`, `unknown_version`, `not_allowed`, `bad_design`, `too_many`.
    """
    origin = await _origin(held, caller, asked)
    content = await asyncio.to_thread(_named, origin.content, asked.process, asked.title)
    facts = await asyncio.to_thread(facts_of, content.text)
    at = now()

    async def work(session: TenantSession) -> Opened:
        rights = await Rights.of(session, caller)
        if rights.on(facts.process, asked.region) < Right.EDIT:
            raise Refused("not_allowed", "you may not edit this process", "您没有编辑此流程的权限", {"action": "edit"})
        made = await designs.add(
            session, content, facts, by=caller.person, at=at, region=asked.region, base=origin.base
        )
        released = await released_of(session, facts.process)
        detail = {"process": facts.process, "region": asked.region, "from": _kind(asked.from_)}
        await audit.record(session, caller.person, "design.create", at=at, target=f"design/{made.id}", detail=detail)
        return Opened(made, rights, released)

    return await held.database.transact(caller.tenant, work)


def _kind(source: bodies.DesignSource) -> str:
    known = ("template", "process", "design", "text", "base")
    named = [name for name in known if getattr(source, name) is not None]
    if len(named) + source.blank != 1:
        raise Refused("bad_design", f"say one of {', '.join(known)}, blank", "请指明一种来源")
    return named[0] if named else "blank"


async def _origin(held: Parts, caller: Caller, asked: bodies.NewDesign) -> Origin:
    source, kind = asked.from_, _kind(asked.from_)
    if kind == "template":
        found = await asyncio.to_thread(template, str(source.template))
        return Origin(Content(found.text, found.scenarios, found.layout))
    if kind == "process":
        return Origin(await of_process(held, caller, str(source.process), source.version))
    if kind == "design":
        return await _of_design(held, caller, str(source.design), source.revision)
    if kind == "text":
        return Origin(Content(str(source.text), source.scenarios))
    if kind == "base":
        return await _overlay(held, caller, asked)
    return Origin(Content(_BLANK.format(process=asked.process or "new_process")))


async def _overlay(held: Parts, caller: Caller, asked: bodies.NewDesign) -> Origin:
    """A new overlay on a base that the caller may see."""
    base = str(asked.from_.base)
    if not asked.region.strip():
        raise Refused("bad_design", "an overlay needs a region", "地区版需要指明地区")
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
        number = len(await designs.overlays_of(session, base)) + 1
    if rights.on(base) is Right.NONE and rights.on(base, asked.region) is Right.NONE:
        raise Refused("unknown_process", f"there is no process {base}", f"没有流程 {base}")
    _ = await base_text(held, caller, base)
    process = asked.process or f"{base}_r{number}"
    text = BLANK.format(process=process, base=base, region=plain(asked.region))
    return Origin(Content(text), base)


async def of_process(held: Parts, caller: Caller, process: str, number: int | None = None) -> Content:
    """The text of a published version, with the newest scenarios and positions that are known of the process.

    Raises:
        Refused: `unknown_process`, `unknown_version`, `not_found`.
    """
    async with held.database.read(caller.tenant) as session:
        rights = await Rights.of(session, caller)
        version = await definitions.latest(session, process)
        if number is not None:
            version = await definitions.version(session, process, number)
        if version is None or rights.on(process) is Right.NONE:
            code = "unknown_process" if number is None else "unknown_version"
            raise Refused(code, f"there is no such version of {process}", f"没有流程 {process} 的这个版本")
        others = await designs.designs(session, process=process, region="")
    last = next((each.content for each in others if each.content.scenarios), None)
    if last is not None:
        return Content(version.source, last.scenarios, last.layout)
    try:
        known = await asyncio.to_thread(template, process)
    except Refused:
        return Content(version.source)
    return Content(version.source, known.scenarios, known.layout)


async def _of_design(held: Parts, caller: Caller, name: str, number: int | None) -> Origin:
    found = await opened(held, caller, name, seen=number)
    if number in (None, found.design.revision):
        return Origin(found.design.content, found.design.base)
    if found.seen is None:
        raise Refused("not_found", f"revision {number} is not kept", f"没有保留第 {number} 次保存")
    return Origin(found.seen, found.design.base)


def _named(content: Content, process: str | None, title: Any) -> Content:
    """The content under another id and title; its scenarios follow."""
    source = read_text(content.text)
    if (
        (process is None and title is None)
        or is_overlay(source.tree)
        or not isinstance(source.tree, dict)
        or source.flaws
    ):
        return content
    tree: Tree = dict(source.tree)
    old = tree.get("process")
    if process is not None:
        tree["process"] = process
    if title is not None:
        tree["title"] = title
    text = rewritten(source, tree)
    scenarios = content.scenarios if process in (None, old) else _renamed(content.scenarios, old, process)
    return Content(text, scenarios, content.layout)


def _renamed(scenarios: str, old: Any, new: str | None) -> str:
    source = read_text(scenarios)
    if source.flaws or not isinstance(source.tree, dict):
        return scenarios
    tree = _with_process(source.tree, old, new)
    rows = tree.get("scenarios")
    if isinstance(rows, list):
        tree["scenarios"] = [_with_process(row, old, new) if isinstance(row, dict) else row for row in rows]
    return rewritten(source, tree)


def _with_process(tree: Mapping[str, Any], old: Any, new: str | None) -> Tree:
    return {key: new if key == "process" and value == old else value for key, value in tree.items()}
