"""Details of the designer: keys on the canvas, typed rules of a decision table, undo of a version brought back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_designer_safety import STILL, is_saving, open_flow, seated
from tests.support.browser import PATIENCE, needs_browser, needs_web
from tests.support.product import Product
from tests.support.scenery import TRAVEL

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

_MAKE = """async from => (await (await fetch('/api/v1/designs', {method: 'POST', headers: {'Content-Type':
    'application/json'}, body: JSON.stringify({from})})).json()).id"""
_NODES = """async id => (await (await fetch('/api/v1/designs/' + id)).json()).model.nodes.map(node => node.id)"""


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def nodes(page: Page, design: str) -> set[str]:
    return set(page.evaluate(_NODES, design))


def test_nodes_are_copied_by_keys_and_a_version_brought_back_is_undone(product: Product, program: Browser) -> None:
    """Ctrl+C and Ctrl+V put another such node into the flow, also of another process; a restore is one step of undo."""
    with seated(program, product, "admin_xu") as desk:
        first = desk.page.evaluate(_MAKE, {"template": "leave"})
        page = open_flow(desk, first, "canvas")
        before = nodes(page, first)
        page.locator("[data-testid=card-personnel] .card-face").click()
        page.keyboard.press("Control+c")
        page.keyboard.press("Control+v")
        page.get_by_test_id("card-personnel_1").wait_for()
        is_saving(page, "saved")
        assert nodes(page, first) - before == {"personnel_1"}

        second = page.evaluate(_MAKE, {"blank": True})
        desk.go(f"/designer/{second}/flow")
        page.locator(".react-flow__node").first.wait_for()
        page.keyboard.press("Control+v")
        page.get_by_test_id("card-personnel_1").wait_for()
        is_saving(page, "saved")
        assert "personnel_1" in nodes(page, second)

        desk.go(f"/designer/{first}/publish/versions")
        page.locator(".versions li").last.get_by_role("button", name="恢复").click()
        expect(page.get_by_text(re.compile("已恢复"))).to_be_visible()
        assert nodes(page, first) == before
        page.get_by_test_id("undo").click()
        expect(page.get_by_text(re.compile("已撤销"))).to_be_visible()
        is_saving(page, "saved")
        assert "personnel_1" in nodes(page, first)


#: Whether a card, or where none is named each, lies wholly within the canvas that the drawer leaves.
_IN_SIGHT = """id => {
    const view = document.querySelector('.canvas-main').getBoundingClientRect()
    const cards = [...document.querySelectorAll(id ? `[data-testid=card-${id}]` : '.canvas [data-testid^=card-]')]
    return document.querySelector('[data-testid=drawer]') !== null && cards.length > 0 && cards.every(card => {
        const {left, right, top, bottom} = card.getBoundingClientRect()
        return left >= view.left && right <= view.right && top >= view.top && bottom <= view.bottom
    })
}"""


def test_the_drawer_hides_nothing_of_the_canvas(product: Product, program: Browser) -> None:
    """Seen whole, the flow stays whole beside the drawer; moved by hand, it moves only so far that the node is seen."""
    with seated(program, product, "admin_xu") as desk:
        design = desk.page.evaluate(_MAKE, {"template": "leave"})
        page = open_flow(desk, design, "canvas")
        page.locator("[data-testid=card-personnel] .card-face").click()
        page.wait_for_function(_IN_SIGHT, arg=None)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("drawer")).to_have_count(0)

        page.wait_for_function(STILL)
        view = page.locator(".canvas-main").bounding_box()
        card = page.get_by_test_id("card-manager").bounding_box()
        assert view is not None
        assert card is not None
        page.mouse.move(view["x"] + 40, view["y"] + view["height"] - 40)
        page.mouse.down()
        by = view["x"] + view["width"] - card["x"] - card["width"] - 20
        page.mouse.move(view["x"] + 40 + by, view["y"] + view["height"] - 40, steps=8)
        page.mouse.up()
        page.locator("[data-testid=card-manager] .card-face").click()
        page.wait_for_function(_IN_SIGHT, arg="manager")
        page.wait_for_function(STILL)
        moved = page.get_by_test_id("card-manager").bounding_box()
        assert moved is not None
        # The end of a fit is slow: the last pixels may come after all seemed still.
        assert moved["width"] == pytest.approx(card["width"], abs=6)
        assert moved["y"] == pytest.approx(card["y"], abs=12)


def test_rules_of_a_table_are_typed_and_judged(product: Product, program: Browser) -> None:
    """A number with a point can be typed; a rule that reaches too far overlaps, one that ends early leaves a gap."""
    with seated(program, product, "admin_xu", language="en") as desk:
        text = TRAVEL.replace("business_trip", "tables_trip")
        design = desk.page.evaluate(_MAKE, {"text": text})
        desk.go(f"/designer/{design}/settings")
        page = desk.page
        table = page.locator(".decision")
        expect(table.get_by_text("No gaps and no overlaps")).to_be_visible()
        cell = table.get_by_label("1 days")
        cell.fill("<= 5.5")
        cell.press("Enter")
        expect(table.locator("[data-code=table_overlap]").first).to_contain_text("days = 4")
        expect(table.locator("tr.overlap")).not_to_have_count(0)
        cell.fill("[1 .. 2]")
        cell.press("Enter")
        expect(table.locator("[data-code=table_gap]")).to_contain_text("days = 3")
        cell.press_sequentially("x")
        cell.fill("<= 3")
        cell.press("Enter")
        expect(table.get_by_text("No gaps and no overlaps")).to_be_visible()
        desk.look("designer-table")
