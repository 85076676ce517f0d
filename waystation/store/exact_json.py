"""JSON as the store writes and reads it: numbers with a fraction are exact decimals, integers have no limit.

`encode` is what is stored; `canonical` and `digest` are for comparing: equal values give equal texts.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Context, Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
#: Wide enough that normalising never rounds.
_EXACT = Context(prec=10_000)
#: Whole decimals up to so many digits are compared as integers; one with a huge exponent must not become a huge text.
_MOST_DIGITS = 1_000
_SORTED = msgspec.json.Encoder(decimal_format="number", order="sorted")


def encode(value: Any) -> str:
    """JSON text of `value`; keys keep their order. Structs, datetimes and decimals are allowed."""
    return _encode(value).decode()


def canonical(value: Any) -> str:
    """JSON text in which neither the order of keys nor the form of a number matters: 1, 1.0 and 1.00 are one value."""
    return _SORTED.encode(_normal(_builtins(value))).decode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def decode(text: str) -> Any:
    """The value of a JSON text."""
    return json.loads(text, parse_float=Decimal)


def plain(value: Any) -> Any:
    """`value` as it will be read back: structs become maps, datetimes texts, tuples lists."""
    return decode(encode(value))


def _encode(value: Any) -> bytes:
    try:
        return _ENCODER.encode(value)
    except OverflowError:
        # Integers beyond 64 bits are legal in the language, and beyond what the fast encoder takes.
        return _ENCODER.encode(_normal(_builtins(value), numbers=False))


def _builtins(value: Any) -> Any:
    return msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True)


def _normal(value: Any, *, numbers: bool = True) -> Any:
    """`value` with every integer as raw text and, with `numbers`, decimals that are whole as integers."""
    if isinstance(value, dict):
        return {key: _normal(item, numbers=numbers) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_normal(item, numbers=numbers) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return msgspec.Raw(str(value).encode())
    if numbers and isinstance(value, (float, Decimal)):
        return _normal_number(Decimal(str(value)))
    return value


def _normal_number(number: Decimal) -> Any:
    if not number.is_finite():
        return None
    if number.adjusted() > _MOST_DIGITS or number != number.to_integral_value():
        return number.normalize(_EXACT)
    return _normal(int(number))
