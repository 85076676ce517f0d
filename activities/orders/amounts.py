"""What was paid for which units, and what freight costs. Pure; amounts in fen.

The share of a line is fixed by what was bought, never by what came back before: returning one unit after the other
gives exactly what returning all at once gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def paid_shares(nets: Sequence[int], total: int) -> list[int]:
    """What of `total` was paid for each line, by largest remainder; a line never gets more than it cost.

    Args:
        nets: what the lines cost, each after its own discount.
        total: what was paid in all; above the sum of the lines it holds freight, which is nobody's share.
    """
    whole = sum(nets)
    if total >= whole:
        return list(nets)
    shares = [total * net // whole for net in nets]
    missing = total - sum(shares)
    by_remainder = sorted(range(len(nets)), key=lambda index: (-(total * nets[index] % whole), index))
    for index in by_remainder[:missing]:
        shares[index] += 1
    return shares


def refund_share(paid: int, qty: int, *, before: int, now: int) -> int:
    """What `now` of `qty` units were paid with, after `before` of them came back: the parts sum to the whole."""
    return paid * (before + now) // qty - paid * before // qty


@dataclass(frozen=True, slots=True)
class FreightRules:
    """Tenant settings `orders.freight_…`. Free from `free_from` on; `remote` areas cost `remote_extra` more."""

    base: int = 1_000
    free_from: int = 20_000
    remote_extra: int = 1_000
    remote: tuple[str, ...] = ("西藏自治区", "新疆维吾尔自治区", "青海省", "内蒙古自治区")


def freight(amount: int, area: str, rules: FreightRules) -> tuple[int, bool, bool]:
    """Fen to be paid, whether the goods are worth enough to go free, and whether the area is remote."""
    free = amount >= rules.free_from
    remote = any(area == each or area.startswith(f"{each}/") for each in rules.remote)
    return (0 if free else rules.base) + (rules.remote_extra if remote else 0), free, remote
