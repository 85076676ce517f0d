"""Where goods come from: which warehouses deliver an order. Pure; knows neither the database nor the clock.

A source plan says how much of each article is taken from which warehouse. Plans are compared by: nothing short, then
fewest parcels, then the shortest way, then the warehouse's priority, then its id. Up to `EXACT_WAREHOUSES` candidates
all combinations are compared; above that the choice is greedy by distance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

#: Up to this many candidate warehouses every combination is compared (2^n).
EXACT_WAREHOUSES = 5


@dataclass(frozen=True, slots=True)
class Source:
    """A warehouse that may deliver. `metres` is the way to the receiver; smaller `priority` is preferred."""

    warehouse: str
    metres: float = 0.0
    priority: int = 100
    free: Mapping[str, int] | None = None

    def has(self, sku: str) -> int:
        return (self.free or {}).get(sku, 0)


@dataclass(frozen=True, slots=True)
class Take:
    """So many units of one article from one warehouse."""

    warehouse: str
    sku: str
    qty: int


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """What is taken where, ordered by (warehouse, sku), and what nobody has."""

    takes: tuple[Take, ...] = ()
    short: tuple[tuple[str, int], ...] = ()

    @property
    def warehouses(self) -> tuple[str, ...]:
        return tuple(sorted({take.warehouse for take in self.takes}))

    @property
    def main(self) -> str:
        """The warehouse that delivers most units; the first by id among equals."""
        units: Counter[str] = Counter()
        for take in self.takes:
            units[take.warehouse] += take.qty
        return min(units, key=lambda warehouse: (-units[warehouse], warehouse), default="")


def sum_demand(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units wanted per article, articles in order. The same article on two lines counts once, with the sum."""
    wanted: Counter[str] = Counter()
    for sku, qty in lines:
        wanted[sku] += qty
    return {sku: wanted[sku] for sku in sorted(wanted)}


def hold_back(sources: Sequence[Source], ahead: Mapping[str, int]) -> list[Source]:
    """The sources without the units that others wait for: those are kept where they are best missed, farthest first."""
    left = dict(ahead)
    kept: list[Source] = []
    for source in sorted(sources, key=_rank, reverse=True):
        free = dict(source.free or {})
        for sku, units in free.items():
            held = min(units, left.get(sku, 0))
            free[sku] = units - held
            left[sku] = left.get(sku, 0) - held
        kept.append(replace(source, free=free))
    return kept


def choose_sources(demand: Mapping[str, int], sources: Sequence[Source], *, split: bool) -> SourcePlan:
    """Choose the warehouses that deliver `demand`.

    Args:
        split: whether one order may come from several warehouses.

    Returns:
        A plan; `short` names what no admissible choice can deliver. Without `split` and without one warehouse that
        has everything, nothing is taken and everything that the best warehouse lacks is short.
    """
    ranked = sorted(sources, key=_rank)
    for source in ranked:
        if all(source.has(sku) >= qty for sku, qty in demand.items()):
            return _take(demand, [source])
    if not split:
        best = min((_take(demand, [source]) for source in ranked), key=_units_short, default=_take(demand, []))
        return SourcePlan(short=best.short)
    if len(ranked) <= EXACT_WAREHOUSES:
        return _best_combination(demand, ranked)
    return _take(demand, ranked)


def _best_combination(demand: Mapping[str, int], ranked: Sequence[Source]) -> SourcePlan:
    metres = {source.warehouse: source.metres for source in ranked}
    candidates = [_take(demand, chosen) for size in range(len(ranked) + 1) for chosen in combinations(ranked, size)]

    def cost(plan: SourcePlan) -> tuple[int, int, float]:
        return _units_short(plan), len(plan.warehouses), sum(metres[each] for each in plan.warehouses)

    return min(candidates, key=cost)


def _take(demand: Mapping[str, int], chosen: Sequence[Source]) -> SourcePlan:
    """Later warehouses give only what the earlier ones left open: 13 units over 10 and 15 are 10 and 3."""
    takes: list[Take] = []
    short: list[tuple[str, int]] = []
    for sku, qty in demand.items():
        missing = qty
        for source in chosen:
            given = min(missing, source.has(sku))
            if given > 0:
                takes.append(Take(source.warehouse, sku, given))
                missing -= given
        if missing:
            short.append((sku, missing))
    return SourcePlan(tuple(sorted(takes, key=lambda take: (take.warehouse, take.sku))), tuple(short))


def _units_short(plan: SourcePlan) -> int:
    return sum(qty for _, qty in plan.short)


def _rank(source: Source) -> tuple[float, int, str]:
    return source.metres, source.priority, source.warehouse


def crossed_safety(before: int, after: int, safety: int) -> bool:
    """Whether free stock has just fallen below its safety level: true once per crossing, not per movement."""
    return before >= safety > after
