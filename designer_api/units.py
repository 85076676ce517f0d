"""Units of a staged roll-out, as requests name them."""

from __future__ import annotations

from waystation.contracts.errors import Refused
from waystation.gateway.choosing import UNIT_KINDS


def check_units(units: list[str]) -> None:
    """Raises Refused: `bad_form`, for what is no unit."""
    for unit in units:
        kind, _, name = unit.partition(":")
        if kind not in UNIT_KINDS or not name:
            kinds = ", ".join(f"{known}:…" for known in UNIT_KINDS)
            raise Refused("bad_form", f"{unit} is no unit; known: {kinds}", f"{unit} 不是有效的单元；可用：{kinds}")
