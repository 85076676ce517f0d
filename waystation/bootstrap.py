"""Building the catalogue: the only module that knows every node kind and every capability.

Built-in kinds and actions come in by the same doors as those of other packages: a module attribute, or an entry point
of the groups `waystation.nodes`, `waystation.actions` and `waystation.checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from typing import Any

import activities
from waystation.compiler.kinds import Kind
from waystation.contracts.catalog import ActionSpec, Catalog, NodeKind
from workflows.machine.steps import StepKind, add_step
from workflows.nodes import discover


def build_catalog() -> Catalog:
    """Everything installed, in name order.

    Raises:
        ValueError: two kinds or two actions of one name, or an entry point that is not what its group is for.
    """
    kinds = _by_name([*discover().values(), *_kinds_of(_installed("waystation.nodes"))], "node kind")
    actions = _by_name([*activities.discover().values(), *_actions_of(_installed("waystation.actions"))], "action")
    checks = tuple(check for check in _installed("waystation.checks") if callable(check))
    return Catalog(kinds, actions, checks)


def _by_name(found: Iterable[Any], what: str) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for each in sorted(found, key=lambda each: str(each.name)):
        if known.setdefault(each.name, each) is not each:
            raise ValueError(f"two {what}s are called {each.name}")
    return known


def _installed(group: str) -> list[Any]:
    points = sorted(entry_points(group=group), key=lambda point: point.name)
    return [point.load() for point in points]


def _kinds_of(found: Iterable[Any]) -> Iterator[NodeKind]:
    for each in found:
        step = getattr(each, "step", None)
        if not isinstance(each, Kind) or not isinstance(step, StepKind):
            raise ValueError(f"{each!r} is installed as a node kind and is none, or has no step")
        add_step(each.name, step)
        yield each


def _actions_of(found: Iterable[Any]) -> Iterator[ActionSpec]:
    for each in found:
        specs = [each] if isinstance(each, ActionSpec) else list(actions_in(each))
        if not specs:
            raise ValueError(f"{each!r} is installed as actions and has none")
        yield from specs


def actions_in(module: Any) -> Iterator[ActionSpec]:
    """The actions of a module: attributes that are one, or functions that carry one as `action`."""
    seen: set[str] = set()
    for name in sorted(vars(module)):
        value = vars(module)[name]
        spec = value if isinstance(value, ActionSpec) else getattr(value, "action", None)
        if isinstance(spec, ActionSpec) and spec.name not in seen:
            seen.add(spec.name)
            yield spec
