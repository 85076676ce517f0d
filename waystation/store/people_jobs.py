"""Work on many cases that a change of people causes: which cases are next, and what became of those that are done.

A job goes from batch to batch through the outbox, so it survives whoever carries it out; `finish_round` moves its
cursor once, however often a batch was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, and_, func, or_, select, update

from waystation.store import outbox
from waystation.store.cursors import Page, cut, page_of
from waystation.store.ids import new_id
from waystation.store.inserts import insert_all_new, insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus, Seen, TaskPersonRow, TaskRow
from waystation.store.tables.people import PeopleJobItemRow, PeopleJobRow

#: Outbox kind of a batch that is due.
PEOPLE_JOB = "people_job"
#: Look for their people again in every case that asks somebody.
RESOLVE = "resolve"
#: Everything open of `args.from` goes to `args.to`.
HANDOVER = "handover"
#: A contact list was taken over, in one transaction: the items say what became of each person in it.
PULL = "pull"

WAITING, RUNNING, DONE = "waiting", "running", "done"

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)
_NEWEST = (PeopleJobRow.created_at, PeopleJobRow.job)
_ITEMS = (PeopleJobItemRow.case_id, PeopleJobItemRow.path)

#: A case, or one task of it where the path is not empty. Of a pull: no case, and whom it is about as the path.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one item."""

    place: Place
    ok: bool
    code: str = ""
    detail: Any = None


async def start(
    session: TenantSession, kind: str, args: dict[str, Any], *, by: str, at: datetime, job: str | None = None
) -> str:
    """Decide on a job; it begins once this transaction is through. Returns its id."""
    known = job or new_id()
    made = await insert_if_new(
        session,
        PeopleJobRow,
        job=known,
        kind=kind,
        status=WAITING,
        args=args,
        cursor=[],
        rounds=0,
        done=0,
        failed=0,
        created_at=at,
        created_by=by,
        finished_at=None,
    )
    if made:
        await _next_round(session, known, 0, at)
    return known


async def note(
    session: TenantSession, kind: str, args: dict[str, Any], results: Sequence[Done], *, by: str, at: datetime
) -> str:
    """Keep what this transaction has done as a job that is done already. Returns its id."""
    known, good = new_id(), sum(result.ok for result in results)
    session.add(
        PeopleJobRow(
            job=known, kind=kind, status=DONE, args=args, cursor=[], rounds=1, done=good, failed=len(results) - good,
            created_at=at, created_by=by, finished_at=at,
        )
    )  # fmt: skip
    await session.flush()
    rows = [{"job": known, **_item(result, at)} for result in results]
    await insert_all_new(session, PeopleJobItemRow, rows)
    return known


async def resolve_later(session: TenantSession, gone: Sequence[str], *, by: str, at: datetime) -> str:
    """Have all open work look for its people again; a job that waits for its beginning does for both changes.

    Args:
        gone: who has left: they give up what they were handed by verbs, too.
    """
    query = select(PeopleJobRow).where(PeopleJobRow.kind == RESOLVE, PeopleJobRow.status == WAITING).with_for_update()
    waiting = (await session.scalars(query.limit(1))).first()
    if waiting is None:
        return await start(session, RESOLVE, {"gone": list(gone)}, by=by, at=at)
    together = [*waiting.args.get("gone", ()), *gone]
    await session.execute(
        update(PeopleJobRow)
        .where(PeopleJobRow.job == waiting.job)
        .values(args={**waiting.args, "gone": list(dict.fromkeys(together))})
    )
    return waiting.job


async def resolve_at(session: TenantSession, person: str, moment: datetime) -> None:
    """Somebody's absence or proxy begins or ends then: have open work look for its people again at that time."""
    key = f"clock/{person}/{moment.isoformat()}"
    await outbox.put(session, PEOPLE_JOB, key, {"clock": person}, at=moment)


async def begin(session: TenantSession, job_id: str) -> PeopleJobRow | None:
    """The job, which no further change can join from now on; None where there is none."""
    here = (PeopleJobRow.job == job_id, PeopleJobRow.status == WAITING)
    await session.execute(update(PeopleJobRow).where(*here).values(status=RUNNING))
    return await job(session, job_id)


async def job(session: TenantSession, job_id: str) -> PeopleJobRow | None:
    return await session.get(PeopleJobRow, (session.tenant, job_id), populate_existing=True)


async def jobs(session: TenantSession, *, cursor: str | None = None, limit: int = 50) -> Page[PeopleJobRow]:
    """One page of jobs, newest first."""
    rows = list(await session.scalars(page_of(select(PeopleJobRow), _NEWEST, cursor, limit, newest_first=True)))
    return cut(rows, [[row.created_at, row.job] for row in rows], limit)


async def items(
    session: TenantSession,
    job_id: str,
    *,
    failed_only: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PeopleJobItemRow]:
    """One page of what became of a job's items."""
    query = select(PeopleJobItemRow).where(PeopleJobItemRow.job == job_id)
    if failed_only:
        query = query.where(PeopleJobItemRow.ok.is_(False))
    rows = list(await session.scalars(page_of(query, _ITEMS, cursor, limit, newest_first=False)))
    return cut(rows, [[row.case_id, row.path] for row in rows], limit)


