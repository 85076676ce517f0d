"""The values of an expression: their kinds, equality by value, and their text.

| kind      | in Python                | from JSON Schema                     |
|-----------|--------------------------|--------------------------------------|
| null      | None                     | null                                 |
| bool      | bool                     | boolean                              |
| int       | int                      | integer, format money                |
| number    | Decimal                  | number                               |
| string    | str                      | string                               |
| date      | date                     | string, format date                  |
| timestamp | aware datetime           | string, format date-time             |
| duration  | timedelta                | string, format duration              |
| list      | list                     | array                                |
| map       | dict with keys of text   | object                               |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from waystation.expressions.environment import Frame
from waystation.expressions.errors import ExpressionError, exceeded, failure
from waystation.expressions.limits import MAX_DATA_DEPTH, MAX_DIGITS, MAX_INTEGER, MAX_LIST, MAX_TEXT

#: Kind of each Python type that an operator may meet.
KINDS: dict[type, str] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    Decimal: "number",
    str: "string",
    date: "date",
    datetime: "timestamp",
    timedelta: "duration",
    list: "list",
    dict: "map",
}

#: What a kind is called in sentences: English, Chinese.
KIND_NAMES: dict[str, tuple[str, str]] = {
    "any": ("any value", "任意值"),
    "null": ("null", "空值"),
    "bool": ("true/false", "布尔值"),
    "int": ("integer", "整数"),
    "number": ("number", "数字"),
    "string": ("text", "文本"),
    "date": ("date", "日期"),
    "timestamp": ("timestamp", "时间"),
    "duration": ("duration", "时长"),
    "list": ("list", "列表"),
    "map": ("map", "映射"),
    "object": ("map", "映射"),
}

#: Types that are taken as they are; everything else goes through `read`.
PLAIN = frozenset(KINDS)

NUMERIC = (int, Decimal)


def read(value: Any) -> Any:
    """A value from outside as one of the types above: a float is the decimal it prints as, a tuple is a list.

    Raises ExpressionError for what has no kind, such as NaN or an object.
    """
    kind = type(value)
    if kind in PLAIN:
        return value
    if isinstance(value, float):
        return exact(value)
    if isinstance(value, tuple | list):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    raise failure("type", f"a value of type {kind.__name__} cannot be used", f"不支持类型为 {kind.__name__} 的值")


def exact(value: float) -> Decimal:
    """The decimal that a float prints as: 0.1 is exactly one tenth. Raises ExpressionError for NaN and infinity."""
    number = Decimal(repr(float(value)))
    if not number.is_finite():
        raise failure("range", "not a finite number", "不是有限的数字")
    return number


def kind_of(value: Any) -> str:
    return KINDS.get(type(value), "any")


def named(value: Any) -> tuple[str, str]:
    """What a value's kind is called, in English and Chinese."""
    return KIND_NAMES[kind_of(value)]


def equal(frame: Frame, left: Any, right: Any, depth: int = 0) -> bool:
    """Equality by value: numbers whatever their type, lists and maps by their elements, different kinds never."""
    kind, other = type(left), type(right)
    if kind is list and other is list:
        _step_in(frame, len(left), depth)
        if len(left) != len(right):
            return False
        return all(equal(frame, read(a), read(b), depth + 1) for a, b in zip(left, right, strict=True))
    if kind is dict and other is dict:
        _step_in(frame, len(left), depth)
        if len(left) != len(right):
            return False
        absent = object()
        for key, value in left.items():
            against = right.get(key, absent)
            if against is absent or not equal(frame, read(value), read(against), depth + 1):
                return False
        return True
    if kind is other:
        if kind is str and len(left) > 256:
            frame.charge(len(left) // 256)
        return bool(left == right)
    return kind in NUMERIC and other in NUMERIC and bool(left == right)


def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """The value under `key`, null where there is none. Keys true and 1 differ, keys 1 and 1.0 do not."""
    if type(key) is str:
        return read(mapping.get(key))
    if type(key) is Decimal:
        if abs(key.adjusted()) > MAX_DIGITS or key != key.to_integral_value():
            return None
        key = int(key)
    if type(key) not in (int, bool):
        en, zh = named(key)
        raise failure(
            "type", f"a key is text, an integer or true/false, not {en}", f"键是文本、整数或布尔值，而不是{zh}"
        )
    if key in mapping and any(type(found) is type(key) and found == key for found in mapping):
        return read(mapping[key])
    return None


def _step_in(frame: Frame, length: int, depth: int) -> None:
    frame.charge(1 + length)
    if depth > MAX_DATA_DEPTH:
        raise too_nested()


def too_nested() -> ExpressionError:
    en, zh = f"the data is nested more than {MAX_DATA_DEPTH} deep", f"数据嵌套超过 {MAX_DATA_DEPTH} 层"
    return exceeded("too_big", en, zh)


def check_text(length: int) -> None:
    """Raises BudgetExceeded for a text that would be too long."""
    if length > MAX_TEXT:
        raise exceeded("too_big", f"the text is longer than {MAX_TEXT} characters", f"文本超过 {MAX_TEXT} 个字符")


def check_list(length: int) -> None:
    """Raises BudgetExceeded for a list that would be too long."""
    if length > MAX_LIST:
        raise exceeded("too_big", f"the list has more than {MAX_LIST} elements", f"列表超过 {MAX_LIST} 个元素")


def check_integer(value: int) -> int:
    if -MAX_INTEGER < value < MAX_INTEGER:
        return value
    raise failure("overflow", "the number is too large", "数字过大")


def number_text(value: int | Decimal) -> str:
    """The digits of a number, without exponent and without trailing zeros: equal numbers have equal texts."""
    if isinstance(value, int):
        return str(check_integer(value))
    if not value.is_finite() or abs(value.adjusted()) > MAX_TEXT:
        raise failure("overflow", "the number is too large", "数字过大")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def timestamp_text(value: datetime) -> str:
    """RFC 3339 in UTC: `2024-03-01T08:00:00Z`, with a fraction only where there is one. A naive time is UTC."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    text = aware.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def duration_text(value: timedelta) -> str:
    """ISO 8601: `P1DT2H30M`, `PT0S`, `-PT5M`."""
    seconds, fraction = divmod(abs(value // timedelta(microseconds=1)), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = "".join(f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M")) if amount)
    if seconds or fraction:
        clock += number_text(seconds + Decimal(fraction).scaleb(-6)) + "S"
    day = f"{days}D" if days else ""
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}P{day}" + (f"T{clock}" if clock else "" if day else "T0S")
