"""Which processes call another one, by their texts."""

from __future__ import annotations

from collections.abc import Mapping

from waystation.design.checking import read_text
from waystation.design.places import every_node


def calls_of(process: str, texts: Mapping[str, str]) -> list[str]:
    """The processes among `texts` (id -> text) that call this one, in order."""
    found = []
    for name, text in texts.items():
        if name == process or process not in text:
            continue
        tree = read_text(text).tree
        nodes = tree.get("nodes") if isinstance(tree, dict) else None
        if any(raw.get("kind") == "call" and raw.get("process") == process for _, _, raw in every_node(nodes)):
            found.append(name)
    return found
