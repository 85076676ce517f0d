"""Change of a running process in a real browser: replay, drill, roll-out, moving open cases, regions, rights and trail.

The pages are walked with a process of the test's own on the shared product; what the API does behind them has its own
tests, here it is seen and pressed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import PATIENCE, Window, needs_browser, needs_web, window
from tests.support.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

TEXT = """\
waystation: 1
process: change_claim
title: { zh: 变更演示, en: Claims }
regions: { may: [approvers, deadlines, forms], places: [pay] }
data: { days: { type: integer, minimum: 1, title: { zh: 天数, en: Days } } }
required: [days]
start: { form: claim, at: boss }
forms:
  claim:
    title: { zh: 申请单, en: Claim }
    fields: { days: { type: integer, minimum: 1, title: { zh: 天数, en: Days }, required: true } }
nodes:
  boss:
    kind: approval
    title: { zh: 主管, en: Boss }
    approvers: ["user:admin_xu"]
    next: { approved: sort, rejected: end }
  sort: { kind: choice, next: [{ when: "${ data.days > 5 }", to: pay }, { to: end }] }
  pay:
    kind: approval
    title: { zh: 复核, en: Check }
    approvers: ["user:admin_xu"]
    deadline: 2d
    next: { approved: end, rejected: end }
"""
SCENARIO = """\
process: change_claim
scenarios:
  - scenario: 一天
    start: { as: admin_xu, data: { days: 1 } }
    steps:
      - approve: { task: boss, as: admin_xu }
      - expect: { ended: done }
