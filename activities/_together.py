"""What cases write at the same time is written in one transaction.

A transaction costs most by being one: it begins, looks, counts and commits however little it brings. So while one of a
tenant is under way, what comes for that tenant waits and goes together with what else has come; what comes alone waits
for nothing. Should they not go through together, each goes alone, and only the one that cannot fails.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from waystation.contracts.errors import Unavailable
from waystation.contracts.runs import Recorded, RecordRequest
from waystation.store.session import Conflict

#: Requests in one transaction: each holds its case's row until all are through.
MOST_TOGETHER = 32

#: Writes requests of one tenant and of different cases in one transaction; their answers in order.
Write = Callable[[Sequence[RecordRequest]], Awaitable[list[Recorded]]]


@dataclass(slots=True)
class _Waiting:
    request: RecordRequest
    answer: asyncio.Future[Recorded]


@dataclass(slots=True)
class _Lane:
    """What waits of one tenant, and whether a transaction of his is under way."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    busy: bool = False


class Together:
    """Writes requests as they come, those that come meanwhile together."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def record(self, request: RecordRequest) -> Recorded:
        """The answer to a request, once it is written.

        Raises:
            Exception: what writing it raises.
        """
        tenant = request.mark.tenant
        lane = self._lanes.setdefault(tenant, _Lane())
        mine = _Waiting(request, asyncio.get_running_loop().create_future())
        lane.waiting.append(mine)
        if not lane.busy:
            lane.busy = True
            task = asyncio.create_task(self._run(tenant, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await mine.answer

    async def _run(self, tenant: str, lane: _Lane) -> None:
        try:
            while some := _take(lane):
                await self._write_all(some)
        finally:
            self._lanes.pop(tenant, None)
            for each in lane.waiting:  # some only where this task was cancelled; they are sent again
                _ = each.answer.cancel()

    async def _write_all(self, some: list[_Waiting]) -> None:
        try:
            answers = await self._write([each.request for each in some])
        except Exception as error:  # noqa: BLE001 - handed to whoever waits, or tried alone
            if len(some) == 1 or (isinstance(error, Unavailable) and not isinstance(error, Conflict)):
                _fail(some, error)
            else:
                for each in some:
                    await self._write_all([each])
            return
        except BaseException as error:
            _fail(some, error)
            raise
        for each, answer in zip(some, answers, strict=True):
            if not each.answer.done():
                each.answer.set_result(answer)


def _take(lane: _Lane) -> list[_Waiting]:
    """What goes into the next transaction: of each case the first that waits, oldest first."""
    some: dict[str, _Waiting] = {}
    left: list[_Waiting] = []
    while lane.waiting and len(some) < MOST_TOGETHER:
        each = lane.waiting.popleft()
        if each.answer.done():
            continue  # nobody waits for it any more; it is sent again
        if each.request.mark.case in some:
            left.append(each)
        else:
            some[each.request.mark.case] = each
    lane.waiting.extendleft(reversed(left))
    return list(some.values())


def _fail(some: list[_Waiting], error: BaseException) -> None:
    for each in some:
        if not each.answer.done():
            each.answer.set_exception(error)
