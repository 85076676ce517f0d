"""A machine that lacks something is told so in one line a language, before anything is made."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

OLD = '[ "$1" = -V ] && echo "Python 3.9.2" && exit 0\nexit 1'
NO_VENV = 'case "$2" in *ensurepip*) exit 1 ;; esac\nexit 0'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone as make sees it, without an environment."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make_env(checkout: Path, python: Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "env", f"PYTHON={python}"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, ["Python 3.11 or later is needed", "需要 Python 3.11"]),
        (OLD, ["is Python 3.9.2", "当前为 Python 3.9.2"]),
        (NO_VENV, ["apt install python3-venv", "缺少软件包 python3-venv"]),
    ],
    ids=["no python", "old python", "no python3-venv"],
)
def test_what_is_missing_is_named_in_both_languages(checkout: Path, body: str | None, said: list[str]) -> None:
    """`make up` on a bare machine names the package to install, and leaves nothing half-made."""
    python = checkout / "python"
    if body is not None:
        python.write_text(f"#!/bin/sh\n{body}\n")
        python.chmod(0o755)
    made = make_env(checkout, python)
    assert made.returncode != 0
    lines = [line for line in made.stderr.splitlines() if not line.startswith("make")]
    assert [want in line for want, line in zip(said, lines, strict=True)] == [True, True]
    assert not (checkout / ".venv").exists()
