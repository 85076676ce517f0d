"""The workbench in a real browser: sign in, start, do the task, see the case; at a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Window, needs_browser, needs_web, window
from tests.support.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]


def test_from_signing_in_to_the_case_at_a_desk(product: Product, program: Browser) -> None:
    """A repair is reported, sorted by hand and seen on its diagram, all in Chinese; a wrong password is said so."""
    with window(program, product.url, 1440, "zh") as desk:
        page = desk.page
        desk.look("sign-in")
        page.fill("#user", "agent_zhou")
        page.fill("#password", "wrong")
        page.click("button[type=submit]")
        expect(page.get_by_role("alert")).to_contain_text("用户名或密码错误")
        desk.sign_in("agent_zhou", product.passwords["agent_zhou"])
        expect(page.get_by_role("heading", name="没有待办任务")).to_be_visible()
        desk.look("tasks-empty", expected=1)

        page.get_by_role("link", name="发起流程").first.click()
        page.get_by_role("link", name="设备报修").wait_for()
        desk.look("start")
        page.get_by_role("link", name="设备报修").click()
        page.get_by_test_id("submit").click()
        expect(page.get_by_text("此项必填").first).to_be_visible()
        _report_repair(desk, serial="E8-1001")
        expect(page.get_by_role("complementary")).to_contain_text("人工分类")
        desk.look("start-form")
        page.get_by_test_id("submit").click()

        page.wait_for_url("**/cases/*")
        case = page.url
        expect(page.get_by_test_id("node-sort_by_hand")).to_have_attribute("data-state", "running")
        desk.look("case-open")
        page.get_by_role("region", name="当前待处理").get_by_role("link", name="人工分类").click()
        desk.choose("task_category", "技术故障")
        desk.choose("task_skill", "维修")
        desk.look("task")
        page.get_by_test_id("outcome-done").click()
        page.wait_for_url(re.compile("/tasks$"))
        page.get_by_role("tab", name="已办").click()
        expect(page.get_by_role("link", name="人工分类")).to_be_visible()
        desk.look("tasks-done")

        page.goto(case)
        expect(page.get_by_role("region", name="办理过程")).to_contain_text("周舟 完成 · 人工分类")
        expect(page.locator("[data-testid^=node-][data-state=done]").first).to_be_visible()
        desk.go("/cases")
        expect(page.get_by_role("link", name=re.compile("E8-1001"))).to_be_visible()
        desk.look("cases")


def _report_repair(desk: Window, serial: str) -> None:
    page = desk.page
    page.fill("#start_customer", "南京路咖啡馆")
    page.fill("#start_serial_no", serial)
    page.fill("#start_text", "机器嗡嗡响")
    desk.choose("start_region", "华东")
    page.fill("#start_location", "31.23")
    page.get_by_label("经度").fill("121.45")
    page.get_by_label("经度").blur()


def test_a_request_is_approved_on_a_phone(product: Product, program: Browser) -> None:
    """Rules of the form hold while it is typed, the draft outlives a reload, and a refusal wants a reason."""
    with window(program, product.url, 390, "en") as phone:
        page = phone.page
        phone.look("sign-in")
        phone.sign_in("agent_zhou", product.passwords["agent_zhou"])
        phone.go("/start/purchase")
        phone.choose("start_department", "IT")
        page.fill("#start_supplier", "Yunshuo")
        page.fill("#start_reason", "Three laptops")
        page.fill("#start_lines_0_item", "Laptop")
        page.fill("#start_lines_0_qty", "3")
        page.fill("#start_lines_0_price", "6400")
        page.locator("#start_lines_0_price").blur()
        expect(page.locator("#start_amount")).to_have_value("19,200.00")
        expect(page.locator("[data-draft=saved]")).to_be_visible()
        page.reload()
        expect(page.locator("#start_supplier")).to_have_value("Yunshuo")
        expect(page.locator("#start_amount")).to_have_value("19,200.00")
        phone.look("start-form")
        page.get_by_test_id("submit").click()
        page.wait_for_url("**/cases/*")
        page.get_by_test_id("node-managers").wait_for()
        phone.look("case-open")

    with window(program, product.url, 390, "en") as phone:
        page = phone.page
        phone.sign_in("sm_yang", product.passwords["sm_yang"])
        page.get_by_role("link", name=re.compile("Managers.*Yunshuo", re.DOTALL)).wait_for()
        phone.look("tasks")
        page.get_by_role("link", name=re.compile("Managers.*Yunshuo", re.DOTALL)).click()
        page.get_by_role("button", name="Refuse").click()
        expect(page.get_by_text("Please say first why you refuse")).to_be_visible()
        page.get_by_test_id("verb-more").click()
        for name in ("Transfer", "Delegate", "Ask somebody before me", "Send to read", "Comment"):
            expect(page.get_by_role("menuitem", name=name)).to_be_visible()
        page.keyboard.press("Escape")
        phone.look("task")
        page.fill("#opinion", "The price is fair")
        page.get_by_test_id("verb-approve").click()
        page.wait_for_url(re.compile("/tasks$"))
        expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()
        phone.look("tasks-empty")
