"""Expressions of a design tried on sample data; nothing is kept, and nothing outside happens."""

from __future__ import annotations

from fastapi import APIRouter

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import evaluating, evaluation_bodies
from designer_api.routers.designs import DesignId

router = APIRouter(prefix="/designs/{design}", tags=["designer"], dependencies=[needs("designs.see")])


@router.post("/samples")
async def list_samples(
    design: DesignId, body: evaluation_bodies.SamplesAsked, held: Held, caller: Signed
) -> evaluation_bodies.SampleList:
    """Sample data for expressions at a place: of what was played, of the saved scenarios, and made up."""
    return await evaluating.samples(held, caller, design, body)


@router.post("/evaluate")
async def evaluate(
    design: DesignId, body: evaluation_bodies.EvaluationAsked, held: Held, caller: Signed
) -> evaluation_bodies.Evaluation:
    """What expressions give on sample data, or why they give nothing."""
    return await evaluating.evaluated(held, caller, design, body)
