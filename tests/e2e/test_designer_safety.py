"""No edit is lost: two editors at once, a lost connection, a reload before the answer, and the same process as drawing
and as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.browser import PATIENCE, Window, needs_browser, needs_web, window
from tests.support.product import Product

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

_MAKE = """async () => (await (await fetch('/api/v1/designs', {method: 'POST', headers: {'Content-Type':
    'application/json'}, body: JSON.stringify({from: {template: 'leave'}})})).json()).id"""
_SHOW = "async id => await (await fetch('/api/v1/designs/' + id)).json()"

#: Whether the canvas has stood still for some frames: a fit takes a moment.
STILL = """async () => {
    const at = () => document.querySelector('.react-flow__viewport').style.transform
    const before = at()
    for (let frame = 0; frame < 20; frame += 1) {
        await new Promise(requestAnimationFrame)
        if (at() !== before) return false
    }
    return true
}"""


@contextmanager
def seated(program: Browser, product: Product, user: str, width: int = 1440, language: str = "zh") -> Iterator[Window]:
    with window(program, product.url, width, language) as desk:
        desk.sign_in(user, product.passwords[user])
        yield desk


def is_saving(page: Page, state: str) -> None:
    expect(page.get_by_test_id("saved")).to_have_attribute("data-saving", state, timeout=PATIENCE)


def titles(page: Page, design: str) -> dict[str, Any]:
    """What the server has: the Chinese title of each node by its id."""
    found = page.evaluate(_SHOW, design)
    return {node["id"]: (node.get("title") or {}).get("zh") for node in found["model"]["nodes"]}


def open_flow(desk: Window, design: str, view: str = "simple") -> Page:
    desk.page.evaluate("view => localStorage.setItem('waystation.designer.view', view)", view)
    desk.go(f"/designer/{design}/flow")
    desk.page.get_by_test_id("card-personnel").wait_for()
    return desk.page


def entitle(page: Page, node: str, title: str) -> None:
    page.get_by_test_id(f"card-{node}").click()
    page.fill("[data-testid=node-title]", title)


def add_notice(page: Page) -> None:
    page.get_by_test_id("plus-manager:outcome:approved").click()
    page.get_by_test_id("add-notify").click()
    page.get_by_test_id("card-notify_1").wait_for()


def forgive_the_network(desk: Window) -> None:
    """What a browser says of a connection that the test has cut, and of a save that came second."""
    desk.said[:] = [line for line in desk.said if "net::ERR_" not in line and "status of 412" not in line]


def test_two_editors_and_a_lost_connection_lose_nothing(product: Product, program: Browser) -> None:
    """Three edits are made offline, one of them where somebody else saves meanwhile: each of both is kept or chosen."""
    with seated(program, product, "admin_xu") as first, seated(program, product, "owner_chen") as second:
        design = first.page.evaluate(_MAKE)
        mine, theirs = open_flow(second, design), open_flow(first, design)
        mine.context.set_offline(True)
        entitle(mine, "personnel", "人力资源")
        entitle(mine, "manager", "直属主管")
        add_notice(mine)
        is_saving(mine, "offline")
        entitle(theirs, "personnel", "人事经理审批")
        is_saving(theirs, "saved")
        assert titles(theirs, design)["manager"] == "主管审批"

        mine.context.set_offline(False)
        mine.get_by_test_id("merge").wait_for()
        forgive_the_network(second)
        second.look("designer-conflict")
        mine.get_by_test_id("side-theirs").click()
        mine.get_by_test_id("merge").click()
        is_saving(mine, "saved")
        kept = titles(mine, design)
        assert (kept["personnel"], kept["manager"], "notify_1" in kept) == ("人事经理审批", "直属主管", True)


def test_an_edit_whose_answer_is_lost_is_made_once(product: Product, program: Browser) -> None:
    """The server has saved it, the answer never comes, the page is loaded again: the edit is there, and only once."""
    with seated(program, product, "admin_xu") as desk:
        design = desk.page.evaluate(_MAKE)
        page = open_flow(desk, design)

        def swallow(route: Route) -> None:
            if route.request.method == "PATCH":
                route.fetch()
                route.abort()
            else:
                route.fallback()

        page.route("**/api/v1/designs/*", swallow)
        add_notice(page)
        is_saving(page, "offline")
        page.unroute("**/api/v1/designs/*")
        page.once("dialog", lambda asked: asked.accept())
        page.reload()
        page.get_by_test_id("card-notify_1").wait_for()
        is_saving(page, "saved")
        forgive_the_network(desk)
        found = page.evaluate(_SHOW, design)
        assert [node["id"] for node in found["model"]["nodes"]].count("notify_1") == 1
        assert (found["revision"], desk.said) == (2, [])


def test_canvas_and_text_show_the_same_process(product: Product, program: Browser) -> None:
    """A node is moved and one put in on the canvas; what is typed in the text is on the canvas; each is one undo."""
    with seated(program, product, "admin_xu") as desk:
        design = desk.page.evaluate(_MAKE)
        page = open_flow(desk, design, "canvas")
        desk.look("designer-canvas")
        box = page.get_by_test_id("card-refused").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 60, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] - 40, box["y"] + 60, steps=5)
        page.mouse.up()
        is_saving(page, "saved")
        placed = page.evaluate(_SHOW, design)["layout"]["nodes"]
        assert {"manager", "refused", "(start)"} <= set(placed)
        page.wait_for_function(STILL)
        page.get_by_test_id("plus-manager:outcome:approved").click(force=True)
        page.get_by_test_id("add-notify").click()
        page.get_by_test_id("card-notify_1").wait_for()
        is_saving(page, "saved")

        page.get_by_test_id("text").click()
        page.locator(".cm-line", has_text="人事审批").first.click()
        page.keyboard.press("End")
        page.keyboard.type(" # 批注")
        is_saving(page, "saved")
        assert "# 批注" in page.evaluate(_SHOW, design)["text"]
        desk.look("designer-text")
        page.get_by_test_id("step-flow").click()
        page.get_by_test_id("card-notify_1").wait_for()
        for gone in ("# 批注", "notify_1"):
            page.get_by_test_id("undo").click()
            expect(page.get_by_text("已撤销").last).to_be_visible(timeout=PATIENCE)
            is_saving(page, "saved")
            assert gone not in page.evaluate(_SHOW, design)["text"]
        assert page.evaluate(_SHOW, design)["layout"]["nodes"] == placed


def test_a_design_is_read_and_mended_on_a_phone(product: Product, program: Browser) -> None:
    """In English at 390 px: the list, the flow, a form and its preview fit the window."""
    with seated(program, product, "admin_xu", 390, "en") as phone:
        design = phone.page.evaluate(_MAKE)
        phone.go("/designer")
        phone.page.locator(".designs").wait_for()
        phone.look("designs")
        page = open_flow(phone, design)
        entitle(page, "personnel", "People team")
        is_saving(page, "saved")
        phone.look("designer-flow")
        phone.go(f"/designer/{design}/form")
        page.get_by_test_id("field-days").wait_for()
        phone.look("designer-form")
        assert page.evaluate(_SHOW, design)["model"]["nodes"][2]["title"]["en"] == "People team"
