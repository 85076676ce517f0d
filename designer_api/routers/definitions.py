"""Processes: check, publish, show."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter

from designer_api import schemas
from designer_api.auth.needs import needs
from designer_api.auth.policy import Action, Caller, can, require
from designer_api.deps import Held, Parts, Signed, now
from designer_api.designs.rights import Right, Rights
from designer_api.errors import located
from designer_api.staffing import tenant_library
from designer_api.views import access_of
from waystation.compiler import Compiled, compile_process
from waystation.contracts.errors import Refused
from waystation.contracts.plan import canonical_json, read_plan
from waystation.store import definitions, rollouts
from waystation.store.definitions import Version
from waystation.store.session import TenantSession

router = APIRouter(tags=["processes"], dependencies=[needs("processes.see", changing="processes.publish")])


async def _compiled(held: Parts, caller: Caller, text: str) -> Compiled:
    library = await tenant_library(held, caller.tenant)
    return compile_process(text, held.catalog, library, file="process.yaml")


@router.post("/definitions/check")
async def check(body: schemas.Definition, held: Held, caller: Signed) -> schemas.Checked:
    """Everything wrong with a process text, with its places."""
    require(caller, Action.PUBLISH)
    found = await _compiled(held, caller, body.text)
    return schemas.Checked(ok=found.plan is not None, problems=[located(problem) for problem in found.problems])


@router.post("/processes", status_code=201)
async def publish(body: schemas.Definition, held: Held, caller: Signed) -> schemas.Process:
    """Publish a process; new cases get it at once. A text with errors answers 422 with all of them."""
    require(caller, Action.PUBLISH)
    plan = (await _compiled(held, caller, body.text)).ready()
    encoded = canonical_json(plan)
    at = now()

    async def work(session: TenantSession) -> Version | None:
        (await Rights.of(session, caller)).require(Right.PUBLISH, plan.process)
        before = await definitions.latest(session, plan.process)
        await definitions.publish(session, plan.process, body.text, encoded, by=caller.person, at=at, notes=body.notes)
        if body.staged and before is not None:
            await rollouts.hold(session, plan.process, by=caller.person, at=at, before=before.number)
        return await definitions.latest(session, plan.process)

    version = await held.database.transact(caller.tenant, work)
    if version is None:
        raise no_process(plan.process)
    held.gateway.plans.put(version.plan_hash, encoded)
    return await _view(held, version)


@router.get("/processes")
async def list_processes(held: Held, caller: Signed) -> schemas.ProcessList:
    """The newest version of every process."""
    async with held.database.read(caller.tenant) as session:
        items = [await _view(held, version, session) for version in await definitions.published(session)]
        for item in items:
            item.startable = can(caller, Action.START, await access_of(held, session, item.hash))
        return schemas.ProcessList(items=items)


@router.get("/processes/{process}")
async def show_process(process: str, held: Held, caller: Signed) -> schemas.Process:
    """The newest version, with its text and plan."""
    async with held.database.read(caller.tenant) as session:
        version = await definitions.latest(session, process)
        if version is None:
            raise no_process(process)
        return await _view(held, version, session, whole=True)


@router.get("/processes/{process}/versions")
async def list_versions(process: str, held: Held, caller: Signed) -> schemas.ProcessList:
    """All versions, newest first."""
    async with held.database.read(caller.tenant) as session:
        found = await definitions.versions(session, process)
        return schemas.ProcessList(items=[await _view(held, version, session) for version in found])


@router.get("/processes/{process}/versions/{number}")
async def show_version(process: str, number: int, held: Held, caller: Signed) -> schemas.Process:
    """One version, with its text and plan."""
    async with held.database.read(caller.tenant) as session:
        version = await definitions.version(session, process, number)
        if version is None:
            raise Refused("unknown_version", f"{process} has no version {number}", f"{process} 没有版本 {number}")
        return await _view(held, version, session, whole=True)


async def _view(
    held: Parts, version: Version, session: TenantSession | None = None, *, whole: bool = False
) -> schemas.Process:
    known = held.gateway.plans.known(version.plan_hash)
    plan = known.plan if known is not None else None
    if plan is None and session is not None:
        data = await definitions.plan_by_hash(session, version.plan_hash)
        plan = read_plan(data) if data is not None else None
    shown: Any = msgspec.to_builtins(plan) if whole and plan is not None else None
    return schemas.Process(
        process=version.process,
        version=version.number,
        hash=version.plan_hash,
        title=plan.title if plan is not None else None,
        description=(plan.description or None) if plan is not None else None,
        published_at=version.published_at,
        text=version.source if whole else None,
        plan=shown,
    )


def no_process(process: str) -> Refused:
    return Refused("unknown_process", f"there is no process {process}", f"没有流程 {process}")
