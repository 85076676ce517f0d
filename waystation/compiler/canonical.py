"""One form for each plan. Whether a part is left out of the canonical JSON as a default is decided by identity there;
here every value that equals its default becomes that default, so that equal plans have equal bytes.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
Part = TypeVar("Part", bound=msgspec.Struct)


def settled(part: Part) -> Part:
    """The same struct with its defaults in place of their equals, at any depth."""
    changes: dict[str, Any] = {}
    for name, default, holds_parts in _fields(type(part)):
        value = getattr(part, name)
        if value is default or value is None:
            continue
        inner = _inner(value) if holds_parts else value
        if type(inner) is type(default) and inner == default:
            inner = default
        if inner is not value:
            changes[name] = inner
    return msgspec.structs.replace(part, **changes) if changes else part


def as_stored(part: msgspec.Struct) -> dict[str, Any]:
    """A struct as the plain data that reading it back from a stored plan gives."""
    plain: dict[str, Any] = _DECODER.decode(_ENCODER.encode(settled(part)))
    return plain


def _inner(value: Any) -> Any:
    """The value with its structs settled; itself where nothing changes."""
    if isinstance(value, msgspec.Struct):
        return settled(value)
    kind = type(value)
    if kind is tuple:
        items = tuple(map(_inner, value))
        return value if all(map(_same, items, value)) else items
    if kind is dict:
        entries = {key: _inner(each) for key, each in value.items()}
        return value if all(map(_same, entries.values(), value.values())) else entries
    return value


def _same(one: Any, other: Any) -> bool:
    return one is other


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any, bool], ...]:
    """Each field with its default, and whether structs may be in it. Empty containers are left out by themselves."""
    return tuple((info.name, info.default, _holds_parts(info.type)) for info in msgspec.structs.fields(kind))


def _holds_parts(annotation: Any) -> bool:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return issubclass(annotation, msgspec.Struct)
    return any(map(_holds_parts, get_args(annotation)))
