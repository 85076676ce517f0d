"""Choosing warehouses: everything that is wanted, nothing twice, as few parcels and as short a way as possible."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from activities.inventory.rules import EXACT_WAREHOUSES, Source, choose_sources, crossed_safety, sum_demand

SKUS = ("a", "b", "c")
free = st.dictionaries(st.sampled_from(SKUS), st.integers(0, 20))
sources = st.lists(st.tuples(st.integers(0, 9_000), free), min_size=1, max_size=EXACT_WAREHOUSES).map(
    lambda each: [Source(f"w{index}", metres, 100, stock) for index, (metres, stock) in enumerate(each)]
)
many_sources = st.lists(st.tuples(st.integers(0, 9_000), free), min_size=6, max_size=9).map(
    lambda each: [Source(f"w{index}", metres, 100, stock) for index, (metres, stock) in enumerate(each)]
)
demands = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 25), min_size=1)


def test_later_sources_give_only_what_is_left() -> None:
    """13 units over 10 and 15 are 10 and 3, not 10 and 13."""
    near, far = Source("near", 1, 100, {"a": 10}), Source("far", 2, 100, {"a": 12})
    plan = choose_sources({"a": 13}, [near, far], split=True)
    assert [(take.warehouse, take.qty) for take in plan.takes] == [("far", 3), ("near", 10)]
    assert plan.main == "near"


def test_fewer_parcels_beat_a_shorter_way() -> None:
    """Two near halves lose against one far whole."""
    halves = [Source("x", 1, 100, {"a": 5}), Source("y", 1, 100, {"a": 5})]
    assert choose_sources({"a": 10}, [*halves, Source("z", 9_000, 100, {"a": 10})], split=True).warehouses == ("z",)


def test_among_equals_priority_and_name_decide() -> None:
    """The same question always has the same answer."""
    equal = [Source("b", 5, 20, {"a": 1}), Source("c", 5, 10, {"a": 1}), Source("a", 5, 20, {"a": 1})]
    assert choose_sources({"a": 1}, equal, split=True).main == "c"
    assert choose_sources({"a": 1}, [equal[0], equal[2]], split=True).main == "a"


@given(demand=demands, places=st.one_of(sources, many_sources), split=st.booleans())
def test_a_plan_never_takes_more_than_there_is_or_is_wanted(
    demand: dict[str, int], places: list[Source], *, split: bool
) -> None:
    """Taken plus short is what was wanted, and no warehouse gives what it has not."""
    plan = choose_sources(demand, places, split=split)
    stock = {place.warehouse: place for place in places}
    assert all(0 < take.qty <= stock[take.warehouse].has(take.sku) for take in plan.takes)
    if split or plan.takes:
        short = dict(plan.short)
        for sku, qty in demand.items():
            assert sum(take.qty for take in plan.takes if take.sku == sku) + short.get(sku, 0) == qty
    if not split:
        assert len(plan.warehouses) <= 1


@given(demands, sources)
def test_nothing_is_short_that_all_together_have(demand: dict[str, int], places: list[Source]) -> None:
    """A shortage is a shortage of the whole, and the parcels are as few as can be."""
    plan = choose_sources(demand, places, split=True)
    total = {sku: sum(place.has(sku) for place in places) for sku in demand}
    assert bool(plan.short) == any(total[sku] < qty for sku, qty in demand.items())
    if not plan.short:
        fewer = combinations(places, len(plan.warehouses) - 1)
        assert not any(all(sum(p.has(sku) for p in some) >= qty for sku, qty in demand.items()) for some in fewer)


def test_demand_is_summed_and_in_order() -> None:
    """Two lines of one article are one demand."""
    assert list(sum_demand([("b", 1), ("a", 2), ("b", 3)]).items()) == [("a", 2), ("b", 4)]


def test_safety_is_crossed_once() -> None:
    """Down through the level, not on it, not below it."""
    assert crossed_safety(10, 4, 5)
    assert not crossed_safety(10, 5, 5)
    assert not crossed_safety(4, 3, 5)
