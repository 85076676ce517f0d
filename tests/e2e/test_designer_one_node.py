"""One node run alone in the designer: its data, who is asked, where it goes; its output kept, pinned and released."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_designer_safety import seated
from tests.support.browser import PATIENCE, needs_browser, needs_web
from tests.support.product import Product
from tests.support.scenery import SCENARIOS, TRAVEL

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

_MAKE = """async from => (await (await fetch('/api/v1/designs', {method: 'POST', headers: {'Content-Type':
    'application/json'}, body: JSON.stringify({from})})).json()).id"""
#: The taken way around branches: how many are lit, and where their bars miss the middle of all or that of their branch.
_WAY_TAKEN = """() => {
  const middle = (one) => { const box = one.getBoundingClientRect(); return box.left + box.width / 2 }
  const bars = [...document.querySelectorAll('.way-in, .way-out')]
  const gaps = bars.flatMap((bar) => {
    const box = bar.getBoundingClientRect()
    const ends = [middle(bar.closest('.branch')), middle(bar.closest('.branches'))].sort((a, b) => a - b)
    return Math.abs(box.left - ends[0]) > 2 || Math.abs(box.right - ends[1]) > 2 ? [[box.left, box.right, ...ends]] : []
  })
  return { branches: document.querySelectorAll('.branch-in.lit').length, bars: bars.length, gaps }
}"""
_SCENARIOS = "async id => (await (await fetch('/api/v1/designs/' + id)).json()).scenarios"


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def tried(page: Page, node: str) -> None:
    """Open a node's trial by the button of its card."""
    card = page.get_by_test_id(f"card-{node}")
    card.hover()
    page.get_by_test_id(f"try-{node}").click()
    page.get_by_test_id("one-source").wait_for()


def ran(page: Page, state: str) -> None:
    page.get_by_test_id("one-run").click()
    expect(page.get_by_test_id("one-state")).to_have_text(state)


def closed(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("one-node")).to_have_count(0)


def as_json(page: Page, text: str) -> None:
    page.locator(".one-given .ant-segmented-item", has_text="JSON").click()
    page.locator(".one-given .cm-content").fill(text)


def test_a_node_is_tried_alone_and_its_output_pinned(product: Product, program: Browser) -> None:
    """Data come from a scenario; an approval is answered; a table says its rule and what changed; the last output is
    there after a reload; a pinned one is used by the simulation, which lists and releases it."""
    with seated(program, product, "admin_xu") as desk:
        text = TRAVEL.replace("business_trip", "lone_trip")
        source = {"text": text, "scenarios": SCENARIOS.replace("business_trip", "lone_trip")}
        design = desk.page.evaluate(_MAKE, source)
        desk.page.evaluate("localStorage.setItem('waystation.designer.view', 'simple')")
        desk.go(f"/designer/{design}/flow")
        page = desk.page
        page.get_by_test_id("card-manager").wait_for()

        tried(page, "manager")
        expect(page.get_by_test_id("one-source")).to_contain_text("场景「")
        ran(page, "等待中")
        expect(page.locator(".one-result")).to_contain_text("自然时间")
        desk.look("one-node-approval")
        page.get_by_test_id("sim-approved").click()
        expect(page.get_by_test_id("one-exit")).to_contain_text("确定等级")
        page.get_by_test_id("one-pin").click()
        expect(page.get_by_test_id("one-release")).to_be_visible()
        closed(page)
        expect(page.get_by_test_id("pin-manager")).to_be_visible()

        page.locator("[data-testid=card-band] .card-face").click()
        page.get_by_test_id("try-node").click()
        page.get_by_test_id("one-source").wait_for()
        as_json(page, '{"data": {"days": 5,}}')
        expect(page.get_by_test_id("one-fault")).to_contain_text("第 1 行")
        expect(page.get_by_test_id("one-run")).to_be_disabled()
        as_json(page, '{"data": {"city": "广州", "days": 5, "class": "business"}, "initiator": "agent_zhou"}')
        ran(page, "已完成")
        expect(page.locator(".one-result")).to_contain_text("适用规则：第 3 行")
        expect(page.get_by_test_id("one-changes")).to_contain_text("high")
        desk.look("one-node-table")

        page.reload()
        page.get_by_test_id("pin-manager").wait_for()
        tried(page, "band")
        expect(page.get_by_test_id("one-last")).to_be_visible()
        expect(page.get_by_test_id("one-changes")).to_contain_text("high")
        closed(page)

        desk.go(f"/designer/{design}/simulate")
        expect(page.get_by_test_id("pinned-manager")).to_contain_text("尚未用到")
        page.fill("#sim_city", "杭州")
        page.fill("#sim_days", "2")
        page.get_by_test_id("sim-start").click()
        expect(page.get_by_test_id("sim-status")).to_contain_text("已结束")
        expect(page.get_by_test_id("pinned-manager")).to_contain_text("用了 1 次")
        assert page.evaluate(_WAY_TAKEN) == {"branches": 1, "bars": 2, "gaps": []}
        desk.look("one-node-pinned")
        page.get_by_test_id("sim-save").click()
        page.get_by_test_id("sim-save-ok").click()
        page.get_by_text("已保存场景").wait_for()
        assert "task: manager" in page.evaluate(_SCENARIOS, design)
        page.get_by_test_id("pinned-manager").get_by_role("button").click()
        expect(page.get_by_test_id("sim-task-manager")).to_be_visible()
        expect(page.get_by_test_id("pinned-manager")).to_have_count(0)


def test_on_a_phone_the_panel_is_one_column_in_english(product: Product, program: Browser) -> None:
    """Nothing is wider than the window; what a decision lacks is said where it stands."""
    with seated(program, product, "admin_xu", width=390, language="en") as desk:
        text = TRAVEL.replace("business_trip", "lone_trip_phone")
        design = desk.page.evaluate(_MAKE, {"text": text})
        desk.go(f"/designer/{design}/flow")
        page = desk.page
        page.locator("[data-testid=card-costly] .card-face").click()
        page.get_by_test_id("try-node").click()
        expect(page.get_by_test_id("one-source")).to_contain_text("Examples")
        ran(page, "Failed")
        expect(page.get_by_test_id("one-problem")).to_contain_text("next.0.when")
        desk.look("one-node-phone")
