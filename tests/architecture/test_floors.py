"""The import contracts of pyproject.toml hold, and each of them sees a planted fault."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")

#: Contract -> imports (from, to) that break it.
FAULTS = {
    "floors": [
        ("waystation.contracts.plan", "waystation.expressions.parser"),
        ("waystation.expressions.parser", "waystation.compiler.lower"),
        ("waystation.compiler.lower", "waystation.store.session"),
        ("waystation.store.session", "waystation.compiler.lower"),
        ("waystation.compiler.lower", "workflows.nodes.task"),
        ("workflows.memory", "activities.orders.actions"),
        ("activities.orders.actions", "workflows.memory"),
        ("activities.orders.actions", "designer_api.app"),
        ("designer_api.app", "waystation.bootstrap"),
        ("waystation.store.session", "waystation.cli"),
    ],
    "kinds": [("workflows.nodes.task", "workflows.nodes.approval")],
    "capabilities": [("activities.orders.actions", "activities.inventory.actions")],
    "pure": [
        ("workflows.machine.run", "temporalio"),
        ("workflows.panel.verdict", "sqlalchemy"),
        ("waystation.expressions.parser", "fastapi"),
        ("waystation.contracts.plan", "httpx"),
    ],
    "compiler": [("waystation.compiler.lower", "sqlalchemy"), ("workflows.nodes.task", "temporalio")],
    "halves": [
        ("workflows.machine.run", "workflows.nodes.task"),
        ("workflows.machine.run", "waystation.compiler.lower"),
        ("workflows.panel.verdict", "pydantic"),
    ],
}
MODULES = """waystation.contracts.plan waystation.expressions.parser waystation.compiler.lower waystation.store.session
waystation.settings waystation.bootstrap waystation.cli waystation.commands.up workflows.machine.run
workflows.panel.verdict workflows.nodes.task workflows.nodes.approval workflows.memory activities._runtime
activities.orders.actions activities.inventory.actions designer_api.app""".split()


@pytest.fixture
def miniature(tmp_path: Path) -> Path:
    """A tree with our package names, our contracts and no imports at all."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    for module in MODULES:
        path = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in path.relative_to(tmp_path).parents[:-1]:
            (tmp_path / package / "__init__.py").touch()
        path.write_text("")
    return tmp_path


def contracts() -> list[dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return list(project["tool"]["importlinter"]["contracts"])


def lint(root: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check these contracts; without any, all."""
    command = [str(LINTER), "--no-cache", *(f"--contract={contract}" for contract in contracts)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_every_contract_has_a_planted_fault() -> None:
    """A contract nobody has seen fail may be checking nothing."""
    assert sorted(FAULTS) == sorted(contract["id"] for contract in contracts())


def test_the_miniature_keeps_every_contract(miniature: Path) -> None:
    """Without a fault the contracts are kept: what fails below fails for its fault."""
    kept = lint(miniature, *FAULTS)
    assert kept.returncode == 0, kept.stdout


@pytest.mark.parametrize("contract", FAULTS)
def test_a_contract_sees_its_planted_faults(contract: str, miniature: Path) -> None:
    """Every import in the wrong direction is named by its contract."""
    for module, target in FAULTS[contract]:
        with miniature.joinpath(*module.split(".")).with_suffix(".py").open("a") as file:
            file.write(f"import {target}\n")
    broken = lint(miniature, contract)
    unseen = [fault for fault in FAULTS[contract] if f"{fault[0]} -> {fault[1]} (" not in broken.stdout]
    assert unseen == [], broken.stdout
    assert broken.returncode == 1


def test_the_tree_keeps_every_contract() -> None:
    """Imports go downward only."""
    kept = lint(ROOT)
    assert kept.returncode == 0, kept.stdout


def test_every_part_of_the_product_stands_on_a_floor() -> None:
    """A module directly under waystation/ that no layer names could import anything, and anything could import it."""
    layers = next(contract for contract in contracts() if contract["id"] == "floors")["layers"]
    named = {name.strip(" ()") for layer in layers for name in layer.replace(":", "|").split("|")}
    parts = {f"waystation.{info.name}" for info in pkgutil.iter_modules([str(ROOT / "waystation")])}
    assert sorted(parts - named) == []
