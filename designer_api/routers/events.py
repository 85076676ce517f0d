"""Events of the journal, for programs that follow what happens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.events.cloud_events import KINDS, CloudEvent
from designer_api.events.stream import PERMISSION, Streams, Wanted, lines, page
from waystation.contracts.errors import Refused
from waystation.store import feed
from waystation.store.feed import Place

router = APIRouter(tags=["events"], dependencies=[needs(PERMISSION)])

STREAM = "text/event-stream"
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"content": {STREAM: {"schema": {"type": "string"}}}, "description": "A page, or with that `Accept` a stream"}
}
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Query(max_length=60)]
AtPlace = Annotated[str | None, Field(max_length=40)]


class EventPage(BaseModel):
    """Events in order. `next` is the place from which to go on, also where there are none."""

    items: list[CloudEvent]
    next: str


@router.get("/events", response_model=EventPage, responses=_STREAMED)
async def follow_events(
    request: Request,
    held: Held,
    caller: Signed,
    kind: Names = [],  # noqa: B006 - never changed
    process: Names = [],  # noqa: B006
    case: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    after: Annotated[AtPlace, Query(description="A place: `next` of a page, or an event's id in the stream")] = None,
    last_event_id: Annotated[AtPlace, Header()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Any:
    """What happens in the cases that the caller may see, as CloudEvents, from now on or after a place.

    With `Accept: text/event-stream` it stays open and tells more as it happens; else it answers one page.
    """
    strange = sorted(set(kind) - KINDS)
    if strange:
        raise Refused("bad_request", f"no such event: {strange[0]}", f"没有该事件：{strange[0]}", {"events": strange})
    streams: Streams = request.app.state.streams
    wanted = Wanted(frozenset(kind), frozenset(process), case)
    given = last_event_id or after
    end = await streams.end(caller.tenant)
    place = end if given is None else Place.read(given)
    if STREAM not in request.headers.get("accept", ""):
        found, following = await page(held, caller, wanted, place, limit)
        return EventPage(items=[told.event for told in found], next=str(following))
    return await _stream(request, held, caller, wanted, place)


async def _stream(request: Request, held: Held, caller: Signed, wanted: Wanted, place: Place) -> Response:
    async with held.database.read(caller.tenant) as session:
        await feed.check_kept(session, place)
    told = lines(held, request.app.state.streams, caller, request.state.token, wanted, place)
    first = await anext(told)  # what is refused is refused before the answer begins

    async def whole() -> Any:
        yield first
        async for text in told:
            yield text

    return StreamingResponse(whole(), media_type=STREAM, headers={"X-Accel-Buffering": "no"})
