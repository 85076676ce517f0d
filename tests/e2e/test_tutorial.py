"""What a newcomer types: the tutorial's own blocks, first against a folder without a server, then over HTTP."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.installation import ROOT, WAYSTATION
from tests.support.product import Product

BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "tutorial.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
PASSWORDS = "admin=… clerk=… manager=… hr=…"


def typed(block: str, folder: Path) -> str:
    """Run a block in a folder as a shell does that stops at the first mistake; what it printed."""
    path = f"{WAYSTATION.parent}{os.pathsep}{os.environ['PATH']}"
    shell = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shell.returncode == 0, shell.stdout + shell.stderr
    return shell.stdout


def test_the_folder_is_checked_and_tested_without_a_server(tmp_path: Path) -> None:
    """The first two blocks print what the tutorial promises, and every edge is covered."""
    assert "1 file, 0 errors, 0 warnings" in typed(BLOCKS[0], tmp_path)
    said = typed(BLOCKS[1], tmp_path)
    assert "5/5 nodes, 6/6 edges" in said
    assert "5 passed, 0 failed" in said


def test_what_is_misspelt_is_named_with_its_place(tmp_path: Path) -> None:
    """The tutorial lets its reader spoil an edge: the line, the node and the right name are told."""
    typed(BLOCKS[0], tmp_path)
    file = tmp_path / "day_off" / "day_off.yaml"
    file.write_text(file.read_text("utf-8").replace("to: hr }", "to: hrr }"), encoding="utf-8")
    told = subprocess.run(
        [WAYSTATION, "check", "day_off"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 1
    assert re.search(r"day_off\.yaml:\d+:\d+: error unknown_node", told.stdout)
    assert "hr" in told.stdout


@pytest.mark.slow
@pytest.mark.temporal
def test_it_is_published_and_used_over_http(tmp_path: Path, product: Product) -> None:
    """The third block, with this product's address and passwords: two people agree, the leave is granted."""
    typed(BLOCKS[0], tmp_path)
    people = {"admin": "admin_xu", "clerk": "wh_ma", "manager": "wl_cao", "hr": "hr_fang"}
    known = " ".join(f"{name}={product.passwords[person]}" for name, person in people.items())
    block = BLOCKS[2].replace("http://127.0.0.1:8080", product.url).replace(PASSWORDS, known)
    assert typed(block, tmp_path).split()[-1] == "granted"
