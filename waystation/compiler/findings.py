"""What checks look at (`Unit`) and what they say (`Finding`).

A finding names a place in the author's document, not in the text: lines and sentences are added afterwards, from the
marks of the source and from `waystation.compiler.messages`. Checks never raise for what an author wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from waystation.compiler.graph import BodyGraph
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import Edge, Node, Plan
from waystation.contracts.problems import Path

#: Type of each name in scope, as `waystation.expressions` describes types.
Scope = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or doubtful.

    Args:
        code: a code of `waystation.compiler.messages`; it gives severity, sentences and hint.
        path: where in the document: `("nodes", "review", "next", "approved")`. A path that goes deeper than the
            document points at its deepest known part.
        node: address of the node concerned: its id, inside bodies `lines/pick`.
        args: what the sentences of the code name in braces.
        key: point at the key of the last part of the path instead of at its value.
        variant: another wording of the same code.
    """

    code: str
    path: Path = ()
    node: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    key: bool = False
    variant: str = ""


class Moment(StrEnum):
    """When an expression is evaluated, seen from the node it stands on."""

    START = "start"  # at the start of the case: key
    ENTER = "enter"  # entering the node: if, assign, with, title, items, choice conditions, deadline
    OPEN = "open"  # while the node is open: open_while, pause_when, need, wait until a condition
    DONE = "done"  # when it is done: save, collect, undo
    EVENT = "event"  # when an event comes: match
    ANY = "any"  # at any time of the case: title_of_case, show_if of a form that is shown there


@dataclass(frozen=True, slots=True)
class Read:
    """One expression. `source` is bare; `node` is "" for those of the process itself."""

    node: str
    source: str
    path: Path
    moment: Moment


@dataclass(frozen=True, slots=True)
class Write:
    """One field of `data` (or, with `local`, of an item's `local`) that a node may write when it is done.

    `certain` is False where leaving the node need not mean that the field has a value (an optional form field).
    `outcomes` is None for all outcomes, else those with which the field is written.
    """

    node: str
    name: str
    path: Path
    certain: bool = True
    local: bool = False
    outcomes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A node where it stands.

    `address` is `lines/pick`, `parent` is `lines` (or ""); `path` leads to the node in the document, so
    `path + ("next",)` leads to its edges; `edges` leads to each edge of `node.edges`, in the same order, and
    `boundaries` to each entry of `node.on`. `scope` types the names an expression sees when the node is entered, `own`
    those that its `save` and `undo` see beside them.
    """

    address: str
    parent: str
    id: str
    path: Path
    node: Node
    edges: tuple[Path, ...]
    boundaries: tuple[Path, ...]
    scope: Scope
    own: Scope = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """A compiled process with what is known around it; the one argument of every check.

    `sites` is keyed by address and holds each node after the one that contains it, else in display order. An
    alternative of a race is a node of the race's body (`race/name`); its edges lead to nodes beside the race.
    `boundaries` leads to each entry of `plan.on`.
    """

    file: str
    process: str
    plan: Plan
    tree: Mapping[str, Any]
    library: Library
    catalog: Catalog
    sites: Mapping[str, Site]
    reads: tuple[Read, ...] = ()
    writes: tuple[Write, ...] = ()
    boundaries: tuple[Path, ...] = ()

    def children(self, address: str = "") -> tuple[Site, ...]:
        """The nodes of one body, in display order; "" is the process itself."""
        return self._bodies.get(address, ())

    @cached_property
    def _bodies(self) -> dict[str, tuple[Site, ...]]:
        bodies: dict[str, list[Site]] = {}
        for site in self.sites.values():
            bodies.setdefault(site.parent, []).append(site)
        return {address: tuple(sites) for address, sites in bodies.items()}

    @cached_property
    def graphs(self) -> Mapping[str, BodyGraph]:
        """The graph of each body, by the address of the node around it; "" is the process itself."""
        graphs = {"": BodyGraph(self.plan.body, self.plan.on)}
        for site in self.sites.values():
            if site.node.body is not None and site.node.kind != "race":
                graphs[site.address] = BodyGraph(site.node.body)
        return graphs

    def site(self, body: str, node: str) -> Site:
        """A node by its id and the address of its body. Raises KeyError for a name that is not there."""
        return self.sites[f"{body}/{node}" if body else node]

    def target(self, site: Site, edge: Edge) -> Site | None:
        """The node an edge leads to; None for `end`, and for a name that is not there."""
        around = self.surroundings(site)
        return self.sites.get(f"{around}/{edge.to}" if around else edge.to)

    def surroundings(self, site: Site) -> str:
        """Address of the body whose nodes the edges of this node lead to: for a race's alternative, the race's own."""
        above = self.sites.get(site.parent)
        return above.parent if above is not None and above.node.kind == "race" else site.parent


#: A check: a module of `waystation.compiler.checks` has one under the name `check`.
Check = Callable[[Unit], Iterable[Finding]]
