"""The language half of a node kind, as a base class: what its keys are, where its tokens may go, what it becomes.

A kind lives in `workflows/nodes/<kind>.py` and is used through the catalogue; the compiler names none of them. What a
kind finds wrong it tells its `NodeLowering`; it never raises for what an author wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import FormUseShape, NodeShape
from waystation.contracts.catalog import Card
from waystation.contracts.problems import Path

Keys = TypeVar("Keys", bound=NodeShape)


class Exit(StrEnum):
    """What `next` may be."""

    PLAIN = "plain"  # one target
    OUTCOMES = "outcomes"  # one target, or one for each outcome
    CONDITIONS = "conditions"  # a list with conditions
    NONE = "none"  # no `next` at all


@dataclass(frozen=True)
class Outcomes:
    """How a node can come out. `names` is None where that is not known before it runs; then any may have an edge.

    `certain` are those that need an edge; `also` may have one.
    """

    names: tuple[str, ...] | None = ("done",)
    also: tuple[str, ...] = ()

    def allows(self, outcome: str) -> bool:
        return self.names is None or outcome in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset((*(self.names or ()), *self.also))


@dataclass(frozen=True, slots=True)
class Inside:
    """The graph inside a node.

    Args:
        nodes: the author's nodes by id.
        path: where they stand, seen from the node.
        at: the first node, where the author names it.
        at_path: where that name stands.
        free: they have no first node and their edges lead to nodes beside the node (the alternatives of a race).
    """

    nodes: Mapping[str, Any]
    path: Path
    at: str | None = None
    at_path: Path = ()
    free: bool = False


class Kind(Generic[Keys]):
    """A node kind. Subclasses set the four attributes and override what differs."""

    name: str
    card: Card
    Config: type[BaseModel]
    params: type
    exit: Exit = Exit.PLAIN
    #: People answer it: `same_as`, `exclude` and `return` may name it.
    answered: bool = False
    #: Its body runs once for each item, and each item has its own `local`.
    has_items: bool = False

    def lower(self, config: Keys, lowering: NodeLowering) -> Any:
        """The Params of the plan. Called once for each node whose keys have the right shape."""
        raise NotImplementedError

    def outcomes(self, config: Keys, lowering: NodeLowering) -> Outcomes:
        """Its outcomes, for kinds whose exit is by outcome."""
        return Outcomes()

    def forms(self, config: Keys) -> Iterator[tuple[Path, FormUseShape]]:
        """The forms it shows, each with its place: their fields become data."""
        return iter(())

    def inside(self, config: Keys) -> Inside | None:
        """The graph inside it."""
        return None

    def names_inside(self, config: Keys, lowering: NodeLowering) -> Mapping[str, Any]:
        """Types of the names that only nodes inside see."""
        return {}

    def names_in_save(self, config: Keys, lowering: NodeLowering) -> Mapping[str, Any]:
        """Types of the names that only its `save` sees."""
        return {}
