"""Saved views: a filter, an order and columns under a name; one's own, or shared with a role."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from designer_api import viewing
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed

router = APIRouter(prefix="/views", tags=["lists"], dependencies=[needs("views.own")])

ViewId = Annotated[str, Path(max_length=64)]


@router.get("")
async def list_views(
    held: Held, caller: Signed, which: Annotated[Literal["cases", "tasks"] | None, Query(alias="of")] = None
) -> viewing.ViewPage:
    """The caller's views, and those shared with one of his roles."""
    return await viewing.views(held, caller, which)


@router.post("", status_code=201)
async def add_view(body: viewing.NewView, held: Held, caller: Signed) -> viewing.View:
    """Keep a view. Sharing it with a role takes that role, or `admin`."""
    return await viewing.add(held, caller, body)


@router.get("/{view}")
async def show_view(view: ViewId, held: Held, caller: Signed) -> viewing.View:
    """One view."""
    return await viewing.show(held, caller, view)


@router.put("/{view}")
async def change_view(view: ViewId, body: viewing.ChangedView, held: Held, caller: Signed) -> viewing.View:
    """Change a view of one's own; an administrator changes any that is shared with him."""
    return await viewing.change(held, caller, view, body)


@router.delete("/{view}", status_code=204)
async def drop_view(view: ViewId, held: Held, caller: Signed) -> Response:
    """Throw a view away."""
    await viewing.drop(held, caller, view)
    return Response(status_code=204)
