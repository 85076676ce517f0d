"""What is installed: every top-level package, the definitions and the worker, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOP = {"waystation", "workflows", "activities", "designer_api", "definitions", "worker.py"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel as a user gets it but for the web front end; built with the locked backend, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    env = {**os.environ, "WAYSTATION_SKIP_WEB": "1"}
    built = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return zipfile.Path(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_top_level_package_and_nothing_else(wheel: zipfile.Path) -> None:
    """A package that is not named is found missing only by the user who installs it."""
    entries = {entry.name for entry in wheel.iterdir() if not entry.name.endswith(".dist-info")}
    assert entries == TOP


def test_the_wheel_holds_the_web_where_it_is_built(wheel: zipfile.Path) -> None:
    """git ignores the build, so the packager must be told of it; without it the product has no pages."""
    built = (ROOT / "designer_api" / "static" / "index.html").is_file()
    static = wheel / "designer_api" / "static"
    assert (static / "index.html").exists() is built
    assert (static / "assets").is_dir() is built


def test_the_wheel_ships_the_definitions(wheel: zipfile.Path) -> None:
    """Every definition that git tracks is in the wheel."""
    tracked = subprocess.run(
        ["git", "ls-files", "definitions"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    missing = [path for path in tracked if (ROOT / path).is_file() and not (wheel / path).exists()]
    assert tracked
    assert missing == []


def test_the_wheel_has_the_command_and_the_licence(wheel: zipfile.Path) -> None:
    """`waystation` is a command of the wheel, and the licence travels with it."""
    about = next(entry for entry in wheel.iterdir() if entry.name.endswith(".dist-info"))
    assert "waystation = waystation.cli:main" in (about / "entry_points.txt").read_text()
    assert "Apache License" in (about / "licenses" / "LICENSE").read_text()


def test_the_build_names_what_the_tree_has() -> None:
    """The list in pyproject.toml is the list of the tree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = set(project["tool"]["hatch"]["build"]["only-include"])
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "tools", "bench"}
    assert named == TOP
    assert packages <= named
