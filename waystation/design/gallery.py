"""Templates to begin with: small ones made for that, and every process that came with the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from waystation.compiler.source import read_source
from waystation.contracts.errors import Refused
from waystation.design.layouts import clean
from waystation.scenario_files import shipped_definitions

#: The small templates.
FOLDER = Path(__file__).parent / "templates"
_SCENARIOS, _LAYOUT = ".scenarios.yaml", ".layout.yaml"


@dataclass(frozen=True, slots=True)
class Template:
    """A template. `shipped` says that it is a whole process of the product; `steps` counts its nodes."""

    name: str
    text: str
    scenarios: str
    layout: dict[str, Any]
    title: Any
    about: Any
    family: str
    steps: int
    shipped: bool
    tags: tuple[str, ...] = field(default=())


def template(name: str) -> Template:
    """One template.

    Raises:
        Refused: `not_found`.
    """
    found = next((each for each in templates() if each.name == name), None)
    if found is None:
        raise Refused("not_found", f"there is no template {name}", f"没有模板 {name}")
    return found


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Every template, the small ones first."""
    home = shipped_definitions()
    small = [_read(path, shipped=False) for path in sorted(FOLDER.glob("*.yaml"))]
    whole = [_read(path, shipped=True) for path in sorted(home.glob("*.yaml"))]
    return tuple(each for each in (*small, *whole) if each is not None)


def _read(path: Path, *, shipped: bool) -> Template | None:
    if path.name.endswith((_SCENARIOS, _LAYOUT)):
        return None
    text = path.read_text(encoding="utf-8")
    tree = read_source(text).tree
    if not isinstance(tree, dict) or "process" not in tree or not isinstance(tree.get("nodes"), dict):
        return None
    kinds = dict.fromkeys(str(node.get("kind")) for node in tree["nodes"].values() if isinstance(node, dict))
    return Template(
        path.stem, text, _beside(path, _SCENARIOS), _layout(path), tree.get("title", path.stem),
        tree.get("description", ""), str(tree.get("family", "other")), len(tree["nodes"]), shipped, tuple(kinds),
    )  # fmt: skip


def _beside(path: Path, ending: str) -> str:
    other = path.with_name(path.stem + ending)
    return other.read_text(encoding="utf-8") if other.is_file() else ""


def _layout(path: Path) -> dict[str, Any]:
    tree = read_source(_beside(path, _LAYOUT)).tree
    return clean(tree if isinstance(tree, dict) else {})
