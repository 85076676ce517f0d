"""Functions of numbers and of lists."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.expressions import reason_of, value_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.4999)", 2),
        ("round(2.345, 2)", Decimal("2.35")),
        ("round(2.344, 2)", Decimal("2.34")),
        ("(1.005).round(2)", Decimal("1.01")),
        ("round(1250, -2)", 1300),
        ("round(7)", 7),
        ("round(7, 2)", 7),
        ("abs(-3)", 3),
        ("abs(-3.5)", Decimal("3.5")),
        ("sum([1, 2.5, 3])", Decimal("6.5")),
        ("sum([])", 0),
        ("sum([data.took, hours(1)])", timedelta(hours=2, minutes=30)),
        ("sum(data.lines.map(l, l.price * l.qty))", Decimal("4.75")),
        ("data.lines.map(l, l.qty).sum()", 5),
        ("avg([1, 2])", Decimal("1.5")),
        ("avg([])", None),
        ("min(3, 1, 2)", 1),
        ("min([3, 1, 2])", 1),
        ("max(1, 1.5)", Decimal("1.5")),
        ("max(['a', 'c', 'b'])", "c"),
        ("max([date('2024-01-01'), data.day])", date(2024, 3, 1)),
        ("max([])", None),
        ("[3, 1.5, 2].sort()", [Decimal("1.5"), 2, 3]),
        ("sort(['b', 'a'])", ["a", "b"]),
        ("sort([])", []),
        ("distinct([1, 1.0, '1', true, 1])", [1, "1", True]),
        ("distinct([[1], [1.0], {'a': 1}, {'a': 1.0}])", [[1], {"a": 1}]),
        ("data.tags.distinct()", ["a", "b"]),
        ("first([1, 2])", 1),
        ("last([1, 2])", 2),
        ("first([])", None),
        ("data.lines.first().sku", "A"),
    ],
)
def test_functions_of_numbers_and_lists(source: str, expected: Any) -> None:
    """Rounding is half-up, away from zero; elements compare by value; of nothing there is no extreme."""
    result = value_of(source)
    assert expected == result
    assert type(expected) is type(result)


@pytest.mark.parametrize(
    "source", ["sum(['a'])", "sum([1, days(1)])", "min(1, 'a')", "sort([1, 'a'])", "sort([[1]])", "max([true, 1])"]
)
def test_mixed_elements_are_errors(source: str) -> None:
    """There is no order between different kinds, and no sum of texts."""
    assert reason_of(source) == "type"


@pytest.mark.parametrize("source", ["sum([1, null])", "min([null, 1])", "sort([1, null])"])
def test_missing_elements_are_errors(source: str) -> None:
    """A gap is not zero."""
    assert reason_of(source) == "missing"


def test_results_are_new_lists() -> None:
    """Sorting leaves the data as it is."""
    numbers = [3, 1, 2]
    assert value_of("sort(numbers)", numbers=numbers) == [1, 2, 3]
    assert numbers == [3, 1, 2]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("nope(1)", "unknown_function"),
        ("[1].nope()", "unknown_function"),
        ("round()", "arity"),
        ("round(1, 2, 3)", "arity"),
        ("'a'.contains()", "arity"),
        ("now(1)", "arity"),
        ("min(1)", "type"),
        ("min()", "arity"),
        ("1.5.string()", "unknown_function"),
        ("round(1.5, 0.5)", "type"),
        ("round(1.5, 99)", "range"),
    ],
)
def test_calls_that_no_function_takes(source: str, reason: str) -> None:
    """Names and numbers of arguments are known before anything runs."""
    assert reason == reason_of(source)
