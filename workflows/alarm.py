"""The one timer of a case, and the case's own time.

A case may have many clocks; the server keeps one timer for the next of them. It is set again only for an earlier time,
because one that rings in vain costs less than one that is moved with every change.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol

from temporalio import workflow

from waystation.contracts.runs import TRIAL_LAG, Trial
from workflows.gauge import Gauge

#: Shorter timers than this there are not.
SHORTEST = timedelta(milliseconds=1)


class Cancellable(Protocol):
    def cancel(self) -> Any: ...


class Alarm:
    """Time and timer of one case. Under test its clock stands still, see `Trial`.

    Args:
        spawn: runs a coroutine beside the rest, and gives what cancels it.
        ring: told the case's time when the timer has rung.
    """

    def __init__(
        self,
        trial: Trial | None,
        gauge: Gauge,
        spawn: Callable[[Coroutine[Any, Any, None]], Cancellable],
        ring: Callable[[datetime], None],
    ) -> None:
        self.rings_at: datetime | None = None
        self._clock = trial.starts_at if trial is not None else None
        self._gauge = gauge
        self._spawn = spawn
        self._ring = ring
        self._timer: Cancellable | None = None
        self._due: datetime | None = None
        self._in_vain: datetime | None = None

    def now(self) -> datetime:
        """The case's time: the server's, or under test what the clock was last moved to."""
        return workflow.now() if self._clock is None else self._clock

    def told(self, at: datetime) -> datetime:
        """The case's time now that it is told something that happened at `at`."""
        if self._clock is not None:
            self._clock = max(self._clock, at)
        return self.now()

    def would_be(self, at: datetime) -> datetime:
        """What `told` would answer."""
        return workflow.now() if self._clock is None else max(self._clock, at)

    def changed(self) -> None:
        """Something has happened: a time that passed in vain may matter now."""
        self._in_vain = None

    def set(self, due: datetime | None) -> None:
        """Ring at `due` or before; None needs no timer."""
        if due is None or due == self._in_vain or (self._due is not None and self._due <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._gauge.timer()
        self._timer = self._spawn(self._wait(due))

    async def _wait(self, due: datetime) -> None:
        lag = timedelta() if self._clock is None else TRIAL_LAG
        wait = max(due - self.now(), SHORTEST) + lag
        self.rings_at = workflow.now() + wait
        await workflow.sleep(wait, summary=f"{due:%Y-%m-%d %H:%M} UTC")
        self._timer = self._due = self.rings_at = None
        at = self.told(due)
        if at >= due:
            self._in_vain = due  # unless something comes of it
        self._ring(at)
