"""How often somebody may ask: a bucket of tries per key that fills again steadily. Kept in this process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from waystation.contracts.errors import Refused

#: Keys that are remembered; whoever has not asked for longest is forgotten first.
_MOST = 20_000


class Rates:
    """Buckets of one size.

    Args:
        per_minute: how fast a bucket fills.
        burst: how much one holds.
    """

    def __init__(self, per_minute: int, burst: int) -> None:
        self._per_second, self._burst = per_minute / 60, float(burst)
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, key: str, at: datetime) -> None:
        """Count one try.

        Raises:
            Refused: `too_many_requests`, with the seconds to wait.
        """
        left, since = self._left.get(key, (self._burst, at))
        left = min(self._burst, left + max(0.0, (at - since).total_seconds()) * self._per_second)
        if left < 1:
            self._left[key] = (left, at)
            wait = max(1, round((1 - left) / self._per_second))
            raise Refused(
                "too_many_requests",
                "too many requests; wait a while",
                "请求过于频繁，请稍后再试",
                {"retry_after": wait},
            )
        self._left[key] = (left - 1, at)
        self._left.move_to_end(key)
        while len(self._left) > _MOST:
            self._left.popitem(last=False)
