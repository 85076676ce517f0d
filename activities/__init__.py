"""Every side effect of the product. A capability is a package here; its actions are found, not registered.

`discover()` reads the attributes of every `activities/<capability>/actions.py`, in name order. An `ActionSpec` found
there is an action. Nothing happens on import, and no list of actions is kept anywhere else.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator

from waystation.contracts.catalog import ActionSpec

__all__ = ["discover", "table_modules"]


def discover() -> dict[str, ActionSpec]:
    """All actions by name, in name order.

    Raises:
        ValueError: two actions have the same name, or an action's name does not begin with its capability's.
    """
    found: dict[str, ActionSpec] = {}
    for capability, spec in _specs():
        if spec.name in found:
            raise ValueError(f"two actions are called {spec.name}")
        if spec.name.split(".")[0] != capability:
            raise ValueError(f"{spec.name} stands in the capability {capability}")
        found[spec.name] = spec
    return dict(sorted(found.items()))


def table_modules() -> list[str]:
    """Names of the modules that define capabilities' tables, for whoever makes or compares them."""
    return [f"{__name__}.{package}.tables" for package in _capabilities() if _exists(f"{__name__}.{package}.tables")]


def _specs() -> Iterator[tuple[str, ActionSpec]]:
    for package in _capabilities():
        name = f"{__name__}.{package}.actions"
        if not _exists(name):
            continue
        for attribute in vars(importlib.import_module(name)).values():
            if isinstance(attribute, ActionSpec):
                yield package, attribute


def _capabilities() -> list[str]:
    return sorted(info.name for info in pkgutil.iter_modules(__path__) if info.ispkg and info.name[0] != "_")


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
