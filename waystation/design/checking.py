"""What the compiler says about a design, told by node and field instead of by line alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from waystation.compiler import compile_process
from waystation.compiler.library import Library
from waystation.compiler.source import Source, read_source
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import Plan, plan_hash
from waystation.contracts.problems import Path, Problem
from waystation.design.model import to_model

#: How a design's text is called in problems.
FILE = "process.yaml"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the model a problem is: the node, the dotted path inside its `config`, the edge; None where none."""

    node: str | None = None
    field: str | None = None
    edge: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer of the compiler. `plan` and `hash` are there when there is no error."""

    source: Source
    plan: Plan | None
    hash: str | None
    problems: tuple[Problem, ...]
    spots: tuple[Spot, ...]
    seconds: float


def read_text(text: str) -> Source:
    """A design's text as data."""
    return read_source(text, file=FILE)


def check(text: str | Source, catalog: Catalog, library: Library) -> Checked:
    """Compile a text; the same code as at publishing."""
    began = time.perf_counter()
    source = read_text(text) if isinstance(text, str) else text
    compiled = compile_process(source, catalog, library)
    edges = to_model(source.tree)["edges"] if isinstance(source.tree, dict) else []
    spots = tuple(_spot(problem, source.tree, edges) for problem in compiled.problems)
    found = plan_hash(compiled.plan) if compiled.plan is not None else None
    return Checked(source, compiled.plan, found, compiled.problems, spots, time.perf_counter() - began)


def _spot(problem: Problem, tree: Any, edges: Sequence[dict[str, Any]]) -> Spot:
    node, rest = node_at(tree, problem.path)
    if node is None and problem.node:
        node = problem.node
    edge = next((each["id"] for each in edges if _begins(problem.path, tuple(each["path"]))), None)
    return Spot(node, ".".join(map(str, rest)) or None if node is not None else None, edge)


def _begins(path: Path, start: Path) -> bool:
    return path[: len(start)] == start


def node_at(tree: Any, path: Path) -> tuple[str | None, Path]:
    """The node in which a path of the document ends, by its address, and the rest of the path inside it."""
    names: list[str] = []
    rest = path
    here = tree
    while isinstance(here, dict):
        length = next((len(way) for way in (("nodes",), ("body", "nodes"), ("of",)) if _begins(rest, way)), 0)
        inner: Any = here
        for key in rest[:length]:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if not length or len(rest) <= length or not isinstance(inner, dict) or (names and rest[0] == "nodes"):
            break
        names.append(str(rest[length]))
        here, rest = inner.get(rest[length]), rest[length + 1 :]
    return ("/".join(names) or None), rest
