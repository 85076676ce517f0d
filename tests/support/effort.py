"""How much work a function does, counted and not timed: the same on a busy machine and on an idle one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class TooMuchWork(AssertionError):
    """More calls than were allowed."""


def calls(function: Callable[[], object], *, at_most: int | None = None) -> int:
    """The number of calls, of Python and of C functions, that `function` makes in this thread.

    Args:
        at_most: the count at which it is stopped, so that a test of hostile input ends.

    Raises:
        TooMuchWork: it made more calls than that.
    """
    count = 0

    def counted(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        if event in {"call", "c_call"}:
            count += 1
            if at_most is not None and count > at_most:
                sys.setprofile(None)
                raise TooMuchWork(f"more than {at_most} calls")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count
