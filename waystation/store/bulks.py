"""Commands sent to many cases: the batch, its cases, and how each of them answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, insert, select, update

from waystation.contracts.errors import Refused
from waystation.store.cursors import Page, cut, page_of
from waystation.store.session import TenantSession
from waystation.store.tables.changes import BulkItemRow, BulkRow

WAITING, DONE, REFUSED, FAILED, STOPPED = "waiting", "done", "refused", "failed", "stopped"
RUNNING = "running"
#: Cases of one batch at most.
MOST_CASES = 100_000

_NEWEST = (BulkRow.started_at, BulkRow.bulk_id)
_IN_ORDER = (BulkItemRow.number,)
#: Rows written by one statement.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a batch is to do.

    Args:
        wanted: the filter that chose its cases, for the record.
        process: of all its cases, "" where they are of several.
        undoes: the batch that it takes back.
    """

    verb: str
    task: str | None
    args: dict[str, Any]
    wanted: dict[str, Any]
    process: str
    dry_run: bool
    per_second: int
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How one case answered. `code` is the refusal's, or what a dry run found."""

    number: int
    status: str
    code: str = ""
    zh: str = ""
    en: str = ""
    answer: Any = None


async def begin(
    session: TenantSession,
    bulk_id: str,
    order: Order,
    items: Sequence[tuple[str, dict[str, Any] | None]],
    *,
    by: str,
    at: datetime,
) -> BulkRow:
    """Note a batch with its cases; each may have arguments of its own.

    Raises:
        Refused: `too_many`.
    """
    if len(items) > MOST_CASES:
        raise Refused(
            "too_many",
            f"{len(items)} cases; at most {MOST_CASES} go into one batch",
            f"共 {len(items)} 个流程，一批最多 {MOST_CASES} 个",
        )
    row = BulkRow(
        bulk_id=bulk_id,
        verb=order.verb,
        task=order.task,
        args=order.args,
        wanted=order.wanted,
        process=order.process,
        dry_run=order.dry_run,
        per_second=order.per_second,
        undoes=order.undoes,
        status=RUNNING,
        stopping=False,
        total=len(items),
        started_at=at,
        started_by=by,
        ended_at=None,
    )
    session.add(row)
    await session.flush()
    for first in range(0, len(items), _AT_ONCE):
        await session.execute(insert(BulkItemRow), _rows(bulk_id, first, items[first : first + _AT_ONCE]))
    return row


def _rows(bulk_id: str, first: int, items: Sequence[tuple[str, dict[str, Any] | None]]) -> list[dict[str, Any]]:
    blank = {"status": WAITING, "code": "", "zh": "", "en": "", "answer": None, "done_at": None}
    return [
        {"bulk_id": bulk_id, "number": first + index, "case_id": case, "args": args, **blank}
        for index, (case, args) in enumerate(items, 1)
    ]


async def bulk(session: TenantSession, bulk_id: str) -> BulkRow:
    """A batch.

    Raises:
        Refused: `not_found`.
    """
    row = await session.get(BulkRow, (session.tenant, bulk_id))
    if row is None:
        raise Refused("not_found", "there is no such batch", "没有该批量任务")
    return row


async def bulks(session: TenantSession, *, cursor: str | None = None, limit: int = 50) -> Page[BulkRow]:
    """One page of the batches, newest first.

    Raises:
        Refused: `bad_cursor`.
    """
    rows = list(await session.scalars(page_of(select(BulkRow), _NEWEST, cursor, limit, newest_first=True)))
    return cut(rows, [[row.started_at, row.bulk_id] for row in rows], limit)


async def recent(session: TenantSession, process: str, verb: str, *, limit: int) -> list[BulkRow]:
    """The last batches of a process that send this command, newest first."""
    query = select(BulkRow).where(BulkRow.process == process, BulkRow.verb == verb)
    return list(await session.scalars(query.order_by(*(column.desc() for column in _NEWEST)).limit(limit)))


