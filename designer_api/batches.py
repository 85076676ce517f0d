"""Batches for a caller: what one is, how far it is, stopping it, and who may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from designer_api import bulk_schemas as schemas
from designer_api.auth.policy import Action, Caller, can, reaches_all
from designer_api.deps import Parts, now
from designer_api.views import access_of, shown
from waystation.contracts.errors import Refused
from waystation.gateway import bulk
from waystation.store import bulks, definitions, finished
from waystation.store.exact_json import plain
from waystation.store.session import TenantSession
from waystation.store.tables.changes import BulkItemRow, BulkRow

_MOST_REASONS = 200


async def show(held: Parts, caller: Caller, batch: str) -> schemas.Batch:
    """A batch and how far it is.

    Raises:
        Refused: `not_found`, `not_allowed`.
    """
    async with held.database.read(caller.tenant) as session:
        row = await bulks.bulk(session, batch)
        await _require(held, session, caller, row)
        return await view(session, row)


async def stop(held: Parts, caller: Caller, batch: str) -> schemas.Batch:
    """Have a batch stop; what is done stays done."""

    async def work(session: TenantSession) -> None:
        await _require(held, session, caller, await bulks.ask_to_stop(session, batch))

    await held.database.transact(caller.tenant, work)
    return await show(held, caller, batch)


async def take_up(held: Parts, caller: Caller, batch: str) -> schemas.Batch:
    """Try again those that failed or were stopped."""

    async def work(session: TenantSession) -> None:
        count = await bulks.take_up(session, batch)
        row = await bulks.bulk(session, batch)
        await _require(held, session, caller, row)
        if count:
            await bulk.ask_for(session, row, at=now())

    await held.database.transact(caller.tenant, work)
    held.gateway.decided()
    return await show(held, caller, batch)


async def reasons(held: Parts, caller: Caller, batch: str) -> schemas.Reasons:
    """Why cases of a migration could not be moved, or could not be if it were no dry run."""
    missing: Counter[str] = Counter()
    why: Counter[tuple[str, str]] = Counter()
    async with held.database.read(caller.tenant) as session:
        await _require(held, session, caller, await bulks.bulk(session, batch))
        for status in (bulks.DONE, bulks.REFUSED):
            for item in await bulks.every_item(session, batch, status):
                told = item.answer if isinstance(item.answer, dict) else {}
                missing.update(str(node) for node in told.get("missing") or ())
                why.update((str(reason["zh"]), str(reason["en"])) for reason in told.get("reasons") or ())
                if status == bulks.REFUSED and "reasons" not in told:
                    why.update([(item.zh, item.en)])
    stands = [schemas.Reason(zh=zh, en=en, cases=number) for (zh, en), number in why.most_common(_MOST_REASONS)]
    return schemas.Reasons(missing=dict(missing.most_common(_MOST_REASONS)), reasons=stands)


async def items(
    held: Parts, caller: Caller, batch: str, status: str | None, code: str | None, cursor: str | None, limit: int
) -> schemas.BatchItemPage:
    """How the cases of a batch answered."""
    async with held.database.read(caller.tenant) as session:
        await _require(held, session, caller, await bulks.bulk(session, batch))
        page = await bulks.items(session, batch, status=status, code=code, cursor=cursor, limit=limit)
        titles = await finished.titles(session, [row.case_id for row in page.items])
    return schemas.BatchItemPage(items=[_item(row, titles) for row in page.items], next=page.next)


def _item(row: BulkItemRow, titles: Mapping[str, Any]) -> schemas.BatchItem:
    return schemas.BatchItem(
        number=row.number,
        case=row.case_id,
        title=titles.get(row.case_id),
        status=row.status,
        code=row.code or None,
        zh=row.zh or None,
        en=row.en or None,
        answer=shown(plain(row.answer)),
        done_at=row.done_at,
    )


async def listed(held: Parts, caller: Caller, cursor: str | None, limit: int) -> schemas.BatchPage:
    """Batches that the caller may see, newest first."""
    async with held.database.read(caller.tenant) as session:
        page = await bulks.bulks(session, cursor=cursor, limit=limit)
        seen = [row for row in page.items if await _may(held, session, caller, row)]
        return schemas.BatchPage(items=[await view(session, row) for row in seen], next=page.next)


async def view(session: TenantSession, row: BulkRow) -> schemas.Batch:
    counted: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    for status, code, number in await bulks.progress(session, row.bulk_id):
        counted[status] += number
        if code:
            codes[code] += number
    return schemas.Batch(
        id=row.bulk_id,
        verb=row.verb,
        task=row.task,
        args=shown(plain(row.args)),
        filter=shown(plain(row.wanted)),
        process=row.process or None,
        dry_run=row.dry_run,
        undoes=row.undoes,
        status=row.status,
        stopping=row.stopping,
        total=row.total,
        progress=dict(counted),
        codes=dict(codes),
        per_second=row.per_second,
        started_at=row.started_at,
        started_by=row.started_by,
        ended_at=row.ended_at,
    )


# --------------------------------------------------------------------------------------------------- rights
async def require_bulk(held: Parts, caller: Caller, process: str | None) -> None:
    """Raise `not_allowed` unless the caller may steer many cases (of this process) at once."""
    if not reaches_all(caller, process):
        raise _not_allowed()
    if can(caller, Action.OPERATE):
        return
    async with held.database.read(caller.tenant) as session:
        if process and await _operates(held, session, caller, process):
            return
    raise _not_allowed()


async def _require(held: Parts, session: TenantSession, caller: Caller, row: BulkRow) -> None:
    if not await _may(held, session, caller, row):
        raise _not_allowed()


async def _may(held: Parts, session: TenantSession, caller: Caller, row: BulkRow) -> bool:
    if not reaches_all(caller, row.process or None):
        return False
    return can(caller, Action.OPERATE) or bool(row.process and await _operates(held, session, caller, row.process))


async def _operates(held: Parts, session: TenantSession, caller: Caller, process: str) -> bool:
    """Is the caller named among those who operate the newest version of a process?"""
    newest = next(iter(await definitions.versions(session, process)), None)
    if newest is None:
        return False
    access = await access_of(held, session, newest.plan_hash)
    return bool(access.operate) and can(caller, Action.OPERATE, access)


def _not_allowed() -> Refused:
    return Refused("not_allowed", "you may not steer many cases at once", "您没有批量操作的权限", {"action": "operate"})
