"""Orders of every channel come in once, are audited by every rule, and move only along their axes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from activities._runtime import Succeeded
from activities.orders.tables import OrderEvent, OrderLine, RawOrder, SalesOrder
from tests.unit.activities.conftest import AT, Desk

pytestmark = pytest.mark.databases


def shop(no: str = "1", total: int = 1000, **more: Any) -> dict[str, Any]:
    return {
        "order_no": no,
        "status": "paid",
        "customer": {"id": "cafe"},
        "total_fen": total,
        "receiver": {
            "province": "四川省",
            "city": "成都市",
            "district": "锦江区",
            "name": "张三",
            "phone": "13800001234",
        },
        "lines": [{"sku": "beans_house", "qty": 2, "price_fen": total // 2}],
        **more,
    }


async def taken_in(desk: Desk, payload: dict[str, Any], channel: str = "shop_json") -> Any:
    return await desk.ok("orders.intake", channel=channel, payload=payload)


async def count(desk: Desk, table: Any) -> int:
    async with desk.database.read(desk.tenant) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_an_order_comes_in_once(desk: Desk) -> None:
    """The same order again, also from another case, changes nothing and gives the same number."""
    first = await taken_in(desk, shop())
    again = await desk.ok("orders.intake", case="case-2", channel="shop_json", payload=shop())
    assert (first["verdict"], again["verdict"]) == ("new", "same")
    assert first["order"] == again["order"]
    assert (await count(desk, SalesOrder), await count(desk, OrderLine)) == (1, 1)


async def test_the_same_order_at_the_same_time_comes_in_once(desk: Desk) -> None:
    """ORD-29: a webhook delivered six times at once makes one order."""
    tries = [desk.run("orders.intake", case=f"c{i}", channel="shop_json", payload=shop()) for i in range(6)]
    outcomes = await asyncio.gather(*tries)
    assert all(isinstance(outcome, Succeeded) for outcome in outcomes), outcomes
    assert await count(desk, SalesOrder) == 1


async def test_a_burst_of_orders_is_neither_lost_nor_doubled(desk: Desk) -> None:
    """Different orders at the same time all come in."""
    tries = [desk.run("orders.intake", case=f"c{i}", channel="shop_json", payload=shop(str(i))) for i in range(30)]
    await asyncio.gather(*tries)
    assert await count(desk, SalesOrder) == 30


async def test_an_older_text_never_overwrites_a_newer_one(desk: Desk) -> None:
    """Texts may arrive out of order; the one changed last counts."""
    await taken_in(desk, shop(total=2000, updated_at="2026-05-02T10:00:00+08:00"))
    late = await taken_in(desk, shop(total=1000, updated_at="2026-05-01T10:00:00+08:00"))
    newer = await taken_in(desk, shop(total=3000, updated_at="2026-05-03T10:00:00+08:00"))
    assert [late["verdict"], newer["verdict"], newer["total"]] == ["stale", "changed", 3000]


async def test_of_texts_at_the_same_time_the_newest_counts(desk: Desk) -> None:
    """Six texts of one order at once, in any order: the one changed last stands, whichever was written last."""
    await taken_in(desk, shop(total=2, updated_at="2026-05-01T00:00:00+08:00"))
    texts = [shop(total=2 * day, updated_at=f"2026-05-0{day}T10:00:00+08:00") for day in (5, 3, 7, 4, 6, 2)]
    tries = [desk.run("orders.intake", case=f"c{i}", channel="shop_json", payload=text) for i, text in enumerate(texts)]
    await asyncio.gather(*tries)
    async with desk.database.read(desk.tenant) as session:
        assert (await session.scalars(select(SalesOrder.total))).one() == 14


async def test_an_unknown_status_is_set_aside_with_its_text(desk: Desk) -> None:
    """A status without a mapping is never guessed: no order, the raw text kept with the reason."""
    aside = await taken_in(desk, shop(status="on_the_moon"))
    assert aside["verdict"] == "quarantined"
    assert "on_the_moon" in aside["reason_en"]
    assert (await count(desk, SalesOrder), await count(desk, RawOrder)) == (0, 1)
    assert (await taken_in(desk, shop()))["verdict"] == "new"


async def test_paid_means_something_else_in_each_channel(desk: Desk) -> None:
    """ORD-03: Taobao 已付款 is to be shipped; Douyin 支付成功 is to be reviewed first."""
    lines = [{"outer_sku_id": "beans_house", "num": 1, "price": "28.00", "title": "豆"}]
    trade = {"tid": "7", "status": "WAIT_SELLER_SEND_GOODS", "buyer_open_uid": "u1", "payment": "28.00"}
    taobao = await taken_in(desk, {**trade, "orders": {"order": lines}}, "taobao")
    skus = [{"out_sku_id": "beans_house", "item_num": 1, "origin_amount": 2800}]
    live = {"order_id": "8", "order_status": 2, "open_id": "o1", "pay_amount": 2800, "sku_order_list": skus}
    douyin = await taken_in(desk, live, "douyin")
    assert (taobao["audit"], taobao["total"]) == ("approved", 2800)
    assert (douyin["audit"], douyin["tags"]) == ("pending", ["channel_review"])


async def test_a_receiver_is_shown_masked_and_placed_by_district(desk: Desk) -> None:
    """Personal data leaves the action only masked; the district's middle stands for the address."""
    order = await taken_in(desk, shop())
    assert order["receiver"]["phone"] == "138****1234"
    assert order["receiver"]["name"] == "张*"
    assert order["to"] == {"lat": Decimal("30.657"), "lng": Decimal("104.083"), "datum": "wgs84"}


