"""Node kinds, one module each: `KIND` is its language half; the machine has the other half under the same name.

A new kind is a new module here (and its step in the machine); nothing else names it.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from waystation.compiler.kinds import Kind


def discover() -> dict[str, Kind[Any]]:
    """Every node kind of this package, in name order."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    kinds = [importlib.import_module(f"{__name__}.{name}").KIND for name in names]
    return {kind.name: kind for kind in kinds}
