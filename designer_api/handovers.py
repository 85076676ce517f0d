"""离职转办 for a caller: what would move, the job that moves it, and what became of each item."""

from __future__ import annotations

from designer_api import people_bodies as bodies
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from waystation.contracts.errors import Refused
from waystation.store import audit, people, people_jobs
from waystation.store import organisation as rows
from waystation.store.people_jobs import HANDOVER
from waystation.store.session import TenantSession
from waystation.store.tables.people import PeopleJobItemRow, PeopleJobRow

#: Tasks that a preview lists.
_SHOWN = 1_000


async def preview(held: Parts, caller: Caller, person: str, body: bodies.HandoverBody) -> bodies.Handover:
    """What would move now."""
    async with held.database.read(caller.tenant) as session:
        return await _preview(session, person, body)


async def begin(held: Parts, caller: Caller, person: str, body: bodies.HandoverBody) -> bodies.Handover:
    """Begin to move it; the job says what became of each item."""

    async def work(session: TenantSession) -> bodies.Handover:
        at = now()
        seen = await _preview(session, person, body)
        args = {"from": person, **body.model_dump(exclude={"preview"}, exclude_defaults=True)}
        args = {**args, "to": body.to, "what": body.what}
        job = await people_jobs.start(session, HANDOVER, args, by=caller.person, at=at)
        await audit.record(session, caller.person, "person.handover", at=at, target=f"person/{person}", detail=args)
        return seen.model_copy(update={"job": job})

    done = await held.database.transact(caller.tenant, work)
    held.gateway.decided()
    return done


async def _preview(session: TenantSession, person: str, body: bodies.HandoverBody) -> bodies.Handover:
    organisation = await people.organisation(session)
    if person not in organisation.people:
        raise rows.no_person(person)
    receiver = organisation.people.get(body.to)
    if receiver is None or not receiver.active:
        raise Refused("bad_form", f"{body.to} does not work here", f"{body.to} 不是在职人员", {"to": body.to})
    if body.to == person:
        raise Refused("bad_form", "from and to are the same person", "转出人与接收人相同")
    found = await people_jobs.open_tasks(session, person, body.processes, _SHOWN)
    tasks, cases = await people_jobs.count_open(session, person, body.processes)
    items = [
        bodies.HandoverTask(
            case=row.case_id,
            path=row.path,
            node=row.node,
            process=row.process,
            title=row.title,
            case_title=title,
            claimed=row.claimer == person,
        )
        for row, title in found
    ]
    return bodies.Handover(tasks=tasks, cases=cases if body.what == "all" else 0, items=items)


def job_view(row: PeopleJobRow) -> bodies.Job:
    return bodies.Job(
        id=row.job,
        kind=row.kind,
        status=row.status,
        args=row.args,
        done=row.done,
        failed=row.failed,
        created_at=row.created_at,
        created_by=row.created_by,
        finished_at=row.finished_at,
    )


def item_view(row: PeopleJobItemRow) -> bodies.JobItem:
    return bodies.JobItem(case=row.case_id, path=row.path, ok=row.ok, code=row.code, detail=row.detail, at=row.at)