async def items(
    session: TenantSession,
    bulk_id: str,
    *,
    status: str | None = None,
    code: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[BulkItemRow]:
    """One page of a batch's cases (with this status, with this code), in order.

    Raises:
        Refused: `bad_cursor`.
    """
    query = select(BulkItemRow).where(BulkItemRow.bulk_id == bulk_id)
    if status is not None:
        query = query.where(BulkItemRow.status == status)
    if code is not None:
        query = query.where(BulkItemRow.code == code)
    rows = list(await session.scalars(page_of(query, _IN_ORDER, cursor, limit, newest_first=False)))
    return cut(rows, [[row.number] for row in rows], limit)


async def every_item(session: TenantSession, bulk_id: str, status: str) -> list[BulkItemRow]:
    """All cases of a batch with this status, in order."""
    query = select(BulkItemRow).where(BulkItemRow.bulk_id == bulk_id, BulkItemRow.status == status)
    return list(await session.scalars(query.order_by(BulkItemRow.number)))


async def progress(session: TenantSession, bulk_id: str) -> list[tuple[str, str, int]]:
    """(status, code, number of cases), in order."""
    query = (
        select(BulkItemRow.status, BulkItemRow.code, func.count())
        .where(BulkItemRow.bulk_id == bulk_id)
        .group_by(BulkItemRow.status, BulkItemRow.code)
        .order_by(BulkItemRow.status, BulkItemRow.code)
    )
    return [(status, code, int(number)) for status, code, number in await session.execute(query)]


async def next_items(session: TenantSession, bulk_id: str, limit: int) -> list[BulkItemRow]:
    """The cases that come next."""
    query = select(BulkItemRow).where(BulkItemRow.bulk_id == bulk_id, BulkItemRow.status == WAITING)
    return list(await session.scalars(query.order_by(BulkItemRow.number).limit(limit)))


async def note(session: TenantSession, bulk_id: str, results: Sequence[Result], *, at: datetime) -> None:
    """Keep how cases answered. The first answer stays."""
    for result in sorted(results, key=lambda result: result.number):
        await session.execute(
            update(BulkItemRow)
            .where(BulkItemRow.bulk_id == bulk_id, BulkItemRow.number == result.number, BulkItemRow.status == WAITING)
            .values(
                status=result.status,
                code=result.code[:40],
                zh=result.zh,
                en=result.en,
                answer=result.answer,
                done_at=at,
            )
        )


async def ask_to_stop(session: TenantSession, bulk_id: str) -> BulkRow:
    """Have a batch stop after the cases that it has in hand; one that is over stays as it is.

    Raises:
        Refused: `not_found`.
    """
    row = await _locked(session, bulk_id)
    if row.status == RUNNING:
        row.stopping = True
    return row


async def close(session: TenantSession, bulk_id: str, *, at: datetime) -> None:
    """The batch is over. Cases that are left are marked as stopped."""
    row = await _locked(session, bulk_id)
    if row.status != RUNNING:
        return
    left = await session.execute(
        update(BulkItemRow)
        .where(BulkItemRow.bulk_id == bulk_id, BulkItemRow.status == WAITING)
        .values(status=STOPPED, done_at=at)
    )
    assert isinstance(left, CursorResult)
    row.status, row.ended_at = STOPPED if left.rowcount else DONE, at


async def take_up(session: TenantSession, bulk_id: str) -> int:
    """Try again those that failed or were stopped; how many those are. What was answered stays answered.

    Raises:
        Refused: `not_found`, or `not_over` while the batch runs.
    """
    row = await _locked(session, bulk_id)
    if row.status == RUNNING:
        raise Refused("not_over", "the batch still runs", "批量任务仍在进行")
    again = await session.execute(
        update(BulkItemRow)
        .where(BulkItemRow.bulk_id == bulk_id, BulkItemRow.status.in_((FAILED, STOPPED)))
        .values(status=WAITING, code="", zh="", en="", done_at=None)
    )
    assert isinstance(again, CursorResult)
    if again.rowcount:
        row.status, row.stopping, row.ended_at = RUNNING, False, None
    return int(again.rowcount)


async def _locked(session: TenantSession, bulk_id: str) -> BulkRow:
    query = select(BulkRow).where(BulkRow.bulk_id == bulk_id).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise Refused("not_found", "there is no such batch", "没有该批量任务")
    return row
