"""The designer in a real browser: from a template to a published version, in forty clicks and without YAML."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import Window, needs_browser, needs_web, window
from tests.support.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

#: Clicks that the whole path may take.
CLICKS = 40
_COUNT = (
    "addEventListener('click', event => { if (event.isTrusted) "
    "sessionStorage.setItem('clicks', 1 + Number(sessionStorage.getItem('clicks'))) }, true)"
)
_START = """async data => {
    const answer = await fetch('/api/v1/cases', {method: 'POST', headers: {'Content-Type': 'application/json',
        'Idempotency-Key': crypto.randomUUID()}, body: JSON.stringify({process: 'leave', data})})
    return await answer.json()
}"""
_SHOW = "async id => await (await fetch('/api/v1/cases/' + id)).json()"


def saved(page: Page) -> None:
    """Every edit has reached the server."""
    expect(page.get_by_test_id("saved")).to_have_attribute("data-saving", "saved")


def choose(page: Page, select: Locator, label: str) -> None:
    """One entry of a select."""
    select.click()
    page.locator(".ant-select-dropdown:visible").get_by_text(label, exact=True).last.click()
    page.locator(".ant-select-dropdown:visible").wait_for(state="hidden")


def a_case(page: Page, **data: Any) -> str:
    """Start a case of the published process; its id."""
    answer = page.evaluate(_START, {"kind": "annual", "from": "2026-05-06", "reason": "探亲", **data})
    assert "case" in answer, answer
    return str(answer["case"]["id"])


def simulated(desk: Window, days: int, name: str) -> None:
    """Play the design for so many days until it ends, and keep it as a scenario of this name."""
    page = desk.page
    page.fill("#sim_days", str(days))
    page.fill("#sim_reason", "探亲")
    page.get_by_test_id("sim-start").click()
    while True:
        page.wait_for_function(
            "() => !document.querySelector('.sim-side .ant-btn-loading, .sim-answers button[disabled]')"
        )
        expect(page.get_by_test_id("sim-status")).to_be_visible()
        if "已结束" in page.get_by_test_id("sim-status").inner_text():
            break
        page.get_by_test_id("sim-approved").click()
        page.wait_for_timeout(100)
    page.get_by_test_id("sim-save").click()
    page.get_by_label("场景名称").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"已保存场景「{name}」")).to_be_visible()


def test_from_the_gallery_to_a_published_version(product: Product, program: Browser) -> None:
    """A field with a condition, an approval above three days, a problem mended, two scenarios, and a new version."""
    with window(program, product.url, 1440, "zh") as desk:
        page = desk.page
        page.add_init_script(_COUNT)
        desk.sign_in("admin_xu", product.passwords["admin_xu"])
        desk.go("/designer")
        page.locator(".designs").wait_for()
        desk.look("designs")
        desk.go("/designer/gallery")
        page.get_by_test_id("template-leave").wait_for()
        desk.look("gallery")
        page.evaluate("sessionStorage.setItem('clicks', 0)")
        page.get_by_test_id("template-leave").get_by_test_id("use").click()
        page.wait_for_url("**/form")
        page.get_by_test_id("field-days").wait_for()
        desk.look("designer-form")
        page.get_by_test_id("step-publish").click()
        page.get_by_test_id("publish").click()
        expect(page.get_by_text(re.compile("已发布 v"))).to_be_visible()
        old = a_case(page, days=5)

        _a_field_with_a_condition(desk)
        _an_approval_above_three_days(desk)
        _a_problem_mended(desk)
        _two_trials(desk)
        page.get_by_test_id("step-publish").click()
        expect(page.get_by_test_id("publish")).to_be_enabled()
        desk.look("designer-publish")
        page.get_by_test_id("publish").click()
        expect(page.get_by_text(re.compile("已发布 v"))).to_be_visible()
        new = a_case(page, days=5)
        before, after = (page.evaluate(_SHOW, case)["case"]["version"] for case in (old, new))
        assert after == before + 1
        assert page.evaluate("Number(sessionStorage.getItem('clicks'))") <= CLICKS


def _a_field_with_a_condition(desk: Window) -> None:
    page = desk.page
    page.get_by_test_id("step-form").click()
    page.get_by_test_id("offer-textarea").click()
    page.fill("#field-title", "工作交接")
    page.get_by_test_id("show-if").click()
    page.get_by_test_id("condition-add").click()
    choose(page, page.get_by_role("combobox", name="字段"), "天数")
    page.locator(".condition-value input").fill("3")
    saved(page)
    expect(page.get_by_test_id("preview").get_by_text("工作交接")).to_have_count(0)
    page.fill("#preview_days", "5")
    expect(page.get_by_test_id("preview").get_by_text("工作交接")).to_be_visible()
    desk.look("designer-form-condition")


def _an_approval_above_three_days(desk: Window) -> None:
    page = desk.page
    page.get_by_test_id("step-flow").click()
    expect(page.get_by_test_id("card-personnel")).to_be_visible()
    desk.look("designer-flow")
    page.get_by_test_id("plus-long:branch:0").click()
    desk.look("designer-add-menu")
    page.get_by_test_id("add-approval").click()
    expect(page.get_by_test_id("card-approval_1")).to_be_visible()
    page.fill("[data-testid=node-title]", "多级主管")
    choose(page, page.get_by_role("combobox", name="审批人类型"), "连续多级主管")
    saved(page)
    desk.look("designer-properties")


def _a_problem_mended(desk: Window) -> None:
    page = desk.page
    page.get_by_role("button", name="添加人员规则").click()
    saved(page)
    expect(page.get_by_test_id("card-approval_1").get_by_role("img", name="没有角色")).to_be_visible()
    page.get_by_test_id("problems").click()
    page.get_by_test_id("problem").first.click()
    desk.look("designer-problem")
    page.get_by_role("button", name="移除规则").last.click()
    saved(page)
    expect(page.get_by_test_id("problem")).to_have_count(0)


def _two_trials(desk: Window) -> None:
    page = desk.page
    page.get_by_test_id("simulate").click()
    choose(page, page.locator("#sim_kind"), "年假")
    page.fill("#sim_from", "2026-05-06")
    page.keyboard.press("Enter")
    # What the template says of long leave is no longer so: the trial takes the place of that scenario.
    simulated(desk, 5, "四天还要人事")
    desk.look("designer-simulation")
    page.get_by_test_id("sim-again").click()
    choose(page, page.locator("#sim_kind"), "年假")
    page.fill("#sim_from", "2026-05-06")
    page.keyboard.press("Enter")
    simulated(desk, 2, "两天")
