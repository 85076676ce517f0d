"""The canvas with 500 nodes in a real browser: frames a second while it is panned and a node is dragged.

Each line that it prints begins with `canvas-speed ` and is JSON; the load of the machine stands beside the numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.browser import browser, needs_browser, needs_web, window
from tests.support.product import up
from tests.support.proofs import TOLD
from tests.support.scenery import Seat
from waystation.temporal_server import free_port

pytestmark = [pytest.mark.slow, pytest.mark.temporal, needs_browser, needs_web]

NODES = 500
#: So many chains beside each other can be seen whole.
CHAINS = 20
#: Frames a second below which panning is felt to stick.
FEWEST = 30
#: Best of so many tries: what the machine does beside is not the canvas's.
TRIES = 3
_COUNT = """() => {
    window.frames_ = []
    const tick = at => { window.frames_.push(at); window.counting_ = requestAnimationFrame(tick) }
    window.counting_ = requestAnimationFrame(tick)
}"""
_COUNTED = "() => { cancelAnimationFrame(window.counting_); return window.frames_ }"


def large(nodes: int) -> str:
    """A process of so many nodes: a fork into chains of approvals."""
    chains = [[f"a{chain}_{place}" for place in range(chain, nodes - 1, CHAINS)] for chain in range(CHAINS)]
    lines = [
        "waystation: 1", "process: large", "title: { zh: 大流程, en: Large }", "start: { at: all }", "nodes:",
        f"  all: {{ kind: fork, title: 全部, next: [{', '.join(f'{{ to: {chain[0]} }}' for chain in chains)}] }}",
    ]  # fmt: skip
    lines += [
        f'  {name}: {{ kind: approval, title: 审批 {name}, approvers: ["role:hr"], '
        f"next: {{ approved: {after}, rejected: end }} }}"
        for chain in chains
        for name, after in pairwise([*chain, "end"])
    ]
    return "\n".join(lines) + "\n"


def frames(page: Page, move: Callable[[], None]) -> dict[str, float]:
    """Frames a second, and the longest time between two in ms, while something moves."""
    page.evaluate(_COUNT)
    move()
    at: list[float] = page.evaluate(_COUNTED)
    gaps = [after - before for before, after in pairwise(at)]
    return {"fps": round(1000 * len(gaps) / sum(gaps), 1), "longest_ms": round(max(gaps), 1), "frames": len(gaps)}


def dragged(page: Page, x: float, y: float, steps: int = 90) -> None:
    """The mouse goes down here, round about, and up."""
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(x + 3 * (step % 30), y + 2 * (step % 45))
    page.mouse.up()


def measured(page: Page, what: str, move: Callable[[], None]) -> float:
    """The best of some tries, printed with how busy the machine is."""
    tries = [frames(page, move) for _ in range(TRIES)]
    best = max(tries, key=lambda one: one["fps"])
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"{TOLD}{what}: {best['fps']} frames/s, {NODES} nodes, {cores} cores, load {load:.1f}")
    return best["fps"]


def bare_spot(page: Page) -> tuple[float, float]:
    """A place of the canvas where there is nothing to take hold of."""
    found: list[float] = page.evaluate(
        """() => {
            const box = document.querySelector('.canvas-main').getBoundingClientRect()
            for (let y = box.top + 80; y < box.bottom - 160; y += 12)
                for (let x = box.left + 180; x < box.right - 200; x += 12)
                    if (document.elementFromPoint(x, y)?.classList.contains('react-flow__pane')) return [x, y]
        }"""
    )
    return found[0], found[1]


def test_500_nodes_are_panned_and_dragged(tmp_path: Path) -> None:
    """Panning, seen whole and near, makes at least 30 frames a second; dragging a node is measured too."""
    ports = [free_port() for _ in range(3)]
    with up(tmp_path / "var", ports) as product, browser() as program:
        with Seat(product, "admin_xu") as seat:
            made, _ = seat.ask("POST", "/designs", {"from": {"text": large(NODES)}})
        assert len(made["model"]["nodes"]) == NODES
        with window(program, product.url, 1440, "zh") as desk:
            page = desk.page
            desk.sign_in("admin_xu", product.passwords["admin_xu"])
            page.evaluate("localStorage.setItem('waystation.designer.view', 'canvas')")
            desk.go(f"/designer/{made['id']}/flow")
            page.locator(".react-flow__node").nth(NODES - 50).wait_for(state="attached")
            page.wait_for_load_state("networkidle")
            spot = bare_spot(page)
            whole = measured(page, "pan, seen whole", lambda: dragged(page, *spot))
            for _ in range(12):
                page.locator(".react-flow__controls-zoomin").click()
                page.wait_for_timeout(100)
            spot = bare_spot(page)
            near = measured(page, "pan, near", lambda: dragged(page, *spot))
            card = page.locator(".react-flow__node-card").filter(visible=True)
            boxes = [box for index in range(card.count()) if (box := card.nth(index).bounding_box())]
            box = next(one for one in boxes if 300 < one["x"] < 900 and 200 < one["y"] < 600)
            measured(page, "drag a node", lambda: dragged(page, box["x"] + 30, box["y"] + 12))
    assert min(whole, near) >= FEWEST, f"panning: {whole} frames/s whole, {near} near; load {os.getloadavg()[0]:.1f}"
