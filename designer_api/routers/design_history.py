"""Saves and versions of designs: listed, named, restored, compared."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import bodies, history, keeping
from designer_api.etags import Seen
from designer_api.routers.designs import DesignId, shown

router = APIRouter(
    prefix="/designs/{design}", tags=["designer"], dependencies=[needs("designs.see", changing="designs.edit")]
)

Side = Annotated[str | None, Query(max_length=200)]


@router.get("/revisions")
async def list_revisions(design: DesignId, held: Held, caller: Signed, *, named: bool = False) -> bodies.RevisionList:
    """Every save that is kept, newest first; or only those with a name."""
    return await history.revisions(held, caller, design, named=named)


@router.get("/revisions/{number}")
async def show_revision(
    design: DesignId, number: Annotated[int, Path(ge=1, lt=2**31)], held: Held, caller: Signed
) -> bodies.Revision:
    """One save with its text and model."""
    return await history.revision(held, caller, design, number)


@router.post("/versions", status_code=201)
async def name_version(design: DesignId, body: bodies.NewVersion, held: Held, caller: Signed) -> bodies.RevisionSummary:
    """Give a save a name; it is then kept for good."""
    return await history.give_name(held, caller, design, body)


@router.post("/restore")
async def restore(
    design: DesignId, body: bodies.RestoreAsked, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.Design:
    """Bring back an earlier save, or a published version, as a new revision."""
    found = await history.restore(held, caller, design, seen, body)
    return await shown(response, keeping.Saved(found, []))


@router.get("/diff")
async def show_diff(
    design: DesignId,
    held: Held,
    caller: Signed,
    before: Annotated[Side, Query(alias="from")] = None,
    after: Annotated[Side, Query(alias="to")] = None,
    *,
    models: bool = False,
) -> bodies.Diff:
    """What differs between two of: draft, revision:n, published, published:n, design:id."""
    return await history.difference(held, caller, design, before, after, models=models)
