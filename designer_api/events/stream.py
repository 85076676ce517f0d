"""The stream of events: what is new in the feed, as somebody may see it, page by page or as Server-Sent Events.

It reads the journal and nothing else, so every API process tells the same, and whoever names the last place that he
knows misses nothing. Rights are looked at again with each sign of life; a stream ends after a while, and its client
comes back with its place.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from designer_api.auth import veil
from designer_api.auth.entrance import caller_for
from designer_api.auth.permissions import has
from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.events.cloud_events import CloudEvent, event_of
from designer_api.opening import opened_for
from designer_api.views import sees
from waystation.contracts.errors import Refused, Unavailable
from waystation.store import cases, feed, people
from waystation.store.feed import Place
from waystation.store.session import EVERY_TENANT, Database, TenantSession
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.outside import FeedRow

PERMISSION = "events.see"
#: Transactions of the feed that are looked at for one page.
_LOOKED_AT = 100
#: Streams that one person, and one process, may have open.
_MOST_OWN, _MOST = 5, 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events; empty means all."""

    kinds: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()
    case: str | None = None

    def takes(self, row: FeedRow) -> bool:
        """Whether anything of this transaction may be wanted."""
        return (not self.processes or row.process in self.processes) and self.case in (None, row.case_id)


@dataclass(frozen=True, slots=True)
class Told:
    """An event and the place after it."""

    place: Place
    event: CloudEvent


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between looks, between signs of life, and of a whole stream."""

    look: float = 0.5
    sign: float = 15.0
    whole: float = 600.0


class Streams:
    """The open streams of one process."""

    def __init__(self, database: Database, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self._database = database
        self._open: Counter[tuple[str, str]] = Counter()
        self._ends: dict[str, tuple[float, Place]] = {}

    @contextmanager
    def opened(self, caller: Caller) -> Iterator[None]:
        """Count a stream while it is open.

        Raises:
            Refused: `too_many_requests`.
        """
        who = (caller.tenant, caller.person)
        if self._open[who] >= _MOST_OWN or self._open.total() >= _MOST:
            detail = {"retry_after": 10}
            raise Refused("too_many_requests", "too many streams are open", "打开的事件流过多", detail)
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            self._open += Counter()  # forgets who has none

    async def end(self, tenant: str) -> Place:
        """Where the feed of a tenant ends; many streams of it ask the database once a look."""
        at, known = self._ends.get(tenant, (0.0, Place(0, 0)))
        if time.monotonic() - at > self.pace.look / 2:
            await feed.number_new(self._database, tenant)
            async with self._database.read(tenant) as session:
                known = await feed.end(session)
            self._ends[tenant] = (time.monotonic(), known)
        return known


async def page(held: Parts, caller: Caller, wanted: Wanted, place: Place, limit: int) -> tuple[list[Told], Place]:
    """Events after a place, and the place from which to go on; it may be further on than the last event.

    Raises:
        Refused: `feed_gone`.
    """
    async with held.database.read(caller.tenant) as session:
        await feed.check_kept(session, place)
        found: list[Told] = []
        known: dict[str, CaseRow | None] = {}
        for row in await feed.after(session, place.number, _LOOKED_AT):
            number = row.number or place.number
            begun = place.seq if number == place.number else 0
            if wanted.takes(row):
                for told in await _of_row(held, session, caller, wanted, row, begun, known):
                    if len(found) == limit:
                        return found, found[-1].place
                    found.append(told)
            place = Place(number, row.last_seq)
        return found, place


async def _of_row(
    held: Parts, session: TenantSession, caller: Caller, wanted: Wanted, row: FeedRow, begun: int,
    known: dict[str, CaseRow | None],
) -> list[Told]:  # fmt: skip
    if row.case_id not in known:
        case = await cases.case(session, row.case_id)
        seen = case is not None and await sees(held.gateway.plans, session, caller, case)
        known[row.case_id] = case if seen else None
    visible = known[row.case_id]
    if visible is None:
        return []
    entries = await feed.entries(session, row, begun)
    return [
        Told(Place(row.number or 0, entry.seq), event_of(caller.tenant, visible, entry))
        for entry in entries
        if not wanted.kinds or entry.kind in wanted.kinds
    ]


async def lines(
    held: Parts, streams: Streams, caller: Caller, token: str, wanted: Wanted, place: Place
) -> AsyncIterator[str]:  # fmt: skip
    """The stream as text: events, and a sign of life with the place in between.

    Args:
        token: digest of what the caller has signed in with; when it ends, so does the stream.
    """
    pace, begun = streams.pace, time.monotonic()
    signed = begun
    with streams.opened(caller):
        yield f"retry: 2000\nid: {place}\n\n"
        while time.monotonic() - begun < pace.whole:
            try:
                found: list[str] = []
                end = await streams.end(caller.tenant)
                if (end.number, end.seq) > (place.number, place.seq):
                    news, place = await page(held, caller, wanted, place, 100)
                    found = [await _line(held, caller, told) for told in news]
                if time.monotonic() - signed >= pace.sign:
                    renewed = await _renewed(held, caller, token)
                    if renewed is None:
                        return
                    caller, signed = renewed, time.monotonic()
                    yield f": alive\nid: {place}\n\n"
            except Unavailable:
                return  # its client comes back
            for text in found:
                yield text
            if not found:
                await asyncio.sleep(pace.look)


async def _line(held: Parts, caller: Caller, told: Told) -> str:
    """An event in the stream, with what is sealed opened as the caller may see it."""
    event = await opened_for(held.database, caller, told.event.model_dump(mode="json"), "event stream")
    return f"id: {told.place}\nevent: {told.event.type}\ndata: {orjson.dumps(event).decode()}\n\n"


async def _renewed(held: Parts, caller: Caller, token: str) -> Caller | None:
    """The caller with what he may do now; None where he may not follow events any more."""
    at = datetime.now(UTC)
    async with held.database.read(EVERY_TENANT) as session:
        bearer = await people.bearer(session, token, at=at)
    if bearer is None:
        return None
    try:
        found = await caller_for(held.database, bearer.tenant, bearer.person, at, scopes=bearer.scopes)
    except Refused:
        return None
    veil.look_through(found.rules.rights(found.roles))
    return found if has(found.roles, found.scopes, PERMISSION) else None
