"""What choosing one of several people needs beside the organisation; with it filled in, the pick is a function."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Load(Struct, frozen=True, omit_defaults=True):
    """Figures at the moment of asking.

    Args:
        open: open tasks per person id.
        cursor: how often `round_robin` has picked so far, by `process/node`; the driver counts it up after each pick.
        seed: any text that differs from one asking to the next (case id and visit path); same seed, same pick.
        last: when a person last answered, aware UTC; among equally loaded people the one idle longest is chosen.
    """

    open: dict[str, int] = {}
    cursor: dict[str, int] = {}
    seed: str = ""
    last: dict[str, datetime] = {}

    def turn(self, process: str, node: str) -> int:
        """Which turn of `round_robin` it is at this node, from 0."""
        return self.cursor.get(f"{process}/{node}", 0)
