"""Carrying out what a change of people causes: one batch of cases at a time, each case for itself.

Every command's id comes from the job and the place, so a batch that is done twice changes nothing twice. What the
engine does not answer for one case is that case's result; where it answers for none, the whole batch comes again.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Command
from waystation.gateway.entry import Gateway
from waystation.store import cases, definitions, exact_json, people_jobs
from waystation.store.people_jobs import Done, Place
from waystation.store.session import TenantSession
from waystation.store.tables.people import PeopleJobRow

#: Cases of one batch, and how many of them are told at once. Few, because what cases tell each other waits meanwhile.
BATCH, AT_ONCE = 16, 8
#: Refusals that say that there is nothing left to do.
_SETTLED = frozenset({"not_open", "not_found"})


async def carry_on(gateway: Gateway, tenant: str, body: dict[str, Any]) -> None:
    """Do what a row of the outbox asks for: a job's next batch, or a job because a period began or ended.

    Raises:
        Unavailable: nothing of the batch could be done; the same call again is right.
    """
    at = datetime.now(UTC)
    if "clock" in body:
        await gateway.database.transact(
            tenant, lambda session: people_jobs.resolve_later(session, (), by="", at=datetime.now(UTC))
        )
        return
    job = await gateway.database.transact(tenant, lambda session: people_jobs.begin(session, str(body["job"])))
    if job is None or job.status == people_jobs.DONE:
        return
    async with gateway.database.read(tenant) as session:
        places = await people_jobs.next_places(session, job.kind, job.args, job.cursor, BATCH)
    results = await _batch(gateway, tenant, job, places)
    last = len(places) < BATCH

    async def keep(session: TenantSession) -> bool:
        return await people_jobs.finish_round(session, job.job, job.rounds, results, last=last, at=at)

    await gateway.database.transact(tenant, keep)


async def try_again(gateway: Gateway, tenant: str, job_id: str) -> int:
    """Do the failed items of a job once more; how many succeed now.

    Raises:
        Refused: `not_found`; `not_allowed` of a pull, which is one transaction.
    """
    async with gateway.database.read(tenant) as session:
        job = await people_jobs.job(session, job_id)
        places = await people_jobs.failed_places(session, job_id)
    if job is None:
        raise no_job(job_id)
    if job.kind == people_jobs.PULL:
        raise Refused("not_allowed", "pull the contact list again instead", "请重新同步通讯录", {"kind": job.kind})
    results = await _batch(gateway, tenant, job, places, suffix=f"-{len(places)}-{datetime.now(UTC):%H%M%S}")

    async def keep(session: TenantSession) -> None:
        await people_jobs.tried_again(session, job_id, results, at=datetime.now(UTC))

    await gateway.database.transact(tenant, keep)
    return sum(result.ok for result in results)


async def _batch(
    gateway: Gateway, tenant: str, job: PeopleJobRow, places: list[Place], *, suffix: str = ""
) -> list[Done]:
    few = asyncio.Semaphore(AT_ONCE)

    async def one(place: Place) -> Done | Unavailable:
        async with few:
            try:
                return await _do(gateway, tenant, job, place, suffix)
            except Unavailable as error:
                return error

    found = await asyncio.gather(*(one(place) for place in places))
    failures = [result for result in found if isinstance(result, Unavailable)]
    if failures and len(failures) == len(places):
        raise failures[0]
    return [
        Done(place, ok=False, code=result.code) if isinstance(result, Unavailable) else result
        for place, result in zip(places, found, strict=True)
    ]


async def _do(gateway: Gateway, tenant: str, job: PeopleJobRow, place: Place, suffix: str) -> Done:
    try:
        command = await _command(gateway, tenant, job, place, suffix)
        answer = await gateway.command(tenant, place[0], command)
    except Refused as refused:
        return Done(place, refused.code in _SETTLED, refused.code, refused.detail or None)
    parts = answer.get("result") if isinstance(answer, dict) else None
    refusals = [part for part in parts or () if isinstance(part, dict) and not part.get("ok", True)]
    return Done(place, not refusals, str(refusals[0].get("code", "")) if refusals else "", parts or None)


async def _command(gateway: Gateway, tenant: str, job: PeopleJobRow, place: Place, suffix: str) -> Command:
    at, (case, path) = datetime.now(UTC), place
    if job.kind == people_jobs.RESOLVE:
        args = {"gone": list(job.args.get("gone", ()))}
        return Command(at, f"people-{job.job}{suffix}", "people_changed", args=args)
    args = {key: job.args[key] for key in ("from", "to", "reason") if job.args.get(key)}
    if path:
        args["tasks"] = [path]
    identity = f"handover-{job.job}{suffix}" + (f"-{exact_json.digest(path)[:12]}" if path else "")
    facts = await _facts(gateway, tenant, case)
    return Command(at, identity, "handover", job.created_by, None, args, facts)


async def _facts(gateway: Gateway, tenant: str, case: str) -> dict[str, Any]:
    """Who manages people may hand over work of every process: what `access.operate` asks for is his here."""
    async with gateway.database.read(tenant) as session:
        row = await cases.case(session, case)
        if row is None:
            return {}
        known = gateway.plans.known(row.plan_hash)
        if known is None:
            plan = await definitions.plan_by_hash(session, row.plan_hash)
            if plan is None:
                return {}
            known = gateway.plans.put(row.plan_hash, plan)
    held: dict[str, Any] = {}
    for entry in known.plan.access.operate:
        kind, _, name = entry.partition(":")
        held.setdefault(f"{kind}s", []).append(name)
    return held


def no_job(job_id: str) -> Refused:
    return Refused("not_found", f"there is no job {job_id}", f"没有该批量任务 {job_id}")
