"""The feed: what was appended to the journals of a tenant, in one order that everybody sees alike.

A transaction that appends notes which entries; it gets no number, because it does not know which others are through.
Whoever reads has what is new numbered first: only what is committed is seen then, so numbers never appear behind one
that was read, and a reader that remembers a number misses nothing. In one case the order is that of its journal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update

from waystation.contracts.errors import Refused
from waystation.store.ids import new_id
from waystation.store.inserts import insert_if_new
from waystation.store.session import Database, TenantSession
from waystation.store.tables.journal import JournalRow
from waystation.store.tables.outside import FeedHeadRow, FeedRow

#: Rows that get a number in one transaction.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the feed: after entry `seq` of the transaction `number`. As text `12.7`."""

    number: int
    seq: int

    def __str__(self) -> str:
        return f"{self.number}.{self.seq}"

    @classmethod
    def read(cls, text: str) -> Place:
        """The place that a text names.

        Raises:
            Refused: `bad_cursor`.
        """
        number, dot, seq = text.strip().partition(".")
        short = len(number) <= 18 and len(seq) <= 18
        if not (dot and short and number.isascii() and number.isdigit() and seq.isascii() and seq.isdigit()):
            raise Refused("bad_cursor", "this is no place in the feed", "事件位置无效")
        return cls(int(number), int(seq))


def note(session: TenantSession, case_id: str, process: str, first_seq: int, last_seq: int) -> None:
    """This transaction has appended these entries."""
    session.add(
        FeedRow(
            id=new_id(),
            number=None,
            case_id=case_id,
            process=process,
            first_seq=first_seq,
            last_seq=last_seq,
            written_at=datetime.now(UTC),
        )
    )


async def number_new(database: Database, tenant: str) -> None:
    """Give what is through and has no number its number.

    Raises:
        Unavailable: the database does not answer.
    """
    while await _is_new(database, tenant):
        if await database.transact(tenant, _number) < _AT_ONCE:
            return


async def after(session: TenantSession, number: int, limit: int) -> list[FeedRow]:
    """What has a number from this one on, in order; the row of the number itself too, which may be read in part."""
    query = select(FeedRow).where(FeedRow.number >= number).order_by(FeedRow.number).limit(limit)
    return list(await session.scalars(query))


async def entries(session: TenantSession, row: FeedRow, after_seq: int = 0) -> list[JournalRow]:
    """The entries of one row that are still there, from the one after `after_seq`."""
    query = select(JournalRow).where(
        JournalRow.case_id == row.case_id,
        JournalRow.seq > max(after_seq, row.first_seq - 1),
        JournalRow.seq <= row.last_seq,
    )
    return list(await session.scalars(query.order_by(JournalRow.seq)))


async def entry(session: TenantSession, case_id: str, seq: int) -> JournalRow | None:
    """One entry of a case; None where it was taken back."""
    return await session.get(JournalRow, (session.tenant, case_id, seq))


async def end(session: TenantSession) -> Place:
    """The place after everything that has a number."""
    head = await session.get(FeedHeadRow, session.tenant)
    if head is None:
        return Place(0, 0)
    last = await session.scalar(select(FeedRow.last_seq).where(FeedRow.number == head.number))
    return Place(head.number, last or 0)


async def check_kept(session: TenantSession, place: Place) -> None:
    """Refuse a place from which on not everything is kept any more.

    Raises:
        Refused: `feed_gone`.
    """
    head = await session.get(FeedHeadRow, session.tenant)
    known, dropped = (0, 0) if head is None else (head.number, head.dropped)
    if place.number < dropped or place.number > known:
        raise Refused(
            "feed_gone",
            "what came after this place is not kept any more; begin anew",
            "该位置之后的事件已不再保留，请重新开始",
            {"kept_after": dropped},
        )


async def forget(session: TenantSession, before: datetime) -> None:
    """Drop what was written before then, numbered or not."""
    last = await session.scalar(
        select(func.max(FeedRow.number)).where(FeedRow.written_at < before, FeedRow.number.is_not(None))
    )
    if last is not None:
        await session.execute(update(FeedHeadRow).where(FeedHeadRow.dropped < last).values(dropped=last))
        await session.execute(delete(FeedRow).where(FeedRow.number <= last))
    await session.execute(delete(FeedRow).where(FeedRow.written_at < before, FeedRow.number.is_(None)))


async def _is_new(database: Database, tenant: str) -> bool:
    async with database.read(tenant) as session:
        return await session.scalar(select(FeedRow.id).where(FeedRow.number.is_(None)).limit(1)) is not None


async def _number(session: TenantSession) -> int:
    await insert_if_new(session, FeedHeadRow, number=0, dropped=0)
    locked = select(FeedHeadRow).with_for_update().execution_options(populate_existing=True)
    head = (await session.scalars(locked)).one()
    new = select(FeedRow).where(FeedRow.number.is_(None))
    rows = list(await session.scalars(new.order_by(FeedRow.written_at, FeedRow.id).limit(_AT_ONCE)))
    of_them = new.where(FeedRow.case_id.in_({row.case_id for row in rows})).order_by(FeedRow.first_seq)
    for row in _in_order(rows, list(await session.scalars(of_them))):
        head.number += 1
        row.number = head.number
    await session.flush()
    return len(rows)


def _in_order(rows: Sequence[FeedRow], of_them: Sequence[FeedRow]) -> list[FeedRow]:
    """By time, but each case in the order of its journal (`of_them`): clocks of two machines may differ."""
    turns: dict[str, deque[FeedRow]] = {}
    for row in of_them:
        turns.setdefault(row.case_id, deque()).append(row)
    return [turns[row.case_id].popleft() for row in rows]
