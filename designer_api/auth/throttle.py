"""Login throttling: after a few wrong passwords for a user, the next tries have to wait. Kept in this process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from waystation.contracts.errors import Refused

#: Wrong passwords before the first wait.
FREE_TRIES = 5
WINDOW = timedelta(minutes=15)
_MOST = 10_000


class Throttle:
    """Counts wrong passwords by tenant and user."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()

    def check(self, tenant: str, user: str, at: datetime) -> None:
        """Raise `too_many_tries` while this user has to wait."""
        recent = [moment for moment in self._failures.get((tenant, user), []) if at - moment < WINDOW]
        if len(recent) < FREE_TRIES:
            return
        wait = timedelta(seconds=min(300, 2 ** (len(recent) - FREE_TRIES + 1)))
        if at - recent[-1] < wait:
            raise Refused("too_many_tries", "too many wrong passwords; wait a while", "密码错误次数过多，请稍后再试")

    def failed(self, tenant: str, user: str, at: datetime) -> None:
        key = (tenant, user)
        self._failures.setdefault(key, []).append(at)
        self._failures[key] = self._failures[key][-50:]
        self._failures.move_to_end(key)
        while len(self._failures) > _MOST:
            self._failures.popitem(last=False)

    def succeeded(self, tenant: str, user: str) -> None:
        self._failures.pop((tenant, user), None)
