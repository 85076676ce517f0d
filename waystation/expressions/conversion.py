"""Data on its way into expressions and back: `typed` and `plain`. A float never survives either of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from waystation.expressions.clock_text import date_from, duration_from, timestamp_from
from waystation.expressions.errors import exceeded
from waystation.expressions.limits import MAX_DATA_DEPTH, MAX_DIGITS, MAX_ELEMENTS
from waystation.expressions.types import referred
from waystation.expressions.values import duration_text, exact, read, timestamp_text, too_nested

_FROM_TEXT = {"date": date_from, "date-time": timestamp_from, "duration": duration_from}
_MOST_REFERENCES = 20


def typed(schema: Any, value: Any) -> Any:
    """JSON data as expressions see it.

    Args:
        schema: JSON Schema of the value; `$ref` inside it, `properties`, `items`, `prefixItems`,
            `additionalProperties`, `allOf`, `anyOf` and `oneOf` are followed. True or None: nothing is known.
        value: data as a JSON parser gives it.

    Returns:
        The same data with texts of format date, date-time and duration as date, aware datetime and timedelta, and
        every float as the decimal it prints as. Parts that need no change are shared with `value`, not copied. A text
        that is not of its format stays a text: the schema check reports it.

    Raises:
        ExpressionError: NaN, infinity, or data nested too deeply.
    """
    return _typed(schema, value, schema, 0)


def _typed(schema: Any, value: Any, root: Any, depth: int) -> Any:
    kind = type(value)
    if kind is float:
        return _whole(schema, exact(value))
    if kind is not str and kind is not dict and kind is not list:
        return _whole(schema, value) if kind is Decimal else value
    if depth > MAX_DATA_DEPTH:
        raise too_nested()
    for part in _parts(schema, root):
        if kind is str:
            value = _from_text(part, value)
        elif kind is dict:
            value = _typed_map(part, value, root, depth)
        else:
            value = _typed_list(part, value, root, depth)
    return value


def _parts(schema: Any, root: Any) -> list[Mapping[str, Any]]:
    """The schema and the alternatives and parts it is made of, references resolved; at least one."""
    found: list[Mapping[str, Any]] = []
    waiting, hops = [schema], 0
    while waiting and hops < _MOST_REFERENCES:
        part = waiting.pop(0)
        hops += 1
        if not isinstance(part, Mapping):
            continue
        found.append(part)
        if "$ref" in part:
            waiting.append(referred(part["$ref"], root))
        for word in ("allOf", "anyOf", "oneOf"):
            if isinstance(part.get(word), list):
                waiting.extend(part[word])
    return found or [{}]


def _from_text(schema: Mapping[str, Any], value: Any) -> Any:
    convert = _FROM_TEXT.get(str(schema.get("format", "")))
    if convert is None or type(value) is not str:
        return value
    found = convert(value)
    return value if found is None else found


def _whole(schema: Any, value: Decimal) -> Any:
    """`3.0` for an integer field is the integer."""
    if isinstance(schema, Mapping) and schema.get("type") == "integer" and abs(value.adjusted()) <= MAX_DIGITS:
        return int(value) if value == value.to_integral_value() else value
    return value


def _typed_map(schema: Mapping[str, Any], value: dict[str, Any], root: Any, depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    other = schema.get("additionalProperties")
    changed: dict[str, Any] = {}
    for name, item in value.items():
        found = _typed(known.get(name, other), item, root, depth + 1)
        if found is not item:
            changed[name] = found
    return {**value, **changed} if changed else value


def _typed_list(schema: Mapping[str, Any], value: list[Any], root: Any, depth: int) -> list[Any]:
    first = schema.get("prefixItems")
    leading = first if isinstance(first, list) else []
    items = schema.get("items")
    changed: dict[int, Any] = {}
    for index, item in enumerate(value):
        found = _typed(leading[index] if index < len(leading) else items, item, root, depth + 1)
        if found is not item:
            changed[index] = found
    return [changed.get(index, item) for index, item in enumerate(value)] if changed else value


def plain(value: Any) -> Any:
    """A value of an expression as data that JSON can say.

    Timestamps become ISO 8601 in UTC with `Z`, dates and durations ISO 8601, keys text. Integers stay integers and
    decimals stay Decimal: the encoder writes their digits.

    Raises:
        ExpressionError: too large in total (200,000 elements, 3 million characters), nested too deeply, or an object
            that no JSON stands for. A small expression can give a list of long lists: nothing that an expression gave
            should be encoded without passing through here.
    """
    return _plain(value, [MAX_ELEMENTS], 0)


def _plain(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1 + (len(value) // 16 if isinstance(value, str) else 0)
    if left[0] < 0:
        en, zh = f"the value has more than {MAX_ELEMENTS} elements", f"值的元素超过 {MAX_ELEMENTS} 个"
        raise exceeded("too_big", en, zh)
    if depth > MAX_DATA_DEPTH:
        raise too_nested()
    known = read(value)
    if isinstance(known, dict):
        return {key_text(key): _plain(item, left, depth + 1) for key, item in known.items()}
    if isinstance(known, list):
        return [_plain(item, left, depth + 1) for item in known]
    if isinstance(known, datetime):
        return timestamp_text(known)
    if isinstance(known, date):
        return known.isoformat()
    return duration_text(known) if isinstance(known, timedelta) else known


def key_text(key: Any) -> str:
    """A key of a map as JSON has it: `true` and `1` become text."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)
