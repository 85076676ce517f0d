"""Parcels, returns, coupons and freight: never more back than was sent, never more money than was paid."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.orders.amounts import FreightRules, freight, paid_shares, refund_share
from tests.unit.activities.conftest import AT, Desk
from tests.unit.activities.test_orders import shop, taken_in

THREE = [{"sku": sku, "qty": 3, "price_fen": 1000} for sku in ("a", "b", "c")]


async def ordered(desk: Desk, **more: Any) -> str:
    """An order of three articles, three units of each, for 8,999 fen of 9,000."""
    no: str = (await taken_in(desk, shop(total=8999) | {"lines": THREE} | more))["order"]
    return no


async def send(desk: Desk, order: str, **units: int) -> Any:
    packed = [{"sku": sku, "qty": qty} for sku, qty in units.items()]
    return await desk.ok("orders.dispatch", order=order, carrier="sf", tracking="SF-1", lines=packed)


async def give_back(desk: Desk, order: str, kind: str = "return", **units: Any) -> Any:
    lines = [{"sku": sku, "qty": qty} for sku, qty in units.items()]
    return await desk.run("orders.request_return", order=order, kind=kind, reason="quality", lines=lines)


@pytest.mark.databases
async def test_an_order_is_shipped_when_its_last_parcel_has_left(desk: Desk) -> None:
    """Partly shipped before; a parcel called back takes its order one step back; more than ordered is refused."""
    order = await ordered(desk)
    first = await send(desk, order, a=3, b=1)
    assert (first["complete"], first["visible_zh"]) == (False, "部分发货")
    over = await desk.no("orders.dispatch", order=order, carrier="sf", tracking="S", lines=[{"sku": "b", "qty": 3}])
    assert over.code == "orders.over_shipped"
    last = await desk.ok("orders.dispatch", order=order, carrier="sf", tracking="SF-2")
    assert (last["complete"], last["visible_zh"]) == (True, "已发货")
    await desk.ok("orders.recall", parcel=last["parcel"])
    assert (await desk.no("orders.cancel", order=order)).code == "orders.already_shipped"
    await desk.ok("orders.recall", parcel=first["parcel"])
    assert (await desk.ok("orders.cancel", order=order))["changed"] is True


@pytest.mark.databases
async def test_money_goes_back_only_for_what_was_received(desk: Desk) -> None:
    """ORD-19: request, approval, receipt, refund, in this order; refund-only needs no receipt."""
    order = await ordered(desk)
    assert (await give_back(desk, order, a=1)).code == "orders.not_shipped"
    await send(desk, order, a=3, b=3, c=3)
    asked = (await give_back(desk, order, a=1)).result
    assert (await give_back(desk, order, b=1)).code == "orders.return_open"
    early = await desk.no("orders.move_return", after_sale=asked["after_sale"], to="refunded")
    assert early.code == "orders.bad_return"
    for state in ("approved", "received", "refunded"):
        moved = await desk.ok("orders.move_return", after_sale=asked["after_sale"], to=state)
    assert (moved["visible_zh"], asked["refund"]) == ("已退款", 1000)
    assert (await desk.ok("orders.drop_return", after_sale=asked["after_sale"]))["changed"] is False
    alone = (await give_back(desk, order, "refund_only", b=1)).result
    for state in ("approved", "refunded"):
        await desk.ok("orders.move_return", after_sale=alone["after_sale"], to=state)
    swapped = (await give_back(desk, order, "exchange", c=1)).result
    assert swapped["refund"] == 0


@pytest.mark.databases
async def test_never_more_comes_back_than_was_sent(desk: Desk) -> None:
    """Counted over all requests; a refused or dropped one does not count; all money back makes the order refunded."""
    order = await ordered(desk)
    await send(desk, order, a=3, b=3, c=3)
    refused = (await give_back(desk, order, a=3)).result["after_sale"]
    await desk.ok("orders.move_return", after_sale=refused, to="refused")
    dropped = (await give_back(desk, order, a=3)).result["after_sale"]
    assert (await desk.ok("orders.drop_return", after_sale=dropped))["changed"] is True
    refunds = 0
    rounds: list[dict[str, Any]] = [{"a": 2}, {"a": 1, "b": 2}, {"b": 1, "c": 3}]
    for units in rounds:
        asked = (await give_back(desk, order, **units)).result
        refunds += asked["refund"]
        for state in ("approved", "received", "refunded"):
            await desk.ok("orders.move_return", after_sale=asked["after_sale"], to=state)
    assert refunds == 8999
    assert (await give_back(desk, order, a=1)).code == "orders.over_returned"
    assert (await desk.ok("orders.mark", order=order, axis="pay", to="refunded"))["changed"] is False
    assert (await desk.no("orders.move_return", after_sale="ASR-none", to="approved")).code == "orders.unknown_return"


async def reward(desk: Desk, number: int, days: int, *, customer: str = "cafe") -> Any:
    placed = (AT + timedelta(days=days)).isoformat()
    made = await taken_in(desk, shop(str(number), created_at=placed) | {"customer": {"id": customer}})
    return await desk.ok("orders.reward", order=made["order"])


@pytest.mark.databases
async def test_the_third_order_within_thirty_days_earns_one_coupon(desk: Desk) -> None:
    """ORD-12: 3rd paid order; once in the window; an order thirty days old does not count, nor a cancelled one."""
    first = await reward(desk, 1, -30)
    assert (first["coupon"], first["orders"]) == ("", 1)
    assert (await reward(desk, 2, -29))["coupon"] == ""
    assert (await reward(desk, 3, 0))["coupon"] == ""
    third = await reward(desk, 4, 0)
    assert (third["amount"], third["orders"]) == (1000, 3)
    assert (await reward(desk, 5, 1))["coupon"] == ""
    assert (await reward(desk, 6, 0, customer="other"))["orders"] == 1
    for number in (7, 8):
        assert (await reward(desk, number, 31))["coupon"] == ""
    assert (await reward(desk, 9, 31))["coupon"] != ""
    cancelled = (await taken_in(desk, shop("9", created_at=(AT + timedelta(days=31)).isoformat())))["order"]
    await desk.ok("orders.cancel", order=cancelled)
    assert (await reward(desk, 10, 31))["orders"] == 3


@pytest.mark.databases
async def test_orders_that_race_for_a_coupon_get_one(desk: Desk) -> None:
    """The row gives it once, whoever asks."""
    made = [(await taken_in(desk, shop(str(number))))["order"] for number in range(6)]
    found = await asyncio.gather(*[desk.ok("orders.reward", case=order, order=order) for order in made])
    assert sum(bool(each["coupon"]) for each in found) == 1


@pytest.mark.parametrize(
    ("amount", "area", "fen"),
    [
        (19_999, "上海市", 1000),
        (20_000, "上海市", 0),
        (20_000, "青海省/西宁市", 1000),
        (1, "青海省", 2000),
        (1, "青海", 1000),
    ],
)
def test_freight_is_free_from_two_hundred_yuan(amount: int, area: str, fen: int) -> None:
    """ORD-21: at or above, after discounts; remote areas pay ten yuan more."""
    assert freight(amount, area, FreightRules())[0] == fen


@pytest.mark.databases
async def test_freight_follows_the_settings_of_the_tenant(desk: Desk) -> None:
    """Every number is a setting; the answer says why."""
    desk.settings = {"orders.freight_base": 600, "orders.freight_free_from": 5000, "orders.freight_remote": ["上海市"]}
    found = await desk.ok("orders.freight", amount=4999, area="上海市/静安区")
    assert found == {"freight": 1600, "reason_zh": "基础运费，偏远地区加价", "reason_en": (
        "basic freight, extra for a remote area"
    )}  # fmt: skip


@given(nets=st.lists(st.integers(0, 10**6), min_size=1, max_size=8), total=st.integers(0, 8 * 10**6))
def test_shares_sum_to_what_was_paid(nets: list[int], total: int) -> None:
    """To the fen, and no line gets more than it cost."""
    shares = paid_shares(nets, total)
    assert sum(shares) == min(total, sum(nets))
    assert all(0 <= share <= net for share, net in zip(shares, nets, strict=True))


@given(paid=st.integers(0, 10**7), parts=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_returning_bit_by_bit_gives_what_returning_all_gives(paid: int, parts: list[int]) -> None:
    """However the units are spread over requests, the refunds sum to what was paid for the line."""
    whole, before, refunds = sum(parts), 0, 0
    for now in parts:
        refunds += refund_share(paid, whole, before=before, now=now)
        before += now
    assert refunds == paid
