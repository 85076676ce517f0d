"""What a newcomer does: `waystation up`, the README's lines, the Python example, Ctrl-C, and up again."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.product import PATIENCE, ROOT, Product, up
from waystation.temporal_server import free_port


def readme_lines(name: str, product: Product) -> str:
    """The README's first case, with this product's address and password, ending in the case's id and timeline."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines: str = next(block for block in blocks if "timeline" in block)
    lines = lines.replace("http://127.0.0.1:8080", product.url)
    return lines.replace("password=…", f"password={product.passwords['agent_zhou']}") + "echo $case $token\n"


@pytest.mark.slow
@pytest.mark.temporal
def test_a_newcomer_follows_the_readme(tmp_path: Path) -> None:
    """The lines work as printed, Ctrl-C stops everything cleanly, and the next start finds yesterday's case."""
    ports = [free_port() for _ in range(3)]
    with up(tmp_path / "var", ports) as product:
        shell = subprocess.run(
            ["bash", "-euc", readme_lines("README.md", product)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert shell.returncode == 0, shell.stderr + shell.stdout
        timeline, last = [line for line in shell.stdout.splitlines() if line][-2:]
        kinds = {entry["kind"] for entry in json.loads(timeline)["items"]}
        assert kinds >= {"case_started", "task_opened", "answered", "task_closed"}

        example = [sys.executable, str(ROOT / "docs/examples/ticket.py"), product.url]
        python = subprocess.run(
            [*example, "agent_zhou", product.passwords["agent_zhou"]],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert "answered sort_by_hand agent_zhou" in python.stdout
        assert product.stop() == 0

    case, token = last.split()
    with up(tmp_path / "var", ports) as again:
        assert again.passwords == {}
        asked = urllib.request.Request(f"{again.url}/api/v1/cases/{case}", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            found = json.load(answer)["case"]
        assert (found["id"], found["status"]) == (case, "open")


def test_a_port_in_use_is_one_line_a_language(tmp_path: Path) -> None:
    """Who listens already is the first thing that goes wrong on a developer's machine."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            [sys.executable, "-m", "waystation.cli", "up"],
            env={**os.environ, "WAYSTATION_PORT": port, "WAYSTATION_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert refused.returncode == 2
    assert [port in line for line in refused.stderr.splitlines()] == [True, True]


def test_a_misspelt_variable_is_one_line_a_language(tmp_path: Path) -> None:
    """`waystation up` reads its settings before it starts anything."""
    refused = subprocess.run(
        [sys.executable, "-m", "waystation.cli", "up"],
        env={**os.environ, "WAYSTATION_PROT": "1", "WAYSTATION_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert refused.returncode == 2
    assert ["WAYSTATION_PORT" in line for line in refused.stderr.splitlines()] == [True, True]