async def next_places(
    session: TenantSession, kind: str, args: dict[str, Any], after: Sequence[Any], limit: int
) -> list[Place]:
    """The next places that a job concerns, in order."""
    case_id, path = (str(after[0]), str(after[1])) if len(after) == 2 else ("", "")
    if kind == RESOLVE:
        query = select(TaskRow.case_id).where(TaskRow.status == "open", TaskRow.case_id > case_id).distinct()
        found = await session.scalars(query.order_by(TaskRow.case_id).limit(limit))
        return [(case, "") for case in found]
    processes = [str(process) for process in args.get("processes") or ()]
    if args.get("what") == "tasks":
        return await _tasks_of(session, str(args.get("from")), processes, (case_id, path), limit)
    cases = select(CaseRow.case_id).where(CaseRow.status.in_(_OPEN), CaseRow.case_id > case_id)
    if processes:
        cases = cases.where(CaseRow.process.in_(processes))
    return [(case, "") for case in await session.scalars(cases.order_by(CaseRow.case_id).limit(limit))]


async def _tasks_of(
    session: TenantSession, person: str, processes: Sequence[str], after: Place, limit: int
) -> list[Place]:
    beyond = or_(
        TaskPersonRow.case_id > after[0], and_(TaskPersonRow.case_id == after[0], TaskPersonRow.path > after[1])
    )
    query = select(TaskPersonRow.case_id, TaskPersonRow.path).where(
        TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN, beyond
    )
    if processes:
        query = query.where(TaskPersonRow.process.in_(list(processes)))
    found = await session.execute(query.order_by(TaskPersonRow.case_id, TaskPersonRow.path).limit(limit))
    return [(case, path) for case, path in found]


async def open_tasks(
    session: TenantSession, person: str, processes: Sequence[str], limit: int
) -> list[tuple[TaskRow, Any]]:
    """What a handover would move: tasks with their case's title, oldest first."""
    here = (TaskRow.case_id == TaskPersonRow.case_id) & (TaskRow.path == TaskPersonRow.path)
    query = (
        select(TaskRow, CaseRow.title)
        .join(TaskPersonRow, here)
        .join(CaseRow, CaseRow.case_id == TaskRow.case_id)
        .where(TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN)
    )
    if processes:
        query = query.where(TaskRow.process.in_(list(processes)))
    found = await session.execute(query.order_by(TaskRow.opened_at, TaskRow.case_id, TaskRow.path).limit(limit))
    return [(row, title) for row, title in found]


async def count_open(session: TenantSession, person: str, processes: Sequence[str]) -> tuple[int, int]:
    """How many tasks wait for somebody, and how many open cases there are at all."""
    tasks = (
        select(func.count())
        .select_from(TaskPersonRow)
        .where(TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN)
    )
    cases = select(func.count()).select_from(CaseRow).where(CaseRow.status.in_(_OPEN))
    if processes:
        tasks = tasks.where(TaskPersonRow.process.in_(list(processes)))
        cases = cases.where(CaseRow.process.in_(list(processes)))
    return await session.scalar(tasks) or 0, await session.scalar(cases) or 0


async def finish_round(
    session: TenantSession, job_id: str, rounds: int, results: Sequence[Done], *, last: bool, at: datetime
) -> bool:
    """Keep what became of a batch and have the next one done. False where somebody else has finished this batch.

    Args:
        rounds: batches that were finished when this one was begun.
    """
    locked = select(PeopleJobRow).where(PeopleJobRow.job == job_id).with_for_update()
    row = (await session.scalars(locked.execution_options(populate_existing=True))).one_or_none()
    if row is None or row.rounds != rounds or row.status == DONE:
        return False
    for result in results:
        await _keep(session, job_id, result, at)
    if results:
        row.cursor = list(results[-1].place)
    row.rounds = rounds + 1
    row.done += sum(result.ok for result in results)
    row.failed += sum(not result.ok for result in results)
    if last:
        row.status, row.finished_at = DONE, at
    else:
        await _next_round(session, job_id, rounds + 1, at)
    await session.flush()
    return True


async def failed_places(session: TenantSession, job_id: str) -> list[Place]:
    query = select(PeopleJobItemRow.case_id, PeopleJobItemRow.path).where(
        PeopleJobItemRow.job == job_id, PeopleJobItemRow.ok.is_(False)
    )
    return [(case, path) for case, path in await session.execute(query.order_by(*_ITEMS).limit(1000))]


async def tried_again(session: TenantSession, job_id: str, results: Sequence[Done], *, at: datetime) -> None:
    """Items that failed were done once more, with these results."""
    mended = 0
    for result in results:
        here = (
            PeopleJobItemRow.job == job_id,
            PeopleJobItemRow.case_id == result.place[0],
            PeopleJobItemRow.path == result.place[1],
            PeopleJobItemRow.ok.is_(False),
        )
        values = {"ok": result.ok, "code": result.code, "detail": result.detail, "at": at}
        found = await session.execute(update(PeopleJobItemRow).where(*here).values(**values))
        assert isinstance(found, CursorResult)
        mended += found.rowcount if result.ok else 0
    await session.execute(
        update(PeopleJobRow)
        .where(PeopleJobRow.job == job_id)
        .values(done=PeopleJobRow.done + mended, failed=PeopleJobRow.failed - mended)
    )


async def _keep(session: TenantSession, job_id: str, result: Done, at: datetime) -> None:
    await insert_if_new(session, PeopleJobItemRow, job=job_id, **_item(result, at))


def _item(result: Done, at: datetime) -> dict[str, Any]:
    case_id, path = result.place
    return {
        "case_id": case_id, "path": path, "ok": result.ok, "code": result.code, "detail": result.detail, "at": at
    }  # fmt: skip


async def _next_round(session: TenantSession, job_id: str, rounds: int, at: datetime) -> None:
    await outbox.put(session, PEOPLE_JOB, f"{job_id}/{rounds}", {"job": job_id}, at=at)
