"""Tickets are sorted by their words, sent where there is a place free, and closed once."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from activities._runtime import Failed, Succeeded, load_file
from activities.tickets.rules import Classifier, ServicePoint, choose_point, classify
from activities.tickets.tables import ServicePoint as Row
from tests.unit.activities.conftest import Desk

HERE = {"lat": 31.2292, "lng": 121.4482, "datum": "wgs84"}
FAR = {"lat": 39.9, "lng": 116.4, "datum": "wgs84"}


def sorted_by(text: str) -> Any:
    return classify(load_file("classifiers", "tickets", Classifier), text, Decimal("0.55"))


@pytest.mark.parametrize(
    ("text", "category", "sure", "lane"),
    [
        ("咖啡机不制冷，还漏水", "technical", True, "normal"),
        ("收到时杯子破损了", "complaint", True, "priority"),
        ("我要退款", "complaint", True, "priority"),
        ("ＲＥＦＵＮＤ please", "complaint", True, "priority"),
        ("需要安装调试", "install", True, "normal"),
        ("快递", "logistics", True, "normal"),
        ("签收", "logistics", False, "normal"),
        ("你好", "presale", False, "normal"),
    ],
)
def test_texts_are_sorted_by_their_words(text: str, category: str, *, sure: bool, lane: str) -> None:
    """TKT-01, TKT-12: keyword rules before scoring; a weak word alone is not enough."""
    verdict = sorted_by(text)
    assert (verdict.category, verdict.sure, verdict.lane) == (category, sure, lane)


def test_a_lane_word_beats_every_score() -> None:
    """However technical the text, 退款 decides and brings a proposal."""
    verdict = sorted_by("设备故障，不制冷，漏水，停机，要求退款")
    assert (verdict.category, verdict.confidence) == ("complaint", Decimal(1))
    assert verdict.proposal


def test_two_close_categories_are_not_sure() -> None:
    """Confidence falls when another category is nearly as good; the runner-up is named."""
    verdict = sorted_by("安装后有异响，故障")
    assert verdict.second == "install"
    assert verdict.sure is False


@pytest.mark.parametrize(("metres", "chosen"), [(2999, "near"), (3000, "near"), (3000.5, None)])
def test_a_backup_point_is_at_most_three_kilometres_away(metres: float, chosen: str | None) -> None:
    """TKT-07: 3,000 m counts as within."""
    points = [ServicePoint("home", 10, 0), ServicePoint("near", metres, 1)]
    assert choose_point("home", points, 3000) == chosen


def test_the_own_point_comes_first_even_when_another_is_nearer() -> None:
    """The customer's own point while it has a place free."""
    points = [ServicePoint("home", 5000, 1), ServicePoint("near", 10, 5)]
    assert choose_point("home", points, 3000) == "home"


@pytest.mark.databases
async def test_tickets_fill_points_and_never_more(desk: Desk) -> None:
    """Eight tickets for seven places within reach: one waits, none is squeezed in."""
    tickets = [
        (await desk.ok("tickets.open", case=f"c{i}", customer="cafe", category="technical", text="坏了"))["ticket"]
        for i in range(8)
    ]
    tries = [desk.run("tickets.dispatch", ticket=ticket, to=HERE, home="sp_jingan") for ticket in tickets]
    outcomes = await asyncio.gather(*tries)
    sent = [outcome.result["service_point"] for outcome in outcomes if isinstance(outcome, Succeeded)]
    assert sorted(sent) == ["sp_changning"] * 3 + ["sp_jingan"] * 4
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Failed)] == ["tickets.no_capacity"]
    async with desk.database.read(desk.tenant) as session:
        assert all(row.busy <= row.capacity for row in await session.scalars(select(Row)))


@pytest.mark.databases
async def test_a_point_out_of_reach_is_not_sent_to(desk: Desk) -> None:
    """TKT-07: no point within reach is an error that the process handles."""
    ticket = (await desk.ok("tickets.open", customer="cafe", category="technical", text="坏了"))["ticket"]
    assert (await desk.no("tickets.dispatch", ticket=ticket, to=FAR)).code == "tickets.no_capacity"


@pytest.mark.databases
async def test_undo_and_closing_give_the_place_back_once(desk: Desk) -> None:
    """Undispatch, dispatch again, close twice: the point ends as free as it began."""
    ticket = (await desk.ok("tickets.open", customer="cafe", category="technical", text="坏了"))["ticket"]
    await desk.ok("tickets.dispatch", ticket=ticket, to=HERE, home="sp_jingan")
    assert [(await desk.ok("tickets.undispatch", ticket=ticket))["changed"] for _ in range(2)] == [True, False]
    await desk.ok("tickets.dispatch", ticket=ticket, to=HERE, home="sp_jingan")
    closed = await desk.ok("tickets.close", ticket=ticket, satisfaction=5, minutes=40)
    again = await desk.ok("tickets.close", ticket=ticket, satisfaction=1)
    assert (closed["changed"], again["changed"]) == (True, False)
    async with desk.database.read(desk.tenant) as session:
        assert {row.busy for row in await session.scalars(select(Row))} == {0}


@pytest.mark.databases
async def test_a_score_is_from_one_to_five(desk: Desk) -> None:
    """TKT-18: 0 and 6 are refused before anything is written."""
    ticket = (await desk.ok("tickets.open", customer="cafe", category="technical", text="坏了"))["ticket"]
    for score in (0, 6):
        assert (await desk.no("tickets.close", ticket=ticket, satisfaction=score)).code == "bad_args"


@pytest.mark.databases
async def test_a_void_ticket_cannot_be_closed(desk: Desk) -> None:
    """The undo of opening is final."""
    ticket = (await desk.ok("tickets.open", customer="cafe", category="technical", text="坏了"))["ticket"]
    assert (await desk.ok("tickets.void", ticket=ticket))["changed"] is True
    assert (await desk.no("tickets.close", ticket=ticket)).code == "tickets.not_open"
