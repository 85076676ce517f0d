"""What the designer draws from: node kinds and actions, what a process may name, and templates."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import bodies, naming

router = APIRouter(tags=["designer"], dependencies=[needs("designs.see")])


@router.get("/node-types")
async def list_node_types(
    held: Held, caller: Signed, response: Response, if_none_match: Annotated[str | None, Header()] = None
) -> naming.NodeTypes:
    """Every node kind and action with its card, its schema and hints for its form."""
    found = await asyncio.to_thread(naming.catalogue, held.catalog)
    if if_none_match == found.etag:
        return Response(status_code=304, headers={"ETag": found.etag})  # type: ignore[return-value]
    response.headers["ETag"] = found.etag
    return found.types


@router.get("/design-library")
async def show_library(held: Held, caller: Signed) -> naming.LibraryView:
    """What a design may name here: people, forms, tables, calendars, processes, functions."""
    return await naming.library(held, caller)


@router.get("/gallery")
async def list_templates(held: Held, caller: Signed) -> bodies.TemplateList:
    """Templates to begin with."""
    return await asyncio.to_thread(naming.gallery)


@router.get("/gallery/{template}")
async def show_template(template: Annotated[str, Path(max_length=200)], held: Held, caller: Signed) -> bodies.Template:
    """One template with its text and model."""
    return await asyncio.to_thread(naming.one_template, template)
