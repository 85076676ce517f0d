"""The designer: designs, their edits and what the compiler says about them. docs/designer.md tells how they answer."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Response, UploadFile

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import bodies, keeping, listing, making, trying, views
from designer_api.etags import Seen, tag
from designer_api.sheets import read_table
from waystation.contracts.errors import Refused
from waystation.design.sheet_forms import form_of

router = APIRouter(prefix="/designs", tags=["designer"], dependencies=[needs("designs.see", changing="designs.edit")])

DesignId = Annotated[str, Path(max_length=64)]
#: Bytes of a sheet that becomes a form.
MOST_SHEET = 4 * 1024 * 1024
Wanted = Annotated[str | None, Query(max_length=200)]


@router.get("")
async def list_designs(
    held: Held, caller: Signed, process: Wanted = None, region: Wanted = None, text: Wanted = None
) -> bodies.DesignList:
    """The designs that the caller may see, last saved first."""
    return await listing.listed(held, caller, process=process, region=region, text=text)


@router.post("", status_code=201)
async def make_design(body: bodies.NewDesign, held: Held, caller: Signed, response: Response) -> bodies.Design:
    """A new design from a template, a process, another design, a text, or from nothing."""
    return await shown(response, keeping.Saved(await making.make(held, caller, body), []))


@router.post("/check")
async def check_text(body: bodies.TextAsked, held: Held, caller: Signed) -> bodies.Check:
    """Everything wrong with a text that is no design."""
    return await trying.checked_text(held, caller, body.text)


@router.post("/forms/import")
async def import_form(
    held: Held, caller: Signed, file: Annotated[UploadFile, File(description="CSV or XLSX. 表格文件")]
) -> bodies.ImportedForm:
    """A form out of a sheet's headings and rows; nothing is saved."""
    data = await file.read(MOST_SHEET + 1)
    if len(data) > MOST_SHEET:
        raise Refused("too_large", f"at most {MOST_SHEET} bytes", f"文件不得超过 {MOST_SHEET} 字节")
    rows = await asyncio.to_thread(read_table, data)
    return bodies.ImportedForm(form=form_of(rows, (file.filename or "").rsplit(".", 1)[0][:100]))


@router.get("/{design}")
async def show_design(design: DesignId, held: Held, caller: Signed, response: Response) -> bodies.Design:
    """A design as text and model."""
    return await shown(response, keeping.Saved(await keeping.opened(held, caller, design), []))


@router.put("/{design}")
async def save_design(
    design: DesignId, body: bodies.SavedDesign, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.Design:
    """Save a text, scenarios or a layout. After somebody else's save it is 412 with both changes told apart."""
    given = {"text": body.text, "layout": body.layout, "scenarios": body.scenarios}
    return await shown(response, await keeping.put(held, caller, design, seen, given))


@router.patch("/{design}")
async def edit_design(
    design: DesignId, body: bodies.EditedDesign, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.Design:
    """Apply operations; on top of somebody else's save, where both touch different things."""
    return await shown(response, await keeping.edit(held, caller, design, seen, body.ops))


@router.delete("/{design}", status_code=204)
async def drop_design(design: DesignId, held: Held, caller: Signed, seen: Seen, *, force: bool = False) -> Response:
    """Throw a design away; one that overlays stand on only with `force`."""
    await listing.drop(held, caller, design, seen, force=force)
    return Response(status_code=204)


@router.get("/{design}/uses")
async def show_uses(design: DesignId, held: Held, caller: Signed) -> bodies.UseList:
    """What stands on the process of a design."""
    return await listing.uses(held, caller, design)


@router.get("/{design}/export", response_class=Response, responses={200: {"content": {"application/yaml": {}}}})
async def export(design: DesignId, held: Held, caller: Signed) -> Response:
    """The text as a file."""
    found = (await keeping.opened(held, caller, design)).design
    named = {"Content-Disposition": f'attachment; filename="{found.id}.yaml"'}
    return Response(found.content.text, media_type="application/yaml", headers=named)


@router.post("/{design}/check")
async def check_design(design: DesignId, body: bodies.CheckAsked, held: Held, caller: Signed) -> bodies.Check:
    """Everything wrong with a design: as saved, or with a text or operations that are not saved yet."""
    return await trying.checked(held, caller, design, body)


async def shown(response: Response, saved: keeping.Saved) -> bodies.Design:
    """A design with its revision in the headers."""
    tag(response, saved.opened.design.revision)
    found = saved.opened
    return await asyncio.to_thread(
        views.whole, found.design, found.rights, found.released, made=saved.made, merged=saved.merged
    )
