"""Arithmetic and order of values. Integers are exact, decimals have 34 digits, nothing passes through a float.

Errors are raised without a place; the evaluator knows where the operator stands.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException, DivisionByZero
from typing import Any

from waystation.expressions.errors import ExpressionError, failure, missing
from waystation.expressions.limits import DECIMALS, MAX_DURATION, MAX_INTEGER
from waystation.expressions.values import NUMERIC, check_list, check_text, named

_MICROSECOND = timedelta(microseconds=1)
_ORDERED = (str, datetime, date, timedelta, bool)


def add(left: Any, right: Any) -> Any:
    """`+`: numbers, texts, lists, a time and a duration in either order, durations."""
    kind, other = type(left), type(right)
    if kind in NUMERIC and other in NUMERIC:
        if kind is int and other is int:
            return _bounded(left + right)
        return _decimal(DECIMALS.add, left, right)
    if kind is str and other is str:
        check_text(len(left) + len(right))
        return left + right
    if kind is list and other is list:
        check_list(len(left) + len(right))
        return left + right
    if other is timedelta and kind in (datetime, date, timedelta):
        return shift(left, right)
    if kind is timedelta and other in (datetime, date):
        return shift(right, left)
    raise _unfit("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """`-`: numbers, a time minus a duration, two times of one kind, durations."""
    kind, other = type(left), type(right)
    if kind in NUMERIC and other in NUMERIC:
        if kind is int and other is int:
            return _bounded(left - right)
        return _decimal(DECIMALS.subtract, left, right)
    if other is timedelta and kind in (datetime, date, timedelta):
        return shift(left, -within_reach(right))
    if kind is other and kind in (datetime, date):
        return left - right
    raise _unfit("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """`*`: numbers, a duration and a number in either order."""
    kind, other = type(left), type(right)
    if kind in NUMERIC and other in NUMERIC:
        if kind is int and other is int:
            return _bounded(left * right)
        return _decimal(DECIMALS.multiply, left, right)
    if kind is timedelta and other in NUMERIC:
        return duration_of(_decimal(DECIMALS.multiply, left // _MICROSECOND, right))
    if other is timedelta and kind in NUMERIC:
        return duration_of(_decimal(DECIMALS.multiply, right // _MICROSECOND, left))
    raise _unfit("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """`/`: numbers, always to a decimal; a duration by a number; two durations to a decimal."""
    kind, other = type(left), type(right)
    if kind in NUMERIC and other in NUMERIC:
        return _decimal(DECIMALS.divide, left, right)
    if kind is timedelta and other in NUMERIC:
        return duration_of(_decimal(DECIMALS.divide, left // _MICROSECOND, right))
    if kind is timedelta and other is timedelta:
        return _decimal(DECIMALS.divide, left // _MICROSECOND, right // _MICROSECOND)
    raise _unfit("/", left, right)


def remainder(left: Any, right: Any) -> Any:
    """`%`: what is left of a division towards zero, so it has the sign of the left side, as in CEL."""
    kind, other = type(left), type(right)
    if kind is int and other is int:
        if right == 0:
            raise _by_zero()
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    if kind in NUMERIC and other in NUMERIC:
        return _decimal(DECIMALS.remainder, left, right)
    raise _unfit("%", left, right)


ARITHMETIC = {"+": add, "-": subtract, "*": multiply, "/": divide, "%": remainder}


def negate(value: Any) -> Any:
    """Unary `-`: numbers and durations."""
    kind = type(value)
    if kind is int:
        return -value
    if kind is Decimal:
        return value.copy_negate() if value else value
    if kind is timedelta:
        return -within_reach(value)
    if value is None:
        raise missing("the value after '-' is missing", "'-' 后面的值缺失")
    en, zh = named(value)
    raise failure("type", f"'-' cannot be applied to {en}", f"'-' 不能用于{zh}")


def comparable(left: Any, right: Any, operator: str) -> None:
    """Raises ExpressionError unless the two have an order: numbers, or two of one kind."""
    kind, other = type(left), type(right)
    if (kind in NUMERIC and other in NUMERIC) or (kind is other and kind in _ORDERED):
        return
    raise _unfit(operator, left, right)


def shift(moment: Any, by: timedelta) -> Any:
    """A time or duration moved by a duration. A date moves by whole days only."""
    if type(moment) is date and by % timedelta(days=1):
        en = "a date moves by whole days only; use timestamp(date) for hours"
        raise failure("type", en, "日期只能按整天加减；需要小时请用 timestamp(日期)")
    try:
        moved = moment + by
    except OverflowError:
        raise failure("range", "the time is out of range", "时间超出范围") from None
    return within_reach(moved) if type(moved) is timedelta else moved


def within_reach(span: timedelta) -> timedelta:
    """The duration itself. Raises ExpressionError beyond ten thousand years."""
    if -MAX_DURATION <= span <= MAX_DURATION:
        return span
    raise failure("range", "the duration is out of range", "时长超出范围")


def duration_of(microseconds: Decimal) -> timedelta:
    """A duration of so many microseconds, half-up. Raises ExpressionError beyond ten thousand years."""
    if microseconds.adjusted() < -1:
        return timedelta(0)
    if microseconds.adjusted() > 18:
        raise failure("range", "the duration is out of range", "时长超出范围")
    return within_reach(timedelta(microseconds=int(microseconds.to_integral_value(DECIMALS.rounding))))


def _bounded(value: int) -> int:
    if -MAX_INTEGER < value < MAX_INTEGER:
        return value
    raise failure("overflow", "the number is too large", "数字过大")


def _decimal(operation: Any, left: int | Decimal, right: int | Decimal) -> Decimal:
    try:
        result: Decimal = operation(left, right)
        return result
    except DivisionByZero:
        raise _by_zero() from None
    except (DecimalException, ValueError):
        if right == 0 and operation in (DECIMALS.divide, DECIMALS.remainder):
            raise _by_zero() from None
        raise failure("overflow", "the number is too large or has too many digits", "数字过大或位数过多") from None


def _by_zero() -> ExpressionError:
    return failure("zero_division", "division by zero", "除数为零")


def _unfit(operator: str, left: Any, right: Any) -> ExpressionError:
    if left is None or right is None:
        side, zh_side = ("left", "左边") if left is None else ("right", "右边")
        return missing(f"the value {side} of '{operator}' is missing", f"'{operator}' {zh_side}的值缺失")
    (en, zh), (other_en, other_zh) = named(left), named(right)
    return failure(
        "type", f"'{operator}' cannot be applied to {en} and {other_en}", f"'{operator}' 不能用于{zh}和{other_zh}"
    )
