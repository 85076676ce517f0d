"""Functions of numbers and the conversions between kinds. Every result is exact; nothing passes through a float."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from waystation.expressions.environment import Frame
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.functions.signatures import function, takes
from waystation.expressions.limits import DECIMALS, MAX_DIGITS
from waystation.expressions.types import BOOL, DATE, DURATION, INT, NUMBER, STRING, TIMESTAMP, Type
from waystation.expressions.values import check_integer, number_text, timestamp_text

_INTEGER = re.compile(r"-?[0-9]{1,70}")
_DECIMAL = re.compile(r"-?(?:[0-9]{1,70}(?:\.[0-9]{0,70})?|\.[0-9]{1,70})(?:[eE][+-]?[0-9]{1,4})?")
_TRUE = ("true", "True", "TRUE", "t", "1")
_FALSE = ("false", "False", "FALSE", "f", "0")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _round(frame: Frame, value: int | Decimal, digits: int = 0) -> int | Decimal:
    """Half-up: away from zero in the middle. Without digits, and for tens and hundreds, an integer."""
    if not -DECIMALS.prec <= digits <= DECIMALS.prec:
        raise failure("range", f"digits are between -{DECIMALS.prec} and {DECIMALS.prec}", "小数位数超出范围")
    if isinstance(value, int) and digits >= 0:
        return value
    try:
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), context=DECIMALS)
    except DecimalException:
        raise failure("overflow", "the number has too many digits to round", "数字位数过多，无法舍入") from None
    return check_integer(int(rounded)) if digits <= 0 else rounded


def _rounded_type(arguments: tuple[Type, ...]) -> Type:
    return INT if len(arguments) == 1 else NUMBER


def _int(frame: Frame, value: int | Decimal | str | datetime) -> int:
    """A decimal loses its fraction; a text must be an integer; a timestamp is its seconds since 1970."""
    if isinstance(value, str):
        if _INTEGER.fullmatch(value) is None:
            raise _unreadable(value, "an integer", "整数")
        return check_integer(int(value))
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(seconds=1)
    if isinstance(value, Decimal) and value.adjusted() > MAX_DIGITS:
        raise failure("overflow", "the number is too large", "数字过大")
    return check_integer(int(value))


def _double(frame: Frame, value: int | Decimal | str) -> Decimal:
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value) is None:
            raise _unreadable(value, "a number", "数字")
        value = Decimal(value)
    try:
        return DECIMALS.plus(Decimal(value))
    except DecimalException:
        raise failure("overflow", "the number is too large", "数字过大") from None


def _bool(frame: Frame, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in _TRUE and value not in _FALSE:
        raise _unreadable(value, "true or false", "布尔值")
    return value in _TRUE


def _string(frame: Frame, value: Any) -> str:
    """CEL's text of a scalar: `true`, `1.5`, `2024-03-01T00:00:00Z`, `5400s`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return timestamp_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return number_text(Decimal(value // timedelta(microseconds=1)).scaleb(-6)) + "s"
    return number_text(value)


def _unreadable(text: str, what: str, zh: str) -> ExpressionError:
    shown = text if len(text) <= 40 else text[:37] + "…"
    return failure("parse", f"'{shown}' is not {what}", f"'{shown}' 不是{zh}")


FUNCTIONS = (
    function(
        "round",
        takes(NUMBER, gives=_rounded_type, run=_round),
        takes(NUMBER, INT, gives=_rounded_type, run=_round),
    ),
    function("abs", takes(NUMBER, gives=lambda types: types[0], run=lambda frame, value: abs(value))),
    function("int", *(takes(kind, gives=INT, run=_int) for kind in (NUMBER, STRING, TIMESTAMP)), method=False),
    function("double", *(takes(kind, gives=NUMBER, run=_double) for kind in (NUMBER, STRING)), method=False),
    function("bool", *(takes(kind, gives=BOOL, run=_bool) for kind in (BOOL, STRING)), method=False),
    function(
        "string",
        *(takes(kind, gives=STRING, run=_string) for kind in (STRING, NUMBER, BOOL, TIMESTAMP, DATE, DURATION)),
        method=False,
    ),
)
