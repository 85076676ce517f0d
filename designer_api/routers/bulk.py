"""One command for many cases: try it, start it, follow it, stop it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query

from designer_api import batches, bulk_steering
from designer_api import bulk_schemas as schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed

router = APIRouter(prefix="/bulk", tags=["bulk"], dependencies=[needs("cases.see", changing="cases.steer")])

Limit = Annotated[int, Query(ge=1, le=200)]
Once = Annotated[str | None, Header(max_length=200)]


@router.post("/preview")
async def preview(body: schemas.BulkPreviewAsked, held: Held, caller: Signed) -> schemas.BulkPreview:
    """How many cases a bulk command means, a sample of them, and what the first of them would answer."""
    return await bulk_steering.preview(held, caller, body)


@router.post("", status_code=202)
async def begin(body: schemas.BulkStart, held: Held, caller: Signed, idempotency_key: Once = None) -> schemas.Batch:
    """Start a batch over the cases that the filter means now. With an `Idempotency-Key`, once."""
    return await bulk_steering.begin(held, caller, body, idempotency_key)


@router.get("")
async def list_batches(held: Held, caller: Signed, cursor: str | None = None, limit: Limit = 50) -> schemas.BatchPage:
    """Batches, newest first."""
    return await batches.listed(held, caller, cursor, limit)


@router.get("/{batch}")
async def show(batch: str, held: Held, caller: Signed) -> schemas.Batch:
    """A batch and how far it is."""
    return await batches.show(held, caller, batch)


@router.get("/{batch}/items")
async def items(
    batch: str,
    held: Held,
    caller: Signed,
    status: str | None = None,
    code: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> schemas.BatchItemPage:
    """How each case answered; `status` is waiting, done, refused, failed or stopped."""
    return await batches.items(held, caller, batch, status, code, cursor, limit)


@router.get("/{batch}/reasons")
async def reasons(batch: str, held: Held, caller: Signed) -> schemas.Reasons:
    """Why cases cannot be migrated as they are, counted: nodes that a map must place, and what stands in the way."""
    return await batches.reasons(held, caller, batch)


@router.post("/{batch}/stop")
async def stop(batch: str, held: Held, caller: Signed) -> schemas.Batch:
    """Stop after the cases that are in hand; what is done stays done."""
    return await batches.stop(held, caller, batch)


@router.post("/{batch}/retry", status_code=202)
async def take_up(batch: str, held: Held, caller: Signed) -> schemas.Batch:
    """Try again those that failed or were stopped; those that answered are left alone."""
    return await batches.take_up(held, caller, batch)


@router.post("/{batch}/undo", status_code=202)
async def undo(batch: str, held: Held, caller: Signed, idempotency_key: Once = None) -> schemas.Batch:
    """Move back the cases that a migration has moved, where that is still possible; the others say why not."""
    return await bulk_steering.undo(held, caller, batch, idempotency_key)