"""
#: One request of the page's own session; fails where the answer does.
_ASK = """async ([method, path, body, match]) => {
    const headers = {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}
    if (match) headers['If-Match'] = match
    const sent = body === null ? undefined : JSON.stringify(body)
    const answer = await fetch('/api/v1' + path, {method, headers, body: sent})
    const text = await answer.text()
    if (!answer.ok) throw new Error(path + ': ' + text)
    return {body: text ? JSON.parse(text) : null, etag: answer.headers.get('ETag')}
}"""


def ask(page: Page, method: str, path: str, body: Any = None, match: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_ASK, [method, path, body, match])
    return found


def change(page: Page, design: str, *ops: dict[str, Any]) -> None:
    """Operations on the design as it is now."""
    ask(page, "PATCH", f"/designs/{design}", {"ops": list(ops)}, ask(page, "GET", f"/designs/{design}")["etag"])


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def design(product: Product, program: Browser) -> str:
    """A published process with one finished and two open cases, of which one stands where the next version differs."""
    with window(program, product.url, 1440, "zh") as desk:
        page = desk.page
        desk.sign_in("admin_xu", product.passwords["admin_xu"])
        made = ask(page, "POST", "/designs", {"from": {"text": TEXT, "scenarios": SCENARIO}})
        name = str(made["body"]["id"])
        ask(page, "POST", f"/designs/{name}/publish", {"notes": "第一版"}, made["etag"])
        for days in (3, 8, 1):
            ask(page, "POST", "/cases", {"process": "change_claim", "data": {"days": days}})
        tasks = ask(page, "GET", "/tasks?box=todo&process=change_claim&sort=created&order=asc")["body"]["items"]
        for task in tasks[:2]:
            ask(page, "POST", f"/tasks/{task['id']}/approve", {})
        change(
            page, name,
            {"op": "rename_node", "id": "pay", "to": "audit"},
            {"op": "set_edge", "edge": "sort:branch:0", "when": "${ data.days > 2 }"},
            {"op": "set", "path": ["regions", "places"], "value": ["audit"]},
        )  # fmt: skip
        return name


def pressed(page: Page, test_id: str) -> None:
    """Press a button once it may be pressed."""
    expect(page.get_by_test_id(test_id)).to_be_enabled()
    page.get_by_test_id(test_id).click()


def confirmed(page: Page) -> None:
    page.locator(".ant-modal-confirm .ant-btn-primary, .ant-modal .ant-btn-dangerous").last.click()


def test_a_change_is_tried_released_and_taken_back(product: Product, program: Browser, design: str) -> None:
    """Replayed and drilled on the draft; rolled out in part, cases moved with a map and back, all of it taken back."""
    with window(program, product.url, 1440, "zh") as desk:
        page = desk.page
        desk.sign_in("admin_xu", product.passwords["admin_xu"])
        desk.go(f"/designer/{design}/replay")
        pressed(page, "replay-run")
        expect(page.get_by_test_id("replay-sum")).to_contain_text("共检验 1 个实例")
        page.get_by_test_id("replayed").first.click()
        expect(page.get_by_test_id("compared").locator("td[data-only=true]").filter(has_text="复核")).to_be_visible()
        desk.look("change-replay")

        desk.go(f"/designer/{design}/drill")
        pressed(page, "drill-run")
        expect(page.get_by_test_id("drilled").filter(has_text="「主管」的处理人 2 天没有答复")).to_be_visible()
        desk.look("change-drill")

        _rolled_out(desk, design)
        _moved_and_back(desk, design)
        desk.go(f"/designer/{design}/publish/releases")
        pressed(page, "rollout-back")
        confirmed(page)
        expect(page.get_by_test_id("rollout")).to_have_count(0)
        expect(page.locator(".releases").get_by_text("已停用").first).to_be_visible()
        desk.look("change-versions")


def _rolled_out(desk: Window, design: str) -> None:
    page = desk.page
    desk.go(f"/designer/{design}/publish")
    expect(page.get_by_test_id("gate")).to_contain_text("1 个场景全部通过")
    page.get_by_text("先给一部分人使用").click()
    pressed(page, "publish")
    expect(page.get_by_test_id("published")).to_contain_text("已发布 v2")
    desk.go(f"/designer/{design}/publish/releases")
    expect(page.get_by_test_id("rollout")).to_contain_text("10% 的人使用新版本")
    page.fill("#rollout-percent", "50")
    page.keyboard.press("Tab")
    pressed(page, "widen")
    expect(page.get_by_test_id("rollout")).to_contain_text("50% 的人使用新版本")
    desk.look("change-rollout")


def _moved_and_back(desk: Window, design: str) -> None:
    page = desk.page
    desk.go(f"/designer/{design}/publish/migrate")
    pressed(page, "migrate-dry")
    expect(page.get_by_test_id("migrate-plan").get_by_test_id("fate-needs_map")).to_contain_text("1")
    page.locator("#map-pay").click()
    page.locator(".ant-select-dropdown:visible").get_by_text("复核").click()
    pressed(page, "migrate-dry")
    expect(page.get_by_test_id("migrate-run")).to_have_text("迁移 2 个实例")
    desk.look("change-migration")
    pressed(page, "migrate-run")
    confirmed(page)
    expect(page.get_by_test_id("migrate-moved").get_by_test_id("fate-done")).to_contain_text("2")
    page.get_by_test_id("migrate-undo").first.click()
    confirmed(page)
    expect(page.get_by_test_id("migrate-undone").first.get_by_test_id("fate-done")).to_contain_text("2")


def test_a_region_has_its_own_part(product: Product, program: Browser, design: str) -> None:
    """Made from the base, with a deadline, a field and a step of its own; the process that comes of it fits."""
    with window(program, product.url, 1440, "zh") as desk:
        page = desk.page
        desk.sign_in("admin_xu", product.passwords["admin_xu"])
        desk.go(f"/designer/{design}/regions")
        page.get_by_test_id("region-new").click()
        page.get_by_label("地区名称").fill("华东")
        page.get_by_label("流程编号").fill("change_claim_east")
        page.get_by_role("dialog").get_by_role("button", name="创建").click()
        page.wait_for_url(re.compile(r"/designer/(?!" + design + r")[^/]+/regions$"))
        page.get_by_test_id("override-boss").get_by_test_id("own-deadline").click()
        page.get_by_test_id("overlay-field").click()
        expect(page.locator(".overlay-fields .ant-input")).to_have_count(1)
        expect(page.get_by_test_id("card-boss")).to_contain_text("限时 1 天")
        expect(page.get_by_test_id("overlay-fits")).to_be_visible()
        desk.look("change-region")
        desk.go(f"/designer/{design}/regions")
        expect(page.get_by_test_id("region-change_claim_east")).to_contain_text("主管")
        desk.look("change-regions")


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_its_window(product: Product, program: Browser, design: str, width: int) -> None:
    """Nothing on the console, nothing wider than the window, nothing that axe finds."""
    shown = {
        "replay": ".replay-ask", "drill": ".drill-faults", "publish": ".gate", "publish/releases": ".release-number",
        "publish/migrate": ".migrate-page", "regions": ".regions-leaves", "rights": ".rights", "trail": ".trail li",
    }  # fmt: skip
    with window(program, product.url, width, "zh" if width == 390 else "en") as desk:
        desk.sign_in("admin_xu", product.passwords["admin_xu"])
        for path, content in shown.items():
            if width == 1440 and path in ("replay", "drill", "publish/migrate", "regions"):
                continue
            desk.go(f"/designer/{design}/{path}")
            expect(desk.page.locator(content).first).to_be_visible()
            desk.look(f"change-{path.replace('/', '-')}")
