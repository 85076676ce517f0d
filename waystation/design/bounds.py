"""Bounds on trying things out: a hostile design may be slow or endless, whoever tries it out is not kept waiting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from waystation.contracts.errors import Refused

if TYPE_CHECKING:
    from workflows.memory import MemoryEngine

MOST_STEPS = 200
MOST_ENTRIES = 20_000
MOST_CASES = 200
_MOST_WORK = 200_000


class Bounds:
    """Time, work and memory that one trial may take. It watches the engine that `engine` is set to."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._work = _MOST_WORK
        self.engine: MemoryEngine | None = None

    def check(self) -> None:
        """Raises Refused: `too_long`."""
        self._work -= 1
        if self._work < 0 or time.monotonic() > self._until or self._is_large():
            raise Refused("too_long", "the trial takes too long and was stopped", "试运行超出时间或规模上限，已停止")

    def _is_large(self) -> bool:
        if self.engine is None or self._work % 16:
            return False
        cases = self.engine.cases
        return len(cases) > MOST_CASES or sum(len(case.entries) for case in cases.values()) > MOST_ENTRIES
