"""Publishing designs: the gate, regions, and who may do what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import effective, publishing, publishing_bodies, releases, rights, trail
from designer_api.etags import Seen
from designer_api.routers.designs import DesignId

router = APIRouter(tags=["designer"], dependencies=[needs("designs.see", changing="designs.edit")])


@router.get("/designs/{design}/gate")
async def show_gate(design: DesignId, held: Held, caller: Signed) -> publishing_bodies.Gate:
    """Whether a design may be published as it is saved, and why not."""
    return await publishing.gate(held, caller, design)


@router.post("/designs/{design}/publish", status_code=201)
async def publish_design(
    design: DesignId, body: publishing_bodies.PublishAsked, held: Held, caller: Signed, seen: Seen
) -> publishing_bodies.PublishedDesign:
    """Publish a design; errors bar it, and its scenarios must pass. With units or a percentage: staged."""
    return await publishing.publish(held, caller, design, seen, body)


@router.get("/designs/{design}/releases")
async def show_releases(design: DesignId, held: Held, caller: Signed) -> publishing_bodies.Releases:
    """The versions of its process: what new cases get, what lives on each, and how open cases were moved."""
    return await releases.show(held, caller, design)


@router.get("/designs/{design}/effective")
async def show_effective(design: DesignId, held: Held, caller: Signed) -> publishing_bodies.EffectiveProcess:
    """The process that a design means; of an overlay, the base with what the region has otherwise."""
    return await effective.show(held, caller, design)


@router.get("/designs/{design}/regions")
async def show_regions(design: DesignId, held: Held, caller: Signed) -> publishing_bodies.BaseRegions:
    """Every overlay on its process: what it has otherwise, and whether it fits what is published and the draft."""
    return await effective.regions_of_base(held, caller, design)


@router.get("/processes/{process}/regions")
async def list_regions(
    process: Annotated[str, Path(max_length=100)], held: Held, caller: Signed
) -> publishing_bodies.RegionList:
    """Every overlay on a process, and whether it fits its newest version."""
    return await effective.regions(held, caller, process)


@router.get("/designs/{design}/rights")
async def show_rights_on(design: DesignId, held: Held, caller: Signed) -> publishing_bodies.DesignRights:
    """Who may see, edit and publish the process of a design."""
    return await rights.on_design(held, caller, design)


@router.put("/designs/{design}/rights", dependencies=[needs("designs.rights")])
async def set_rights_on(
    design: DesignId, body: publishing_bodies.RightsAsked, held: Held, caller: Signed
) -> publishing_bodies.DesignRights:
    """Put these rights on the process of a design in place of those that name it."""
    return await rights.put_on_design(held, caller, design, body)


@router.get("/designs/{design}/trail")
async def show_trail(
    design: DesignId,
    held: Held,
    caller: Signed,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> publishing_bodies.Trail:
    """What was done to a design and to the versions of its process, newest first."""
    return await trail.show(held, caller, design, cursor, limit)


@router.get("/design-rights", dependencies=[needs("designs.rights")])
async def show_rights(held: Held, caller: Signed) -> publishing_bodies.GivenRights:
    """Who may see, edit and publish what."""
    return await rights.shown(held, caller)


@router.put("/design-rights", dependencies=[needs("designs.rights")])
async def set_rights(body: publishing_bodies.GivenRights, held: Held, caller: Signed) -> publishing_bodies.GivenRights:
    """Put these rights in place of all others."""
    return await rights.put(held, caller, body)
