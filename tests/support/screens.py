"""Every page of the product and the states that it is looked at in: where it is, what it shows, what is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from playwright.sync_api import Page

from tests.support.scenery import Scenery

Do = Callable[[Page], None]


@dataclass(frozen=True)
class Screen:
    """One picture.

    Args:
        path: with the names of `Scenery` in braces.
        shows: a selector of what is there once the page is ready, before anything is pressed.
        do: brings the page into the state that is looked at.
        phone: whether phones have it.
        refused: how many requests are answered with a refusal on purpose.
    """

    name: str
    path: str
    shows: str
    do: Do | None = None
    phone: bool = True
    refused: int = 0

    def address(self, scenery: Scenery) -> str:
        return self.path.format(**asdict(scenery))


def by_id(*ids: str) -> Do:
    """Press these, one after another, each once it is there."""

    def press(page: Page) -> None:
        for name in ids:
            page.get_by_test_id(name).first.click()

    return press


def _tab(number: int) -> Do:
    return lambda page: page.get_by_role("tab").nth(number).click()


def _search(words: str) -> Do:
    return lambda page: page.locator("main input:not([type=radio])").first.fill(words)


def _submitted_empty(page: Page) -> None:
    page.get_by_test_id("submit").click()
    page.locator(".ant-form-item-explain-error, .rjsf-error, [role=alert]").first.wait_for()


def _verb_dialog(page: Page) -> None:
    page.get_by_test_id("verb-more").click()
    page.locator(".ant-dropdown-menu-item[data-menu-id$=transfer]").click()
    page.locator(".ant-modal").first.wait_for()


def _bell(page: Page) -> None:
    page.get_by_test_id("bell").click()
    page.locator(".ant-drawer-body [data-testid=notice]").first.wait_for()


def _broken_server(page: Page) -> None:
    page.route("**/api/v1/cases?*", lambda route: route.fulfill(status=503, body="{}"))
    page.reload()
    page.locator("main [role=alert]").first.wait_for()
    page.unroute("**/api/v1/cases?*")


def _picker(page: Page) -> None:
    page.get_by_test_id("card-manager").click()
    page.locator(".drawer .ant-select").first.click()
    page.locator(".ant-select-dropdown:visible").first.wait_for()


def _condition(page: Page) -> None:
    page.get_by_test_id("edge-costly:branch:0").click()
    page.get_by_test_id("condition-row").first.wait_for()


def _rights(page: Page) -> None:
    page.get_by_test_id("card-manager").click()
    page.get_by_test_id("rights").scroll_into_view_if_needed()


def _canvas(page: Page) -> None:
    page.evaluate("localStorage.setItem('waystation.designer.view', 'canvas')")
    page.reload()
    page.locator(".react-flow__node").first.wait_for()
    page.evaluate("localStorage.removeItem('waystation.designer.view')")


def _canvas_node(page: Page) -> None:
    _canvas(page)
    page.locator("[data-testid=card-manager] .card-face").click()
    page.get_by_test_id("drawer").wait_for()


def _simulated(page: Page) -> None:
    page.fill("#sim_city", "上海")
    page.fill("#sim_days", "2")
    page.get_by_test_id("sim-start").click()
    page.get_by_test_id("sim-status").wait_for()


def _scenarios(page: Page) -> None:
    page.get_by_role("tab").nth(1).click()
    page.get_by_test_id("run-scenarios").click()
    page.get_by_test_id("scenarios-result").wait_for()


def _replayed(page: Page) -> None:
    page.get_by_test_id("replay-run").click()
    page.get_by_test_id("replay-sum").wait_for()


def _replay_compared(page: Page) -> None:
    _replayed(page)
    page.locator(".replay-case").first.click()
    page.get_by_test_id("compared").wait_for()


def _drilled(page: Page) -> None:
    page.get_by_test_id("drill-run").click()
    page.get_by_test_id("drilled").first.wait_for()


def _planned(page: Page) -> None:
    page.get_by_test_id("migrate-dry").click()
    page.locator("[data-testid=migrate-plan]:not(:has(.migrate-progress))").first.wait_for()


#: Another window saves the same design: a node has another title then. What is not read is on its way for ever.
_SAVED_ELSEWHERE = """async design => {
    const at = '/api/v1/designs/' + design
    const now = await fetch(at)
    await now.text()
    const title = {zh: `人事复核 ${Date.now() % 100}`, en: `HR check ${Date.now() % 100}`}
    const ops = [{op: 'set_node', id: 'personnel', values: {title}}]
    const headers = {'Content-Type': 'application/json', 'If-Match': now.headers.get('etag')}
    const saved = await fetch(at, {method: 'PATCH', headers, body: JSON.stringify({ops})})
    await saved.text()
    return saved.status
}"""


def _saved_elsewhere(page: Page) -> None:
    design = page.url.split("/designer/")[1].split("/")[0]
    assert page.evaluate(_SAVED_ELSEWHERE, design) == 200


def _contested(page: Page) -> None:
    page.locator("[data-testid=card-personnel] .card-face").click()
    page.get_by_test_id("node-title").wait_for()
    _saved_elsewhere(page)
    page.get_by_test_id("node-title").fill("人事经理")
    page.get_by_test_id("merge").wait_for()


def _published(page: Page) -> None:
    _saved_elsewhere(page)
    page.reload()
    page.locator("[data-testid=publish]:not([disabled])").click()
    page.get_by_test_id("published").wait_for()


def _compared(page: Page) -> None:
    page.locator(".versions li:last-child .ant-btn-text").first.click()
    page.locator(".ant-modal .react-flow__node, .ant-modal .simple-sheet").first.wait_for()


def _keys(keys: str, wait: str) -> Do:
    def press(page: Page) -> None:
        page.keyboard.press(keys)
        page.locator(wait).wait_for()

    return press


def _modal(button: str) -> Do:
    def press(page: Page) -> None:
        page.locator(button).first.click()
        page.locator(".ant-modal, .ant-drawer-content-wrapper").first.wait_for()

    return press


#: Whoever starts and asks.
AGENT = (
    Screen("tasks-none-done", "/tasks", "main table, main li", _tab(2)),
    Screen("start", "/start", ".start-card, main li a"),
    Screen("start-form", "/start/purchase", "#start_supplier"),
    Screen("start-form-errors", "/start/purchase", "#start_supplier", _submitted_empty),
    Screen("start-form-place", "/start/ticket", "#start_serial_no"),
    Screen("case-open", "/cases/{open_case}", "[data-testid^=node-]"),
    Screen("case-ended", "/cases/{ended_case}", "[data-testid^=node-]"),
    Screen("cases", "/cases", "main table, main li"),
    Screen("cases-none-found", "/cases", "main table, main li", _search("zzz")),
    Screen("cases-server-down", "/cases", "main table, main li", _broken_server, refused=9),
    Screen("case-not-found", "/cases/00000000-0000-0000-0000-000000000000", ".nothing", refused=3),
    Screen("page-not-found", "/nowhere", "main"),
    Screen("notices-none", "/notices", ".nothing"),
)
#: Whoever judges.
MANAGER = (
    Screen("tasks-todo", "/tasks", "main table, .task-card, main li"),
    Screen("tasks-claim", "/tasks", "main table, main li", _tab(1)),
    Screen("tasks-done", "/tasks", "main table, main li", _tab(2)),
    Screen("task", "/tasks/{task}", "[data-testid=verb-approve]"),
    Screen("notices", "/notices", "[data-testid=notice]"),
    Screen("notices-drawer", "/tasks", "main table, main li", _bell, phone=False),
    Screen("task-verb", "/tasks/{task}", "[data-testid=verb-approve]", _verb_dialog),
)
#: Whoever designs and publishes.
ADMIN = (
    Screen("deliveries", "/deliveries", "[data-testid=send-again]"),
    Screen("deliveries-none-found", "/deliveries?kind=webhook", ".nothing"),
    Screen("case-troubled", "/cases/{troubled}", "[data-testid=delivery]"),
    Screen("designs", "/designer", ".designs table"),
    Screen("designs-none-found", "/designer", ".designs table", _search("zzz")),
    Screen("designs-import", "/designer", ".designs table", _modal("main button:has(.anticon-upload)")),
    Screen("gallery", "/designer/gallery", "[data-testid=template-leave]"),
    Screen("gallery-preview", "/designer/gallery", "[data-testid=template-leave]", _modal(".template-do button")),
    Screen("gallery-blank", "/designer/gallery", ".template-blank", _modal(".template-blank")),
    Screen("design-basics", "/designer/{trip}/basics", ".step-page"),
    Screen("design-form", "/designer/{trip}/form", "[data-testid=field-city]"),
    Screen("design-form-empty", "/designer/{empty}/form", ".designer-body"),
    Screen("design-field", "/designer/{trip}/form", "[data-testid=field-class]", by_id("field-class")),
    Screen("design-flow", "/designer/{trip}/flow", "[data-testid=card-manager]"),
    Screen("design-flow-empty", "/designer/{empty}/flow", "[data-testid=card-start]"),
    Screen("design-add", "/designer/{trip}/flow", "[data-testid=card-manager]", by_id("plus-manager:outcome:approved")),
    Screen("design-node", "/designer/{trip}/flow", "[data-testid=card-manager]", by_id("card-manager")),
    Screen("design-start-node", "/designer/{trip}/flow", "[data-testid=card-manager]", by_id("card-start")),
    Screen("design-approvers", "/designer/{trip}/flow", "[data-testid=card-manager]", _picker),
    Screen("design-condition", "/designer/{trip}/flow", "[data-testid=card-manager]", _condition),
    Screen("design-rights", "/designer/{trip}/flow", "[data-testid=card-manager]", _rights),
    Screen("design-find", "/designer/{trip}/flow", "[data-testid=card-manager]", _keys("Control+k", ".ant-modal")),
    Screen("design-canvas", "/designer/{trip}/flow", "[data-testid=card-manager]", _canvas, phone=False),
    Screen("design-canvas-node", "/designer/{trip}/flow", "[data-testid=card-manager]", _canvas_node, phone=False),
    Screen("design-settings", "/designer/{trip}/settings", ".decision"),
    Screen(
        "design-problems",
        "/designer/{broken}/flow",
        "[data-testid=card-personnel] .card-trouble",
        by_id("problems", "problem"),
    ),
    Screen("design-text", "/designer/{trip}/text", ".cm-content"),
    Screen("simulate", "/designer/{trip}/simulate", "#sim_city"),
    Screen("simulate-running", "/designer/{trip}/simulate", "#sim_city", _simulated),
    Screen("simulate-scenarios", "/designer/{trip}/simulate", "#sim_city", _scenarios),
    Screen("simulate-none", "/designer/{empty}/simulate", ".sim-side", _tab(1)),
    Screen("simulate-barred", "/designer/{broken}/simulate", ".sim-side .ant-alert"),
    Screen("simulate-failing", "/designer/{failing}/simulate", ".sim-side", _scenarios),
    Screen("publish", "/designer/{trip}/publish", ".gate"),
    Screen("publish-barred", "/designer/{broken}/publish", ".gate"),
    Screen("publish-failing", "/designer/{failing}/publish", ".gate"),
    Screen("publish-diff", "/designer/{trip}/publish/diff", ".differences"),
    Screen("publish-rollout", "/designer/{trip}/publish/releases", "[data-testid=rollout]"),
    Screen("publish-migrate", "/designer/{trip}/publish/migrate", ".migrate-page"),
    Screen("publish-migrate-plan", "/designer/{trip}/publish/migrate", ".migrate-page", _planned),
    Screen("publish-versions", "/designer/{trip}/publish/versions", ".versions li"),
    Screen("publish-compare", "/designer/{trip}/publish/versions", ".versions li", _compared),
    Screen("publish-done", "/designer/{fresh}/publish", ".gate", _published),
    Screen("replay", "/designer/{trip}/replay", ".replay-ask"),
    Screen("replay-found", "/designer/{trip}/replay", ".replay-ask", _replayed),
    Screen("drill", "/designer/{trip}/drill", ".drill-faults"),
    Screen("drill-found", "/designer/{trip}/drill", ".drill-faults", _drilled),
    Screen("regions", "/designer/{trip}/regions", ".regions-leaves"),
    Screen("overlay", "/designer/{overlay}/regions", "[data-testid^=override-]"),
    Screen("overlay-scenarios", "/designer/{overlay}/simulate", ".sim-side", _tab(1)),
    Screen("rights", "/designer/{trip}/rights", "[data-testid=rights-add]"),
    Screen("design-conflict", "/designer/{contested}/flow", "[data-testid=card-personnel]", _contested, refused=1),
    Screen("trail", "/designer/{trip}/trail", ".trail li"),
)
WALKS: dict[str, tuple[Screen, ...]] = {"agent_zhou": AGENT, "sm_yang": MANAGER, "admin_xu": ADMIN}
