"""Processes that start by themselves (`start.every`)."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from waystation.gateway.timetables import of_tenant

router = APIRouter(tags=["definitions"], dependencies=[needs("processes.see")])


class Timetable(BaseModel):
    """When a process starts by itself, by its newest version."""

    process: str
    cron: str
    timezone: str
    calendar: str | None = Field(description="Only on its working days. 仅工作日")
    is_set: bool = Field(description="Temporal knows of it; a new one within seconds. 已登记")
    is_paused: bool
    next: list[datetime] = Field(description="Next ticks; those on other than working days start nothing. 后续时刻")


class TimetableList(BaseModel):
    items: list[Timetable]


@router.get("/timetables")
async def list_timetables(held: Held, caller: Signed) -> TimetableList:
    """Every process that starts by itself, and when it will."""
    found = await of_tenant(held.gateway.client, held.database, caller.tenant)
    return TimetableList(
        items=[
            Timetable(
                process=one.process, cron=one.wanted.cron, timezone=one.wanted.timezone,
                calendar=one.wanted.calendar or None, is_set=one.is_set, is_paused=one.is_paused, next=list(one.ticks),
            )
            for one in found
        ]
    )  # fmt: skip
