"""What a lint looks at and what it says: a parsed module, and a finding in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One broken rule. `fatal` is false for a warning, which is printed and does not fail the gate."""

    path: str
    line: int
    rule: str
    says: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.says}{'' if self.fatal else ' (warning)'}"


@dataclass(frozen=True)
class Module:
    """A Python file of the repository; `path` is relative to its root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @property
    def lines(self) -> int:
        return self.text.count("\n") + (not self.text.endswith("\n"))

    def within(self, *places: str) -> bool:
        """Whether the file is one of these, or lies in one of these folders."""
        return any(PurePosixPath(self.path).is_relative_to(place) for place in places)

    def finding(self, at: ast.AST | int, rule: str, says: str, *, fatal: bool = True) -> Finding:
        line = at if isinstance(at, int) else getattr(at, "lineno", 1)
        return Finding(self.path, line, rule, says, fatal)


def imported(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Every dotted name that a module imports; `from a import b` gives `a.b`, relative imports start with a dot."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from ((node, f"{origin}.{alias.name}") for alias in node.names)


def bindings(module: Module) -> dict[str, str]:
    """What each imported name stands for: `from datetime import datetime as clock` binds clock to its full name."""
    known: dict[str, str] = {}
    for node in module.nodes:
        if isinstance(node, ast.Import):
            known.update((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            known.update((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
    return known


def dotted(node: ast.AST, known: Mapping[str, str] | None = None) -> str:
    """`a.b.c` for an attribute chain on a name, otherwise an empty text; the first name as `known` says."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([(known or {}).get(node.id, node.id), *reversed(parts)])
