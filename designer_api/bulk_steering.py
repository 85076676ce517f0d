"""Bulk commands for a caller: which cases he may mean, what would happen, and the batch itself.

A batch needs the right to operate, given by name: a process that everybody may operate case by case is not steered in
bulk by everybody.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from designer_api import bulk_schemas as schemas
from designer_api.auth.policy import Caller
from designer_api.batches import require_bulk, show
from designer_api.case_commands import read_command
from designer_api.deps import Parts, now
from designer_api.schemas import CaseCommand
from designer_api.views import case_view
from waystation.contracts.errors import Refused
from waystation.contracts.events import Command
from waystation.gateway import bulk, rehearsal
from waystation.store import bulks, case_lists, cases, definitions, idempotency
from waystation.store.bulks import Order
from waystation.store.case_lists import CaseFilter
from waystation.store.cursors import LONGEST_PAGE
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus

_UNDER_WAY = (CaseStatus.OPEN, CaseStatus.SUSPENDED)
#: Cases shown in a preview, and tried in it at once.
_SAMPLE, _AT_ONCE = 10, 6

#: A case, with arguments of its own where it has some.
Item = tuple[str, dict[str, Any] | None]
Items = Callable[[TenantSession], Awaitable[list[Item]]]


async def preview(held: Parts, caller: Caller, body: schemas.BulkPreviewAsked) -> schemas.BulkPreview:
    """How many cases a bulk command means, some of them, and what the first of them would answer."""
    await require_bulk(held, caller, body.filter.process)
    verb, task, args = read_command(CaseCommand(verb=body.verb, task=body.task, args=body.args))
    async with held.database.read(caller.tenant) as session:
        rows = await _chosen(session, body.filter)
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(row: CaseRow) -> tuple[str, rehearsal.Verdict]:
        command = Command(now(), new_id(), verb, caller.person, task, args)
        async with few:
            return row.case_id, await rehearsal.would(held.gateway, caller.tenant, row.case_id, command)

    tried = await asyncio.gather(*(one(row) for row in rows[: body.check]))
    return schemas.BulkPreview(
        count=len(rows),
        sample=[case_view(row) for row in rows[:_SAMPLE]],
        checked=len(tried),
        would=dict(Counter(verdict.code for _, verdict in tried)),
        refused=[
            schemas.WouldRefuse(case=case, code=found.code, zh=found.zh, en=found.en, detail=found.detail or None)
            for case, found in tried
            if not found.is_good
        ],
    )


async def begin(held: Parts, caller: Caller, body: schemas.BulkStart, key: str | None) -> schemas.Batch:
    """Start a batch over the cases that the filter means now."""
    await require_bulk(held, caller, body.filter.process)
    verb, task, args = read_command(CaseCommand(verb=body.verb, task=body.task, args=body.args))
    order = Order(
        verb=verb,
        task=task,
        args=args,
        wanted=body.filter.model_dump(mode="json", exclude_none=True),
        process=body.filter.process or "",
        dry_run=body.dry_run,
        per_second=body.per_second,
    )

    async def items(session: TenantSession) -> list[Item]:
        return [(row.case_id, None) for row in await _chosen(session, body.filter)]

    return await _start(held, caller, order, items, key, body.model_dump(mode="json"))


async def migrate(
    held: Parts, caller: Caller, process: str, body: schemas.MigrationAsked, key: str | None
) -> schemas.Batch:
    """Start a migration of the open cases of a version, or its dry run."""
    await require_bulk(held, caller, process)
    wanted = schemas.CaseWanted(process=process, version=body.from_, cases=body.cases)
    given = {"map": body.map, "reason": body.reason}
    args = {"from": body.from_, "to": body.to, "clocks": body.clocks}
    order = Order(
        verb="migrate",
        task=None,
        args=args | {name: value for name, value in given.items() if value},
        wanted=wanted.model_dump(mode="json", exclude_none=True),
        process=process,
        dry_run=body.dry_run,
        per_second=body.per_second,
    )
    async with held.database.read(caller.tenant) as session:
        for number in (body.from_, body.to):
            if await definitions.version(session, process, number) is None:
                raise Refused("unknown_version", f"{process} has no version {number}", f"{process} 没有版本 {number}")

    async def items(session: TenantSession) -> list[Item]:
        return [(row.case_id, None) for row in await _chosen(session, wanted)]

    return await _start(held, caller, order, items, key, body.model_dump(mode="json"))


async def undo(held: Parts, caller: Caller, batch: str, key: str | None) -> schemas.Batch:
    """Start a batch that moves back those that a migration has moved. Where that cannot be, its item says why.

    Raises:
        Refused: `not_found`; `not_over`; `not_undoable`, for what is no migration.
    """
    async with held.database.read(caller.tenant) as session:
        row = await bulks.bulk(session, batch)
    await require_bulk(held, caller, row.process)
    if row.verb != "migrate" or row.dry_run:
        raise Refused("not_undoable", "only a migration can be undone", "只有版本迁移可以撤销")
    if row.status == bulks.RUNNING:
        raise Refused("not_over", "the batch still runs; stop it first", "批量任务仍在进行，请先停止")
    clocks = {"clocks": row.args.get("clocks", "keep")}
    order = Order(
        verb="migrate",
        task=None,
        args=clocks,
        wanted={"undoes": batch},
        process=row.process,
        dry_run=False,
        per_second=row.per_second,
        undoes=batch,
    )

    async def items(session: TenantSession) -> list[Item]:
        moved = await bulks.every_item(session, batch, bulks.DONE)
        return [(item.case_id, way_back(item.answer)) for item in moved]

    return await _start(held, caller, order, items, key, {"undo": batch})


def way_back(answer: Any) -> dict[str, Any]:
    """The arguments that move a case back to where it was, from what its migration has answered."""
    told = (answer or {}).get("result") or {}
    back = {str(to): str(node).rsplit("/", 1)[-1] for node, to in (told.get("moved") or {}).items()}
    return {"from": told.get("to"), "to": told.get("from"), "map": back, "restore": told.get("dropped") or {}}


async def _start(
    held: Parts, caller: Caller, order: Order, items: Items, key: str | None, request: dict[str, Any]
) -> schemas.Batch:
    at = now()

    async def work(session: TenantSession) -> str:
        async def choose() -> dict[str, str]:
            found = await bulks.begin(session, new_id(), order, await items(session), by=caller.person, at=at)
            await bulk.ask_for(session, found, at=at)
            return {"batch": found.bulk_id}

        if key is None:
            return (await choose())["batch"]
        return str((await idempotency.once(session, f"bulk:{caller.person}", key, request, choose))["batch"])

    batch = await held.database.transact(caller.tenant, work)
    held.gateway.decided()
    return await show(held, caller, batch)


async def _chosen(session: TenantSession, wanted: schemas.CaseWanted) -> list[CaseRow]:
    """The cases that are meant, in order of their start.

    Raises:
        Refused: `bad_filter`.
    """
    found = CaseFilter(**{"status": _UNDER_WAY, **wanted.model_dump(exclude={"cases"}, exclude_none=True)})
    if wanted.cases is not None:
        return await _named(session, wanted.cases, found)
    rows: list[CaseRow] = []
    cursor: str | None = None
    while len(rows) <= bulks.MOST_CASES:
        page = await case_lists.search(session, found, cursor=cursor, limit=LONGEST_PAGE, descending=False)
        rows += page.items
        cursor = page.next
        if cursor is None:
            break
    return rows


async def _named(session: TenantSession, named: list[str], wanted: CaseFilter) -> list[CaseRow]:
    """Cases that are named one by one; of the filter, only what says which process, version and status they have."""
    plain_filter = CaseFilter(process=wanted.process, version=wanted.version, status=wanted.status)
    if wanted != plain_filter:
        raise Refused(
            "bad_filter",
            "with `cases`, only process, version and status can be given",
            "指定 cases 时只能同时给出 process、version 和 status",
        )
    found = [row for case in dict.fromkeys(named) if (row := await cases.case(session, case)) is not None]
    return [
        row
        for row in found
        if _is_one(row.process, wanted.process)
        and _is_one(row.version, wanted.version)
        and _is_one(row.status, wanted.status)
    ]


def _is_one(value: str | int, wanted: Any) -> bool:
    return wanted is None or value == wanted or (not isinstance(wanted, str | int) and value in wanted)