async def test_a_channel_without_a_mapping_is_refused(desk: Desk) -> None:
    """ORD-04: a channel is a file; without one there is nothing to map by."""
    assert (await desk.no("orders.intake", channel="unheard", payload=shop())).code == "orders.unknown_channel"


@pytest.mark.parametrize(
    ("total", "finance", "owner"),
    [(500_000, False, False), (500_001, True, False), (1_000_000, True, False), (1_000_001, True, True)],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_amounts_need_the_reviews_they_need(desk: Desk, total: int, *, finance: bool, owner: bool) -> None:
    """ORD-07, ORD-08: strictly above 5,000 yuan finance, above 10,000 the owner; above both, both."""
    desk.settings = {"approval": {"review_first_order": False}}
    order = await taken_in(desk, shop(total=total))
    audit = await desk.ok("orders.audit", order=order["order"])
    assert (audit["finance"], audit["owner"]) == (finance, owner)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_tenant_sets_its_own_thresholds(desk: Desk) -> None:
    """Numbers are settings; a setting of the wrong type is refused, not ignored."""
    desk.settings = {"approval.finance_over": 100, "approval.review_first_order": False}
    order = (await taken_in(desk, shop(total=101)))["order"]
    assert (await desk.ok("orders.audit", order=order))["required"] == ["finance"]
    desk.settings = {"approval.finance_over": "100"}
    assert (await desk.no("orders.audit", order=order)).code == "bad_setting"


async def test_a_first_order_is_checked_by_a_person(desk: Desk) -> None:
    """ORD-09: the customer's first paid order, cancelled ones not counted."""
    first = (await taken_in(desk, shop("1", created_at="2026-05-01T08:00:00+08:00")))["order"]
    assert (await desk.ok("orders.audit", order=first))["service"] is True
    second = (await taken_in(desk, shop("2", created_at="2026-05-02T08:00:00+08:00")))["order"]
    assert (await desk.ok("orders.audit", order=second))["service"] is False
    await desk.ok("orders.cancel", order=first)
    assert (await desk.ok("orders.audit", order=second))["service"] is True


async def test_an_engineering_order_needs_a_contract(desk: Desk) -> None:
    """ORD-10: without one it is rejected with the reason; with one it is not."""
    order = (await taken_in(desk, shop(kind="engineering")))["order"]
    without = await desk.ok("orders.audit", order=order)
    assert without["rejected"] is True
    assert "工程单须附合同" in without["reasons_zh"]
    assert (await desk.ok("orders.audit", order=order, contract="file-1"))["rejected"] is False


async def test_a_controlled_area_ships_late(desk: Desk) -> None:
    """ORD-11: the area and everything inside it, not what merely begins alike."""
    order = (await taken_in(desk, shop()))["order"]
    desk.settings = {"orders.controlled_areas": ["四川省/成都市"]}
    assert (await desk.ok("orders.audit", order=order))["delayed"] is True
    desk.settings = {"orders.controlled_areas": ["四川省/成都"]}
    assert (await desk.ok("orders.audit", order=order))["delayed"] is False


async def test_states_move_only_as_the_table_allows(desk: Desk) -> None:
    """One event for each change; a repeated mark is no change; a forbidden one is refused."""
    order = (await taken_in(desk, shop()))["order"]
    moved = await desk.ok("orders.mark", order=order, axis="fulfilment", to="reserved")
    again = await desk.ok("orders.mark", order=order, axis="fulfilment", to="reserved")
    refused = await desk.no("orders.mark", order=order, axis="fulfilment", to="delivered")
    assert (moved["previous"], moved["changed"], again["changed"]) == ("waiting", True, False)
    assert refused.code == "orders.bad_transition"
    assert await count(desk, OrderEvent) == 1


async def test_a_mark_is_taken_back_unless_somebody_moved_on(desk: Desk) -> None:
    """The undo restores what the mark found, and never overwrites what came after."""
    order = (await taken_in(desk, shop()))["order"]
    await desk.ok("orders.mark", order=order, axis="fulfilment", to="reserved")
    back = {"order": order, "axis": "fulfilment", "state": "reserved", "previous": "waiting"}
    assert (await desk.ok("orders.unmark", **back))["changed"] is True
    assert (await desk.ok("orders.unmark", **back))["changed"] is False


async def test_a_shipped_order_is_recalled_before_it_is_cancelled(desk: Desk) -> None:
    """Cancelling what has left is refused; after the parcel is called back it works and says what to refund."""
    order = (await taken_in(desk, shop(total=900)))["order"]
    await desk.ok("orders.mark", order=order, axis="fulfilment", to="reserved")
    parcel = (await desk.ok("orders.dispatch", order=order, carrier="sf", tracking="SF1"))["parcel"]
    assert (await desk.no("orders.cancel", order=order)).code == "orders.already_shipped"
    assert (await desk.ok("orders.recall", parcel=parcel))["changed"] is True
    assert (await desk.ok("orders.recall", parcel=parcel))["changed"] is False
    first = await desk.ok("orders.cancel", order=order)
    again = await desk.ok("orders.cancel", order=order)
    assert (first, again) == ({"changed": True, "refund": 900}, {"changed": False, "refund": 900})


async def test_a_pick_list_follows_the_way_through_the_warehouse(desk: Desk) -> None:
    """ORD-18: rows by warehouse and bin; a void list stays void."""
    order = (await taken_in(desk, shop()))["order"]
    rows = [
        {"warehouse": "w", "sku": "b", "qty": 1, "bin": "C-2"},
        {"warehouse": "w", "sku": "a", "qty": 2, "bin": "A-1"},
    ]
    made = await desk.ok("orders.pick_list", order=order, lines=rows)
    assert [row["bin"] for row in made["rows"]] == ["A-1", "C-2"]
    assert made["units"] == 3
    assert (await desk.ok("orders.void_pick_list", pick_list=made["pick_list"]))["changed"] is True
    assert (await desk.ok("orders.void_pick_list", pick_list=made["pick_list"]))["changed"] is False


async def test_events_tell_who_and_when(desk: Desk) -> None:
    """Every change is a row of its own with actor, case and time."""
    order = (await taken_in(desk, shop()))["order"]
    desk.at = AT + timedelta(hours=1)
    await desk.ok("orders.mark", order=order, axis="audit", to="rejected", reason="地址不全")
    async with desk.database.read(desk.tenant) as session:
        event = (await session.scalars(select(OrderEvent))).one()
    assert (event.by, event.reason, event.was, event.now) == ("alice", "地址不全", "approved", "rejected")
    assert event.at == AT + timedelta(hours=1)
