"""Change of a process: its open cases moved to another version, and versions that new cases get no more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from designer_api import bulk_schemas as schemas
from designer_api import bulk_steering
from designer_api.auth.needs import needs
from designer_api.auth.policy import Action, require
from designer_api.deps import Held, Signed, now
from designer_api.routers.definitions import no_process
from waystation.store import definitions, rollouts
from waystation.store.session import TenantSession

router = APIRouter(tags=["change"], dependencies=[needs("processes.see", changing="processes.publish")])


@router.post("/processes/{process}/migrations", status_code=202)
async def migrate(
    process: str,
    body: schemas.MigrationAsked,
    held: Held,
    caller: Signed,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> schemas.Batch:
    """Move the open cases of a version to another one, or say with `dry_run` which are clean, need a map, or are stuck.

    It is a batch: follow it, read its results, stop it and undo it under `/bulk`.
    """
    return await bulk_steering.migrate(held, caller, process, body, idempotency_key)


@router.get("/processes/{process}/offered")
async def offered(process: str, held: Held, caller: Signed) -> schemas.Offered:
    """What new cases get: the newest version that is not retired (a roll-out aside), and the versions retired."""
    async with held.database.read(caller.tenant) as session:
        return await offered_now(session, process)


@router.post("/processes/{process}/versions/{number}/retire")
async def retire(process: str, number: int, held: Held, caller: Signed, body: schemas.WhyAsked) -> schemas.Offered:
    """Start no more cases of a version; those that are open go on to their end."""
    require(caller, Action.PUBLISH)

    async def work(session: TenantSession) -> schemas.Offered:
        await rollouts.retire_version(session, process, number, by=caller.person, at=now(), reason=body.reason)
        return await offered_now(session, process)

    return await held.database.transact(caller.tenant, work)


@router.post("/processes/{process}/versions/{number}/offer")
async def offer(process: str, number: int, held: Held, caller: Signed) -> schemas.Offered:
    """Take back that a version was retired."""
    require(caller, Action.PUBLISH)

    async def work(session: TenantSession) -> schemas.Offered:
        await rollouts.offer_version(session, process, number, by=caller.person, at=now())
        return await offered_now(session, process)

    return await held.database.transact(caller.tenant, work)


async def offered_now(session: TenantSession, process: str) -> schemas.Offered:
    """What new cases get, with what this transaction has changed.

    Raises:
        Refused: `not_found`, for a process that never had a version.
    """
    newest = await definitions.latest(session, process)
    if newest is None and not await definitions.versions(session, process):
        raise no_process(process)
    gone = await rollouts.retired(session, process)
    number = newest.number if newest is not None else None
    return schemas.Offered(process=process, version=number, retired=sorted(gone))
