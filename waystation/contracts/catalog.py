"""What the product can do, as data: node kinds and actions.

`waystation.bootstrap.build_catalog()` collects these from `workflows/nodes/`, `activities/*/actions.py` and the
entry points `waystation.nodes`, `waystation.actions` and `waystation.checks`. The compiler checks against the
catalogue, the designer draws from it, the worker registers it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Card:
    """How a node kind or action looks in a palette."""

    title_zh: str
    title_en: str
    about_zh: str = ""
    about_en: str = ""
    icon: str = "circle"
    group: str = "flow"


@dataclass(frozen=True, slots=True)
class ActionError:
    """An error that an action may raise. `kind` is business (not retried) or transient (retried)."""

    code: str
    zh: str
    en: str
    kind: str = "business"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action: a typed function with an effect, run by a worker.

    Args:
        name: `capability.verb`, stable; processes name it in `do`.
        takes: pydantic model (extra="forbid") of `with`.
        gives: pydantic model of the result, or None when it returns nothing.
        outside: its success has an effect outside our database (cannot be rolled back by a transaction).
        computes: it has no effect at all, and may run again at any time.
    """

    name: str
    takes: type[BaseModel]
    gives: type[BaseModel] | None
    run: Callable[..., Awaitable[Any]]
    card: Card
    errors: tuple[ActionError, ...] = ()
    outside: bool = False
    timeout: float = 60.0
    computes: bool = False


class NodeKind(Protocol):
    """A node kind: one module under workflows/nodes/. The compiler sees the first half, the machine the second."""

    name: str
    card: Card
    Config: type[BaseModel]
    params: type

    def lower(self, config: Any, lowering: Any) -> Any:
        """Make the Params from a checked config. Raises nothing: problems are reported to `lowering`."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything installed. Lookups are by name; iteration is in name order."""

    kinds: Mapping[str, NodeKind] = field(default_factory=dict)
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    checks: tuple[Callable[..., Any], ...] = ()
