"""A bound on work whose size an author's graph decides: what does not fit is not judged."""

from __future__ import annotations


class OutOfBounds(Exception):
    """The work is larger than what was allowed for it."""


class Budget:
    """Elementary steps that may still be done. Several searches may share one."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def charge(self, steps: int = 1) -> None:
        """Raises OutOfBounds when nothing is left."""
        self.steps -= steps
        if self.steps < 0:
            raise OutOfBounds
