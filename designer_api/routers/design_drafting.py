"""A process described in words becomes a draft, where the installation names an endpoint for it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import bodies, keeping, wording
from designer_api.routers.designs import shown

router = APIRouter(
    prefix="/design-drafting", tags=["designer"], dependencies=[needs("designs.see", changing="designs.edit")]
)


@router.get("")
async def show_drafting(held: Held, caller: Signed) -> bodies.Drafting:
    """Whether descriptions can be drafted here, and where they would be sent."""
    return wording.offered(held)


@router.post("", status_code=201)
async def draft_design(body: bodies.Described, held: Held, caller: Signed, response: Response) -> bodies.Design:
    """A new design from a description in words; it has passed the compiler, and is a draft like any other."""
    return await shown(response, keeping.Saved(await wording.draft(held, caller, body), []))
