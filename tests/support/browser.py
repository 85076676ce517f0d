"""A real browser before the web front end: Debian's Chromium, driven by Playwright; pictures are kept in build/screens.

What holds for every page is checked wherever a test looks: nothing on the console, nothing wider than the window, at
most one primary button, and no serious fault that axe finds.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.product import ROOT

PICTURES = ROOT / "build" / "screens"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {1440: 900, 390: 844}
#: Milliseconds that anything on a page may take on a busy machine.
PATIENCE = 60_000
_PROGRAM = shutil.which("chromium")
_BUILT = ROOT / "designer_api" / "static" / "index.html"

needs_browser = pytest.mark.skipif(
    _PROGRAM is None, reason="Chromium is missing: apt-get install chromium fonts-noto-cjk 缺少 Chromium"
)
needs_web = pytest.mark.skipif(not _BUILT.is_file(), reason="the web front end is not built: make web 网页界面尚未构建")

_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(' | ')}`)"""


@dataclass(slots=True)
class Window:
    """A browser's window with somebody before it."""

    page: Page
    url: str
    width: int
    language: str
    said: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def sign_in(self, user: str, password: str) -> None:
        self.page.fill("#user", user)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".shell")

    def choose(self, field_id: str, option: str) -> None:
        """One option of a select. It stands in the middle first, or its list might open outside the window."""
        self.page.locator(f"#{field_id}").evaluate("field => field.scrollIntoView({block: 'center'})")
        self.page.click(f"#{field_id}")
        self.page.locator(".ant-select-dropdown:visible").get_by_text(option, exact=True).click()

    def look(self, name: str, *, expected: int = 0) -> None:
        """Take a picture, and check what holds for every page; `expected` refusals stand on the console."""
        self.page.wait_for_load_state("networkidle")
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}-{self.language}-{self.width}.png", full_page=True)
        refused = [line for line in self.said if "status of 4" in line]
        others = [line for line in self.said if line not in refused]
        assert others == [], f"{name}: {others}"
        assert len(refused) <= expected, refused
        self.said.clear()
        assert self.page.evaluate(_WIDER) <= 0, f"{name} is wider than the window"
        primary = self.page.locator("main .ant-btn-primary:visible").count()
        assert primary <= 1, f"{name} has {primary} primary buttons"
        self._check_access(name)

    def _check_access(self, name: str) -> None:
        assert AXE.is_file(), "axe-core is missing: npm ci in web/"
        self.page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = self.page.evaluate(_AXE)
        assert found == [], f"{name}: " + "\n".join(found)


@contextmanager
def browser() -> Iterator[Browser]:
    assert _PROGRAM is not None
    with sync_playwright() as playwright:
        # Root has no sandbox, and pages of our own on loopback need none.
        program = playwright.chromium.launch(executable_path=_PROGRAM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield program
        finally:
            program.close()


@contextmanager
def window(program: Browser, url: str, width: int, language: str) -> Iterator[Window]:
    """A fresh window, as a phone where it is narrow."""
    phone = width < 768
    given: dict[str, Any] = {"viewport": {"width": width, "height": SIZES[width]}, "locale": "zh-CN"}
    context = program.new_context(**given, is_mobile=phone, has_touch=phone, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(f"localStorage.setItem('waystation.language', '{language}')")
    found = Window(context.new_page(), url, width, language)
    found.page.on("console", lambda said: found.said.append(said.text) if said.type in ("error", "warning") else None)
    found.page.on("pageerror", lambda error: found.said.append(f"uncaught: {error}"))
    found.go("/")
    found.page.wait_for_selector("form")
    try:
        yield found
    finally:
        context.close()
