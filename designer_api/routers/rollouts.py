"""Staged roll-out: a new version for some units or a percentage first, widened step by step, or rolled back."""

from __future__ import annotations

from fastapi import APIRouter

from designer_api import bulk_schemas as schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed, now
from designer_api.designs.rights import require_publish
from designer_api.rolling import rollout_view
from designer_api.routers.changes import offered_now
from designer_api.units import check_units
from waystation.contracts.errors import Refused
from waystation.store import rollouts
from waystation.store.session import TenantSession

router = APIRouter(tags=["change"], dependencies=[needs("processes.see", changing="processes.roll_out")])


@router.get("/rollouts")
async def list_rollouts(held: Held, caller: Signed) -> schemas.RolloutList:
    """All roll-outs under way."""
    async with held.database.read(caller.tenant) as session:
        found = await rollouts.all_rollouts(session)
        return schemas.RolloutList(items=[await rollout_view(session, row) for row in found])


@router.get("/processes/{process}/rollout")
async def show(process: str, held: Held, caller: Signed) -> schemas.Rollout:
    """The roll-out of a process, and how the cases fare on both versions."""
    async with held.database.read(caller.tenant) as session:
        row = await rollouts.rollout(session, process)
        if row is None:
            raise Refused("not_found", f"no roll-out of {process} is under way", f"流程 {process} 没有进行中的灰度发布")
        return await rollout_view(session, row)


@router.put("/processes/{process}/rollout")
async def roll_out(process: str, body: schemas.RolloutAsked, held: Held, caller: Signed) -> schemas.Rollout:
    """Begin a roll-out of the newest version, or change who gets it; who has come in stays in while it widens."""
    check_units(body.units)

    async def work(session: TenantSession) -> schemas.Rollout:
        await require_publish(session, caller, process)
        row = await rollouts.roll_out(
            session, process, body.version, body.units, body.percent, part_by=body.part_by, by=caller.person, at=now()
        )
        return await rollout_view(session, row)

    return await held.database.transact(caller.tenant, work)


@router.post("/processes/{process}/rollout/finish")
async def finish(process: str, held: Held, caller: Signed) -> schemas.Offered:
    """Everybody gets the new version from now on."""

    async def work(session: TenantSession) -> schemas.Offered:
        await require_publish(session, caller, process)
        await rollouts.finish(session, process, by=caller.person, at=now())
        return await offered_now(session, process)

    return await held.database.transact(caller.tenant, work)


@router.post("/processes/{process}/rollout/back")
async def roll_back(process: str, held: Held, caller: Signed, body: schemas.WhyAsked) -> schemas.Offered:
    """Nobody gets the new version any more; its open cases go on, or are moved back by a migration."""

    async def work(session: TenantSession) -> schemas.Offered:
        await require_publish(session, caller, process)
        await rollouts.roll_back(session, process, by=caller.person, at=now(), reason=body.reason)
        return await offered_now(session, process)

    return await held.database.transact(caller.tenant, work)
