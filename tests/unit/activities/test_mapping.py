"""A channel is a mapping file: conversions are exact, and what is not known is set aside, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities._runtime import load_file
from activities.orders.mapping import ChannelMapping, MappedOrder, Quarantined, map_order, pick
from activities.orders.receivers import masked
from activities.orders.rules import TRANSITIONS, Axis, may_follow, visible_state, yuan

ROOT = Path(__file__).parents[3]
CHANNELS = sorted(path.stem for path in (ROOT / "definitions" / "channels").glob("*.yaml"))


def mapping(**changes: Any) -> ChannelMapping:
    """A mapping of a made-up channel; a new channel needs nothing but this."""
    text: dict[str, Any] = {
        "channel": "probe",
        "version": 1,
        "title": {"zh": "试", "en": "Probe"},
        "status_from": "st",
        "fields": {
            "ext_id": {"from": ["id"]},
            "total": {"from": ["sum"], "as": "yuan"},
            "placed_at": {"from": ["at"], "as": "time"},
        },
        "lines": {"from": "rows", "fields": {"sku": {"from": ["a"]}, "qty": {"from": ["b"], "as": "int"}}},
        "statuses": {"ok": {"pay": "paid", "audit": "approved"}},
        **changes,
    }
    text["lines"]["fields"]["price"] = {"from": ["c"], "as": "yuan"}
    return ChannelMapping.model_validate(text)


def order(**changes: Any) -> dict[str, Any]:
    return {"id": 1, "st": "ok", "sum": "19.90", "rows": [{"a": "x", "b": "2", "c": 9.95}], **changes}


def mapped(**changes: Any) -> MappedOrder:
    found = map_order(mapping(), order(**changes))
    assert isinstance(found, MappedOrder), found
    return found


def aside(**changes: Any) -> Quarantined:
    found = map_order(mapping(), order(**changes))
    assert isinstance(found, Quarantined), found
    return found


@pytest.mark.parametrize("name", CHANNELS)
def test_every_shipped_channel_fills_what_an_order_needs(name: str) -> None:
    """ORD-02: the file's name is the channel's id; number, customer, total and lines are mapped."""
    channel = load_file("channels", name, ChannelMapping)
    assert channel.channel == name
    assert {"ext_id", "customer", "total"} <= set(channel.fields)
    assert {"sku", "qty", "price"} <= set(channel.lines.fields)


def test_yuan_become_fen_exactly() -> None:
    """19.90 is 1990, whether it came as text or number; a fraction of a fen is set aside."""
    assert mapped().fields["total"] == 1990
    assert mapped().lines[0].price == 995
    assert "total" in aside(sum="19.905").en


@given(st.integers(0, 10**12))
def test_every_amount_survives_the_way_through_yuan(fen: int) -> None:
    """No rounding anywhere between a channel's text and our fen."""
    assert mapped(sum=f"{fen // 100}.{fen % 100:02d}").fields["total"] == fen


@pytest.mark.parametrize(
    "at", [1778544000, 1778544000000, "2026-05-12 08:00:00", "2026-05-12T00:00:00+00:00", "2026-05-12T08:00:00+08:00"]
)
def test_times_become_utc(at: Any) -> None:
    """Seconds, milliseconds, and text: without an offset it is the channel's own time."""
    assert mapped(at=at).fields["placed_at"] == datetime(2026, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"st": "new_code"},
        {"st": None},
        {"sum": "many"},
        {"sum": "NaN"},
        {"rows": []},
        {"rows": [{"a": "x", "b": 0, "c": 1}]},
        {"rows": [{"a": "x", "b": 1.5, "c": 1}]},
        {"rows": [{"b": 1, "c": 1}]},
        {"rows": "none"},
        {"at": "yesterday"},
        {"id": ""},
    ],
)
def test_what_cannot_be_read_is_set_aside_with_a_reason(changes: dict[str, Any]) -> None:
    """Never a default in place of something unreadable."""
    reason = aside(**changes)
    assert reason.zh
    assert reason.en


def test_a_mapping_reads_any_json_without_breaking() -> None:
    """Lists where maps were expected, numbers where texts were: set aside, not a crash."""
    payloads: list[Any] = [
        [],
        {"st": {"x": 1}},
        {"id": [], "st": "ok", "sum": {}, "rows": {}},
        {"st": "ok", "rows": [1]},
    ]
    for payload in payloads:
        assert isinstance(map_order(mapping(), payload), Quarantined)


def test_tags_need_every_condition() -> None:
    """ORD-05: bonded and flash-sale orders are recognised by their attributes."""
    tagged = mapping(tags=[{"tag": "bonded", "when": {"trade.kind": [7], "land": ["CN", "HK"]}}])
    both = map_order(tagged, order(trade={"kind": 7}, land="HK"))
    one = map_order(tagged, order(trade={"kind": 7}))
    assert isinstance(both, MappedOrder)
    assert isinstance(one, MappedOrder)
    assert (both.tags, one.tags) == (("bonded",), ())


def test_paths_reach_into_lists() -> None:
    """A number counts from zero; whatever is not there is None."""
    assert pick({"a": [{"b": 3}]}, "a.0.b") == 3
    assert pick({"a": [{"b": 3}]}, "a.1.b") is None
    assert pick([], "a") is None


def test_masks_hide_what_identifies_a_person() -> None:
    """What came masked stays as it came."""
    shown = masked({"name": "欧阳修", "phone": "138****1234", "street": "春熙路一段 8 号 2 楼", "city": "成都市"})
    assert shown == {"name": "欧**", "phone": "138****1234", "street": "春熙路一段 …", "city": "成都市"}
    assert masked({"phone": "12345"}) == {"phone": "****"}


@pytest.mark.parametrize("axis", sorted(TRANSITIONS))
def test_every_state_that_may_follow_exists(axis: Axis) -> None:
    """The transition table has no way into nowhere, and no state follows itself."""
    states = TRANSITIONS[axis]
    for state, following in states.items():
        assert set(following) <= set(states)
        assert state not in following
    assert not may_follow(axis, "unheard", next(iter(states)))


def test_customers_see_one_state() -> None:
    """ORD-17: derived from the four axes."""
    assert visible_state("unpaid", "approved", "waiting", "none")[0] == "待支付"
    assert visible_state("paid", "pending", "waiting", "none")[0] == "待审核"
    assert visible_state("paid", "approved", "waiting", "none")[0] == "待发货"
    assert visible_state("paid", "approved", "shipped", "none")[0] == "已发货"
    assert visible_state("paid", "rejected", "waiting", "none")[0] == "已驳回"
    assert visible_state("paid", "approved", "delivered", "requested")[0] == "售后中"
    assert visible_state("refunding", "approved", "cancelled", "none")[0] == "已取消"


def test_amounts_are_written_as_people_read_them() -> None:
    """Thousands apart, fen only where there are some."""
    assert (yuan(500_000), yuan(1_050), yuan(-1)) == ("5,000", "10.50", "-0.01")
