"""Expressions in the designer say what they give on sample data, while they are written and not in the way of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.test_designer_safety import is_saving, open_flow, seated
from tests.support.browser import PATIENCE, Window, needs_browser, needs_web
from tests.support.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

_MAKE = """async from => (await (await fetch('/api/v1/designs', {method: 'POST', headers: {'Content-Type':
    'application/json'}, body: JSON.stringify({from})})).json()).id"""
_LEAVE = {"template": "leave"}


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def long_branch(page: Page) -> Locator:
    """The branch of more than three days, opened for its condition as an expression; its text box."""
    page.get_by_test_id("card-long").click()
    page.locator(".way-words").first.click()
    page.get_by_role("button", name=re.compile("改写表达式|Write the expression")).click()
    return page.get_by_test_id("drawer").locator(".condition textarea")


def live(page: Page) -> Locator:
    """The line below the condition, once it is about what is written now."""
    return page.locator(".drawer .condition [data-testid=live][data-settled=true]")


def test_a_condition_says_what_it_gives_and_which_branch_is_taken(product: Product, program: Browser) -> None:
    """The scenario that comes to the node is the sample; a fault is told with its place; the branch taken is marked."""
    with seated(program, product, "admin_xu") as desk:
        page = open_flow(desk, desk.page.evaluate(_MAKE, _LEAVE))
        page.get_by_test_id("card-long").click()
        ways = page.locator(".ways .way")
        expect(ways.nth(1).locator("[data-fate=taken]")).to_have_text("示例数据走这条分支")
        expect(ways.nth(0).locator("[data-fate]")).to_have_count(0)

        box = long_branch(page)
        expect(live(page)).to_contain_text("示例「三天只需主管」")
        expect(live(page)).to_contain_text("不成立")
        box.fill("${ data.days > 2 }")
        expect(live(page).get_by_role("status")).to_have_text("成立 true")
        expect(page.locator(".edge-fate [data-fate=taken]")).to_be_visible()
        desk.look("designer-expression")

        box.fill("${ data.dayz > 2 }")
        said = live(page).get_by_role("status")
        expect(said).to_contain_text("没有字段 'data.dayz'")
        expect(said).to_contain_text("您是否想写 'days'")
        expect(page.locator(".edge-fate [data-fate=stuck]")).to_be_visible()
        said.get_by_role("button", name="第 9 个字符").click()
        assert box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "dayz"
        desk.look("designer-expression-fault")


def test_a_sample_of_ones_own_is_kept_and_what_is_no_json_is_refused(product: Product, program: Browser) -> None:
    """Another scenario changes the result; own data is told where it is no JSON, and is there again after a reload."""
    with seated(program, product, "admin_xu") as desk:
        design = desk.page.evaluate(_MAKE, _LEAVE)
        page = open_flow(desk, design)
        long_branch(page)
        expect(live(page)).to_contain_text("不成立")
        live(page).get_by_role("button").first.click()
        panel = page.get_by_role("dialog", name="示例数据")
        panel.get_by_role("radio", name="场景「四天还要人事」").check()
        expect(panel.locator(".cm-content")).to_contain_text('"days": 4')
        desk.look("designer-sample")
        panel.get_by_test_id("sample-use").click()
        expect(live(page)).to_contain_text("示例「四天还要人事」")
        expect(live(page).get_by_role("status")).to_have_text("成立 true")

        live(page).get_by_role("button").first.click()
        panel.get_by_test_id("sample-edit").click()
        panel.locator(".cm-content[contenteditable=true]").fill('{"data": {"days": }}')
        expect(panel.get_by_test_id("sample-fault")).to_contain_text("第 1 行第 19 列")
        expect(panel.get_by_test_id("sample-use")).to_be_disabled()
        expect(panel.locator(".cm-content")).to_have_text('{"data": {"days": }}')
        panel.locator(".cm-content[contenteditable=true]").fill('{"data": {"days": 5}}')
        panel.get_by_text("表单", exact=True).click()
        panel.locator("#sample_days").fill("1")
        panel.get_by_text("JSON", exact=True).click()
        expect(panel.locator(".cm-content")).to_contain_text('"days": 1')
        panel.get_by_test_id("sample-use").click()
        expect(live(page)).to_contain_text("自己的示例数据")
        expect(live(page)).to_contain_text("不成立")

        page.reload()
        long_branch(page)
        expect(live(page)).to_contain_text("自己的示例数据")
        desk.go(f"/designer/{design}/basics")
        title = page.locator("[data-testid=live][data-settled=true]").get_by_role("status")
        expect(title).to_contain_text("“请假 1 天 · ”")


def test_what_was_simulated_is_the_sample(product: Product, program: Browser) -> None:
    """After a run in the simulator its data is the sample; a formula of a form reads the fields of the form."""
    with seated(program, product, "admin_xu", language="en") as desk:
        design = desk.page.evaluate(_MAKE, _LEAVE)
        desk.go(f"/designer/{design}/simulate")
        page = desk.page
        play(desk, days="9")
        page.get_by_role("link", name=re.compile("Flow")).first.click()
        page.get_by_test_id("card-long").wait_for()
        box = long_branch(page)
        expect(live(page)).to_contain_text("Simulated data")
        box.fill("${ data.days == 9 }")
        expect(live(page).get_by_role("status")).to_have_text("holds true")
        is_saving(page, "saved")
        desk.look("designer-expression")

        page.get_by_test_id("step-form").click()
        page.get_by_test_id("offer-formula").click()
        page.fill("#field-value", "form.days * 2")
        line = page.get_by_test_id("field-form").locator("[data-testid=live][data-settled=true]")
        expect(line.get_by_role("status")).to_have_text("18 integer")
        page.fill("#field-value", "form.days / reason")
        expect(line.get_by_role("status")).to_contain_text("character 13")
        desk.look("designer-formula")


def play(desk: Window, days: str) -> None:
    """A leave request in the simulator."""
    page = desk.page
    page.locator("#sim_kind").click()
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    page.fill("#sim_from", "2026-05-06")
    page.keyboard.press("Enter")
    page.fill("#sim_days", days)
    page.fill("#sim_reason", "x")
    page.get_by_test_id("sim-start").click()
    page.get_by_test_id("sim-status").wait_for()


def test_the_line_stands_on_a_phone(product: Product, program: Browser) -> None:
    """Narrow windows have the line below the text box and the panel in reach."""
    with seated(program, product, "admin_xu", width=390) as desk:
        page = open_flow(desk, desk.page.evaluate(_MAKE, _LEAVE))
        long_branch(page)
        expect(live(page)).to_contain_text("不成立")
        desk.look("designer-expression")
        live(page).get_by_role("button").first.click()
        expect(page.get_by_role("dialog", name="示例数据").locator(".cm-content")).to_contain_text('"days": 3')
        desk.look("designer-sample")
