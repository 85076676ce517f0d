"""What is made from a catalogue once: it does not change while the program runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from waystation.contracts.catalog import Catalog

Made = TypeVar("Made")
_MOST = 8
#: The catalogue is kept with what was made of it, so that no other can get its identity.
_KNOWN: OrderedDict[tuple[int, str], tuple[Catalog, Any]] = OrderedDict()


def once(catalog: Catalog, make: Callable[[Catalog], Made]) -> Made:
    """What `make` says of the catalogue, made at the first asking."""
    key = (id(catalog), f"{make.__module__}.{make.__qualname__}")
    if key not in _KNOWN:
        _KNOWN[key] = (catalog, make(catalog))
        while len(_KNOWN) > _MOST:
            _KNOWN.popitem(last=False)
    made: Made = _KNOWN[key][1]
    return made
