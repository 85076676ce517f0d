"""Sixty usual complaints, topics of the form, a customer's history, and machines that are looked after in time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from activities._runtime import load_file
from activities.tickets.rules import Classifier, Presets, ServicePoint, classify, home_point, usual_complaint
from tests.unit.activities.conftest import AT, Desk

HERE = {"lat": 31.2292, "lng": 121.4482, "datum": "wgs84"}


def test_there_are_sixty_usual_complaints_in_both_languages() -> None:
    """TKT-12: each is found by its own words and proposes something; no word belongs to two of them."""
    presets = load_file("complaints", "presets", Presets)
    assert len(presets.complaints) == 60
    for preset in presets.complaints.values():
        assert all(text.get("zh") and text.get("en") for text in (preset.title, preset.proposal))
        assert usual_complaint(presets, f"你好，{preset.words[0]}，请处理") is preset
    assert usual_complaint(presets, "一切都好") is None


def test_an_option_of_the_form_decides_after_the_lanes() -> None:
    """TKT-11: the option is sure; 退款 still takes the priority lane; an unknown option says nothing."""
    classifier = load_file("classifiers", "tickets", Classifier)
    sure = classify(classifier, "你好", Decimal("0.55"), "after_sales")
    assert (sure.category, sure.sure, sure.lane) == ("technical", True, "normal")
    assert classify(classifier, "要退款", Decimal("0.55"), "after_sales").lane == "priority"
    assert classify(classifier, "你好", Decimal("0.55"), "unheard").sure is False


def test_the_nearest_point_of_the_region_is_everybodys_own() -> None:
    """TKT-04: for a customer without a point; another region's point is never it, however near."""
    points = [ServicePoint("a", 900, 1, "华东"), ServicePoint("b", 800, 0, "华东"), ServicePoint("c", 1, 1, "西南")]
    assert home_point("", "华东", points) == "b"
    assert home_point("a", "华东", points) == "a"
    assert home_point("gone", "华北", points) == ""


@pytest.mark.databases
async def test_a_ticket_brings_the_history_of_its_customer(desk: Desk) -> None:
    """TKT-02: the last three, newest first; void ones and those of others are left out."""
    for day in range(5):
        desk.at = AT + timedelta(days=day)
        opened = await desk.ok("tickets.open", customer="cafe", category="technical", text="坏了")
        if day == 3:
            await desk.ok("tickets.void", ticket=opened["ticket"])
    other = await desk.ok("tickets.open", customer="bakery", category="install", text="安装")
    assert opened["history"].splitlines() == [f"2026-05-{day} technical open" for day in (14, 13, 12)]
    assert other["history"] == ""


@pytest.mark.databases
async def test_the_earliest_replaced_part_sets_the_next_maintenance(desk: Desk) -> None:
    """INV-10: a gasket lasts half a year, a boiler longer; a part without a rule one year."""
    machine = {"serial_no": "E8-1", "customer": "cafe"}
    both = await desk.ok("tickets.plan_maintenance", **machine, parts=["boiler_e8", "gasket_58"])
    assert (both["part"], both["due_at"]) == ("gasket_58", (AT + timedelta(days=180)).isoformat())
    unheard = await desk.ok("tickets.plan_maintenance", **machine, parts=["unheard"])
    assert unheard["due_at"] == (AT + timedelta(days=365)).isoformat()


@pytest.mark.databases
async def test_a_machine_is_due_once_in_each_interval(desk: Desk) -> None:
    """INV-12: strictly more than 2,000 hours; a late or repeated report does not remind again; a tenant may differ."""
    machine = {"serial_no": "E8-1", "customer": "cafe"}
    told = [(await desk.ok("tickets.machine_hours", **machine, hours=hours))["due"] for hours in (2000, 2001, 2002, 1)]
    assert told == [False, True, False, False]
    later = [(await desk.ok("tickets.machine_hours", **machine, hours=hours))["due"] for hours in (4001, 4002)]
    assert later == [False, True]
    desk.settings = {"tickets.maintenance_hours": 100}
    assert (await desk.ok("tickets.machine_hours", **machine, hours=4103))["due"] is True
