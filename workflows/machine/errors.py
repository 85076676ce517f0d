"""NodeError: what goes wrong inside a node. It takes an error edge or becomes an incident, and stays in the machine."""

from __future__ import annotations

from typing import Any


class NodeError(Exception):
    """A node cannot go on.

    Args:
        code: stable, as in language.md: `expression`, `bad_data`, `no_branch`, `no_rule`, `starved` or an action's.
        title: one sentence for people.
        detail: plain data for the error edge.
    """

    def __init__(self, code: str, title: str = "", detail: Any = None) -> None:
        super().__init__(f"{code}: {title}" if title else code)
        self.code = code
        self.title = title
        self.detail = detail


class ValueMissing(NodeError):
    """An expression read what is not there."""
