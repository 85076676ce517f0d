"""Every page in both languages, at a desk and on a phone: pictures, all on one sheet, and what they may never show.

`make screens` runs it. The sheet is `build/screens/index.html`, and `index.png` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import AXE, PICTURES, Window, browser, needs_browser, needs_web, window
from tests.support.looks import Served, faults
from tests.support.product import Product, up
from tests.support.scenery import Scenery, prepared
from tests.support.screens import WALKS, Screen
from waystation.temporal_server import free_port

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

SEEN = PICTURES / "pages"
#: Milliseconds that a drawing may still move after the last answer.
_STILL = 200


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with up(tmp_path_factory.mktemp("product") / "var", [free_port() for _ in range(3)]) as found:
        yield found


@pytest.fixture(scope="module")
def scenery(product: Product) -> Scenery:
    return prepared(product)


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_fit_to_be_seen(
    product: Product, scenery: Scenery, program: Browser, language: str, width: int
) -> None:
    """No word is cut, nothing is wider than the window or too pale, there is one main button and one language."""
    SEEN.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    for user, screens in WALKS.items():
        with window(program, product.url, width, language) as desk:
            served = Served()
            served.listen(desk.page)
            wrong += [f"sign-in: {fault}" for fault in _pictured(desk, "sign-in", served)]
            desk.sign_in(user, product.passwords[user])
            for screen in screens:
                if screen.phone or width > 390:
                    wrong += [f"{screen.name}: {fault}" for fault in _seen(desk, screen, scenery, served)]
    assert wrong == [], "\n".join(wrong)


def _seen(desk: Window, screen: Screen, scenery: Scenery, served: Served) -> list[str]:
    """Go there, take the picture, and say what is wrong with it."""
    page = desk.page
    desk.go(screen.address(scenery))
    page.locator(screen.shows).first.wait_for()
    if screen.do is not None:
        screen.do(page)
    return _pictured(desk, screen.name, served, screen.refused)


def _pictured(desk: Window, name: str, served: Served, expected: int = 0) -> list[str]:
    page = desk.page
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(_STILL)
    page.screenshot(path=SEEN / f"{name}-{desk.language}-{desk.width}.png", full_page=True)
    refused = [line for line in desk.said if "status of" in line]
    wrong = faults(page, desk.language, served, AXE.read_text("utf-8"))
    wrong += [f"console: {line}" for line in desk.said if line not in refused]
    if len(refused) > expected:
        wrong.append(f"refused: {refused}")
    desk.said.clear()
    return wrong


def test_all_of_them_are_on_one_sheet(program: Browser) -> None:
    """The sheet shows each picture that was taken, rows by page, columns by language and width."""
    taken = {path.stem for path in SEEN.glob("*.png")}
    sheet = PICTURES / "index.html"
    sheet.write_text(_sheet(taken), "utf-8")
    page = program.new_page(viewport={"width": 1240, "height": 800})
    page.goto(sheet.as_uri())
    page.screenshot(path=PICTURES / "index.png", full_page=True)
    assert page.locator("img").count() == len(taken) > 100
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")


def _sheet(taken: set[str]) -> str:
    looks = [f"{language}-{width}" for width in (1440, 390) for language in ("zh", "en")]
    rows = []
    for page in ["sign-in", *(screen.name for screens in WALKS.values() for screen in screens)]:
        cells = [
            f'<a href="pages/{name}.png"><img src="pages/{name}.png" alt="{name}"></a>'
            for look in looks
            if (name := f"{page}-{look}") in taken
        ]
        rows.append(f"<section><h2>{page}</h2>{''.join(cells)}</section>")
    style = (
        "body{font:14px sans-serif;margin:16px;background:#ddd}section{margin:0 0 24px}h2{font-size:14px;margin:4px 0}"
        "a{display:inline-block;vertical-align:top;height:280px;overflow:hidden;margin-right:8px}"
        "img{height:280px;object-fit:cover;object-position:top;background:#fff}"
    )
    return f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{style}</style>{''.join(rows)}"


def test_a_fault_on_a_page_is_found(program: Browser, tmp_path: Path) -> None:
    """A page with one of each fault: a cut word, another language, two main buttons, too wide, too pale."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><html lang=en><title>Bad</title><main><div style='width:2000px'>wide</div>"
        "<span style='display:block;width:40px;overflow:hidden;white-space:nowrap'>cut off</span>"
        "<p>提交</p><p style='color:#ccc'>pale</p><button class=ant-btn-primary>a</button>"
        "<button class=ant-btn-primary>b</button><input placeholder='much too long for it' style='width:30px'></main>",
        "utf-8",
    )
    page = program.new_page(viewport={"width": 1440, "height": 900})
    page.goto(bad.as_uri())
    served = Served()
    served.add({"title": {"zh": "提交", "en": "Submit"}, "name": "周舟"})
    found = "\n".join(faults(page, "en", served, AXE.read_text("utf-8")))
    for sign in ("cut: cut off", "cut: much too long", "px wider", "2 primary", "language: 提交", "axe color-contrast"):
        assert sign in found, found
