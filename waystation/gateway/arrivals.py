"""Telling when new cases are in the store, with the first people asked.

However many wait, one question at a time is put to the database for all of a tenant's; while many cases are started,
asking for each would cost more than starting it. A case in which more than asking people is under way is left to
whoever can ask its workflow.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import BindParameter, bindparam, select

from waystation.contracts.errors import Unavailable
from waystation.store.case_rows import ASKING
from waystation.store.prepared import prepared
from waystation.store.session import Database, TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus, TaskRow, VisitRow

#: Seconds between questions, at least; and how much longer than its answer took the next question waits.
PAUSE, _BREATH = 0.02, 3.0
#: Seconds after which a case that is stored, but has not asked everybody, is asked itself: nobody may be found.
_DOUBT = 0.3

_THESE: BindParameter[str] = bindparam("cases", expanding=True)
_STATUS = prepared(select(CaseRow.case_id, CaseRow.status).where(CaseRow.case_id.in_(_THESE)))
_VISITS = prepared(
    select(VisitRow.case_id, VisitRow.path, VisitRow.kind).where(
        VisitRow.case_id.in_(_THESE), VisitRow.status == "active"
    )
)
_TASKS = prepared(select(TaskRow.case_id, TaskRow.path).where(TaskRow.case_id.in_(_THESE), TaskRow.status == "open"))


class Seen(Enum):
    """What the store says of a new case: nothing yet; that people are being looked for; that it is there, and more
    under way than that; that all it asks at first are asked."""

    NOTHING = 0
    ASKING = 1
    STORED = 2
    ASKED = 3


@dataclass(slots=True)
class _Waiter:
    answer: asyncio.Future[Seen]
    stored_since: float = 0.0


@dataclass(slots=True)
class _Open:
    """What is open in a case: visits by path with their kind, and paths with a task."""

    visits: dict[str, str] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)


class Arrivals:
    """New cases of all tenants that somebody waits for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, dict[str, list[_Waiter]]] = defaultdict(lambda: defaultdict(list))
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, tenant: str, case: str, patience: float) -> Seen:
        """What becomes of a new case within `patience` seconds: `ASKED`, `STORED` where its workflow knows more, or
        `NOTHING` where it has not been stored."""
        waiter = _Waiter(asyncio.get_running_loop().create_future())
        self._waiting[tenant][case].append(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        with suppress(TimeoutError):
            return await asyncio.wait_for(waiter.answer, patience)
        return Seen.STORED if waiter.stored_since else Seen.NOTHING

    async def _look(self) -> None:
        """Look for as long as anybody waits."""
        clock = asyncio.get_running_loop().time
        while self._still_waiting():
            began = clock()
            for tenant, cases in list(self._waiting.items()):
                with suppress(Unavailable):  # whoever waits loses patience some time
                    async with self._database.read(tenant) as session:
                        seen = await _seen(session, sorted(cases))
                    self._tell(tenant, seen, clock())
            await asyncio.sleep(max(PAUSE, (clock() - began) * _BREATH))

    def _still_waiting(self) -> bool:
        for tenant, cases in list(self._waiting.items()):
            for case, waiters in list(cases.items()):
                cases[case] = [waiter for waiter in waiters if not waiter.answer.done()]
                if not cases[case]:
                    del cases[case]
            if not cases:
                del self._waiting[tenant]
        return bool(self._waiting)

    def _tell(self, tenant: str, seen: dict[str, Seen], now: float) -> None:
        for case, what in seen.items():
            for waiter in self._waiting[tenant].get(case, ()):
                waiter.stored_since = waiter.stored_since or now
                if waiter.answer.done() or (what is Seen.ASKING and now - waiter.stored_since < _DOUBT):
                    continue
                waiter.answer.set_result(Seen.STORED if what is Seen.ASKING else what)


async def _seen(session: TenantSession, cases: Collection[str]) -> dict[str, Seen]:
    """What is known of those of these cases that are stored."""
    status = {row.case_id: row.status for row in await session.execute(_STATUS, {"cases": cases})}
    running = sorted(case for case, known in status.items() if known == CaseStatus.OPEN)
    found: dict[str, _Open] = defaultdict(_Open)
    if running:
        for case, path, kind in await session.execute(_VISITS, {"cases": running}):
            found[case].visits[path] = kind
        for case, path in await session.execute(_TASKS, {"cases": running}):
            found[case].tasks.add(path)
    return {case: _how_far(found[case]) if case in running else Seen.ASKED for case in status}


def _how_far(case: _Open) -> Seen:
    if not case.visits or any(kind not in ASKING for kind in case.visits.values()):
        return Seen.STORED
    return Seen.ASKED if case.visits.keys() <= case.tasks else Seen.ASKING
