"""Designs and their saves. A save names the revision that it follows: nobody overwrites what he has not seen."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update

from waystation.contracts.errors import Refused
from waystation.store import exact_json
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.designs import DesignRevisionRow, DesignRightRow, DesignRow

#: Saves without a name that are kept of each design.
KEPT = 200
MOST_DESIGNS = 5_000
#: Bytes of a text; what the reader of YAML takes.
MOST_BYTES = 1024 * 1024
MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class Content:
    """What a save holds."""

    text: str
    scenarios: str = ""
    layout: Any = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a list says about a design; read from its text by whoever saves it."""

    process: str
    title: Any = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class Design:
    id: str
    facts: Facts
    region: str
    base: str
    content: Content
    revision: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a design; `content` is None in lists."""

    revision: int
    at: datetime
    by: str
    name: str
    notes: str
    content: Content | None = None


async def add(
    session: TenantSession, content: Content, facts: Facts, *, by: str, at: datetime, region: str = "", base: str = ""
) -> Design:
    """Keep a new design.

    Raises:
        Refused: `too_many`, `too_large`.
    """
    _check_size(content)
    if int(await session.scalar(select(func.count()).select_from(DesignRow)) or 0) >= MOST_DESIGNS:
        raise Refused("too_many", f"at most {MOST_DESIGNS} designs are kept", f"最多保留 {MOST_DESIGNS} 份设计稿")
    row = DesignRow(
        design=new_id(), region=region, base=base, revision=1, created_at=at, created_by=by, changed_at=at,
        changed_by=by, **_columns(content, facts),
    )  # fmt: skip
    session.add(row)
    session.add(_revision(row.design, 1, content, by, at))
    await session.flush()
    return _design(row)


async def design(session: TenantSession, name: str) -> Design | None:
    row = await session.get(DesignRow, (session.tenant, name))
    return None if row is None else _design(row)


async def designs(session: TenantSession, *, process: str | None = None, region: str | None = None) -> list[Design]:
    """All designs, last saved first."""
    query = select(DesignRow).order_by(DesignRow.changed_at.desc(), DesignRow.design)
    if process is not None:
        query = query.where(DesignRow.process == process)
    if region is not None:
        query = query.where(DesignRow.region == region)
    return [_design(row) for row in await session.scalars(query)]


async def overlays_of(session: TenantSession, base: str) -> list[Design]:
    """The overlays that stand on a process."""
    query = select(DesignRow).where(DesignRow.base == base).order_by(DesignRow.region, DesignRow.design)
    return [_design(row) for row in await session.scalars(query)]


async def save(
    session: TenantSession, seen: Design, content: Content, facts: Facts, *, by: str, at: datetime
) -> Design | None:
    """Save a design that is still at the revision of `seen`; None: somebody else was faster.

    Raises:
        Refused: `too_large`.
    """
    _check_size(content)
    fresh = {"revision": seen.revision + 1, "changed_at": at, "changed_by": by, **_columns(content, facts)}
    changed = await session.execute(
        update(DesignRow).where(DesignRow.design == seen.id, DesignRow.revision == seen.revision).values(**fresh)
    )
    assert isinstance(changed, CursorResult)
    if changed.rowcount == 0:
        return None
    session.add(_revision(seen.id, seen.revision + 1, content, by, at))
    old = DesignRevisionRow.revision <= seen.revision + 1 - KEPT
    await session.execute(
        delete(DesignRevisionRow).where(DesignRevisionRow.design == seen.id, DesignRevisionRow.name == "", old)
    )
    await session.flush()
    return replace(
        seen, facts=facts, content=content, revision=seen.revision + 1, changed_at=at, changed_by=by,
    )  # fmt: skip


async def drop(session: TenantSession, name: str) -> None:
    """Throw a design away with all its saves."""
    await session.execute(delete(DesignRevisionRow).where(DesignRevisionRow.design == name))
    await session.execute(delete(DesignRow).where(DesignRow.design == name))


async def saves(session: TenantSession, name: str, *, named: bool = False) -> list[Save]:
    """The saves that are kept, newest first, without their content."""
    row = DesignRevisionRow
    query = select(row.revision, row.at, row.by, row.name, row.notes).where(row.design == name)
    query = query.where(row.name != "") if named else query
    return [Save(*found) for found in await session.execute(query.order_by(row.revision.desc()))]


async def revision(session: TenantSession, name: str, number: int) -> Save | None:
    """One save with its content; None where it is not kept."""
    row = await session.get(DesignRevisionRow, (session.tenant, name, number))
    return None if row is None else Save(row.revision, row.at, row.by, row.name, row.notes, _unpacked(row.content))


async def give_name(session: TenantSession, name: str, number: int, called: str, notes: str) -> Save:
    """Make a version of a save: it gets a name and is kept for good.

    Raises:
        Refused: `not_found`, `too_many`.
    """
    row = await session.get(DesignRevisionRow, (session.tenant, name, number))
    if row is None:
        raise Refused("not_found", f"revision {number} is not kept", f"没有保留第 {number} 次保存")
    if row.name == "" and len(await saves(session, name, named=True)) >= MOST_NAMED:
        raise Refused("too_many", f"at most {MOST_NAMED} versions have a name", f"最多命名 {MOST_NAMED} 个版本")
    row.name, row.notes = called, notes
    await session.flush()
    return Save(row.revision, row.at, row.by, row.name, row.notes)


async def rights(session: TenantSession) -> list[DesignRightRow]:
    """Every right that was given, in order."""
    row = DesignRightRow
    return list(await session.scalars(select(row).order_by(row.process, row.region, row.right, row.who)))


async def set_rights(session: TenantSession, given: Sequence[tuple[str, str, str, str]]) -> None:
    """Put these rights (process, region, right, who) in place of all others."""
    await session.execute(delete(DesignRightRow))
    for process, region, right, who in dict.fromkeys(given):
        session.add(DesignRightRow(process=process, region=region, right=right, who=who))
    await session.flush()


async def set_rights_on(session: TenantSession, process: str, given: Sequence[tuple[str, str, str]]) -> None:
    """Put these rights (region, right, who) on a process in place of those that name it."""
    await session.execute(delete(DesignRightRow).where(DesignRightRow.process == process))
    for region, right, who in dict.fromkeys(given):
        session.add(DesignRightRow(process=process, region=region, right=right, who=who))
    await session.flush()


def _check_size(content: Content) -> None:
    if max(len(content.text.encode()), len(content.scenarios.encode())) > MOST_BYTES:
        raise Refused("too_large", "a text has at most 1 MiB", "文本不得超过 1 MiB")


def _columns(content: Content, facts: Facts) -> dict[str, Any]:
    return {
        "process": facts.process, "title": facts.title, "family": facts.family, "text": content.text,
        "scenarios": content.scenarios, "layout": content.layout,
    }  # fmt: skip


def _revision(name: str, number: int, content: Content, by: str, at: datetime) -> DesignRevisionRow:
    packed = zlib.compress(exact_json.encode([content.text, content.scenarios, content.layout]).encode())
    return DesignRevisionRow(design=name, revision=number, content=packed, at=at, by=by, name="", notes="")


def _unpacked(packed: bytes) -> Content:
    return Content(*exact_json.decode(zlib.decompress(packed).decode()))


def _design(row: DesignRow) -> Design:
    return Design(
        row.design, Facts(row.process, row.title, row.family), row.region, row.base,
        Content(row.text, row.scenarios, row.layout or {}), row.revision, row.created_at, row.created_by,
        row.changed_at, row.changed_by,
    )  # fmt: skip
