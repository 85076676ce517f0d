"""Being told, in a real browser: the bell and its notices; for operators what was sent out and what could not be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Window, needs_browser, needs_web, window
from tests.support.letters import troubled
from tests.support.product import Product
from tests.support.scenery import PURCHASE, Seat

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

#: More milliseconds than pass between two looks at the numbers in the header.
_A_WHILE = 31_000
LINES = [{"item": "显示器", "qty": 1, "price": 90000}]


def _bought(agent: Seat, manager: Seat, supplier: str) -> dict[str, Any]:
    """A purchase that waits for the manager: the task."""
    body = {"process": "purchase", "data": {**PURCHASE, "supplier": supplier, "lines": LINES}}
    case = agent.ask("POST", "/cases", body)[0]["case"]["id"]
    (task,) = [one for one in manager.wait("/tasks?box=todo&process=purchase&limit=200", 1) if one["case"] == case]
    return dict(task)


def _unread(page: Page) -> int:
    said = page.get_by_test_id("bell").locator(".shell-count")
    return int(said.inner_text()) if said.count() else 0


def _signed_in(desk: Window, product: Product, user: str) -> None:
    """Signed in, with the numbers in the header asked for."""
    with desk.page.expect_response("**/api/v1/counts"):
        desk.sign_in(user, product.passwords[user])
    desk.page.wait_for_load_state("networkidle")


def test_the_bell_rings_and_leads_to_the_task(product: Product, program: Browser) -> None:
    """Whoever is urged sees it without reloading, reads by whom, and following it makes it read."""
    with Seat(product, "agent_zhou") as agent, Seat(product, "sm_yang") as manager:
        task = _bought(agent, manager, "铃声一号")
        with window(program, product.url, 1440, "zh") as desk:
            page = desk.page
            page.clock.install()
            _signed_in(desk, product, "sm_yang")
            before = _unread(page)
            agent.ask("POST", f"/tasks/{task['id']}/urge", {"text": "今天要下单"})
            page.clock.fast_forward(_A_WHILE)
            expect(page.get_by_test_id("bell").locator(".shell-count")).to_have_text(str(before + 1))
            page.get_by_test_id("bell").click()
            told = page.get_by_test_id("notice").first
            expect(told).to_contain_text(re.compile("催办：.*铃声一号"))
            expect(told).to_contain_text("周舟 请您尽快处理")
            expect(told).to_contain_text("今天要下单")
            expect(told).to_have_attribute("data-unread", "true")
            desk.look("notices-drawer")
            told.get_by_role("link").click()
            page.wait_for_url(f"**/tasks/{task['id']}")
            expect(page.get_by_test_id("verb-approve")).to_be_visible()
            expect(page.locator(".ant-drawer-open")).to_have_count(0)
            page.wait_for_load_state("networkidle")
            assert _unread(page) == before


def test_notices_are_a_page_on_a_phone(product: Product, program: Browser) -> None:
    """In the user's language; one is read for itself, then all; then nothing is unread."""
    with Seat(product, "agent_zhou") as agent, Seat(product, "sm_yang") as manager:
        task = _bought(agent, manager, "铃声二号")
        for text in ("@sm_yang one", "@sm_yang two"):
            agent.ask("POST", f"/cases/{task['case']}/comments", {"text": text})
    with window(program, product.url, 390, "en") as phone:
        page = phone.page
        _signed_in(phone, product, "sm_yang")
        page.get_by_test_id("bell").click()
        page.wait_for_url("**/notices")
        newest, older = page.get_by_test_id("notice").nth(0), page.get_by_test_id("notice").nth(1)
        expect(newest).to_contain_text("You were mentioned in")
        expect(newest).to_contain_text("@sm_yang two")
        phone.look("notices")
        before = _unread(page)
        newest.get_by_test_id("notice-read").click()
        expect(newest.get_by_test_id("notice-read")).to_have_count(0)
        expect(older).to_have_attribute("data-unread", "true")
        if before > 1:
            expect(page.get_by_test_id("bell").locator(".shell-count")).to_have_text(str(before - 1))
        page.get_by_test_id("notices-read").click()
        expect(page.locator("[data-testid=notice][data-unread]")).to_have_count(0)
        expect(page.get_by_test_id("bell").locator(".shell-count")).to_have_count(0)
        page.get_by_text("Unread", exact=True).click()
        expect(page.get_by_role("heading", name="Nothing unread")).to_be_visible()
        phone.look("notices-none-unread")


def test_operators_see_what_could_not_be_sent_and_send_it_again(product: Product, program: Browser) -> None:
    """With whom, why and how often; on a page of all and with the case; whoever is no operator sees neither."""
    with Seat(product, "admin_xu") as admin, Seat(product, "agent_zhou") as agent:
        case = troubled(admin, agent, "外发咖啡馆")
        with window(program, product.url, 1440, "zh") as desk:
            page = desk.page
            _signed_in(desk, product, "admin_xu")
            page.get_by_role("link", name="外发").click()
            page.wait_for_url("**/deliveries")
            row = page.locator("tr").filter(has=page.locator(f"a[href='/cases/{case}']")).filter(has_text="邮件")
            expect(row).to_contain_text("邮件尚未配置")
            desk.look("deliveries")
            row.get_by_role("link").click()
            page.wait_for_url(f"**/cases/{case}")
            sent = page.get_by_role("region", name="外发")
            expect(sent).to_contain_text("邮件尚未配置")
            expect(page.get_by_role("region", name="办理过程")).to_contain_text("表达式无法计算")
            expect(page.get_by_role("region", name="内容")).to_contain_text("亲切")
            desk.look("case-troubled")
            sent.get_by_test_id("send-again").click()
            expect(page.get_by_text("已重新排队")).to_be_visible()
        (dead,) = admin.ask("GET", f"/deliveries?case={case}&kind=send_out")[0]["items"]
        audited = admin.ask("GET", f"/audit?target=delivery/{dead['id']}")[0]["items"]
        assert [(one["actor"], one["action"]) for one in audited] == [("admin_xu", "delivery.retry")]
    with window(program, product.url, 390, "en") as phone:
        _signed_in(phone, product, "agent_zhou")
        phone.go(f"/cases/{case}")
        expect(phone.page.get_by_role("region", name="History")).to_contain_text("An expression fails")
        expect(phone.page.get_by_role("region", name="Content")).to_contain_text("Warm")
        phone.page.wait_for_load_state("networkidle")
        expect(phone.page.get_by_role("region", name="Outgoing")).to_have_count(0)
        expect(phone.page.get_by_role("link", name="Outgoing")).to_have_count(0)
        phone.look("case-troubled")
