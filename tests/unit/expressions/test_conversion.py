"""Data on its way into expressions and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waystation.expressions import ExpressionError, plain, typed

AT = datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string", "format": "date"}, "2024-03-01", date(2024, 3, 1)),
        ({"type": "string", "format": "date-time"}, "2024-03-01T16:00:00+08:00", AT),
        ({"type": "string", "format": "duration"}, "PT90S", timedelta(seconds=90)),
        ({"type": "string", "format": "duration"}, "2h", timedelta(hours=2)),
        ({"type": "string", "format": "date"}, "soon", "soon"),
        ({"type": "string", "format": "date"}, None, None),
        ({"type": "string"}, "2024-03-01", "2024-03-01"),
        ({"type": "string", "format": "email"}, "a@b", "a@b"),
        ({"type": "number"}, 0.1, Decimal("0.1")),
        ({"type": "number"}, 3, 3),
        ({"type": "integer"}, 3.0, 3),
        ({"type": "integer"}, Decimal("3.0"), 3),
        ({"type": "integer"}, 3.5, Decimal("3.5")),
        (None, 0.1, Decimal("0.1")),
        (True, [0.1, {"a": 1e300}], [Decimal("0.1"), {"a": Decimal("1E+300")}]),
        ({"items": {"format": "date"}}, ["2024-03-01", 1], [date(2024, 3, 1), 1]),
        ({"prefixItems": [{}, {"format": "date"}], "items": {"format": "date-time"}}, ["2024-03-01"] * 2, None),
        ({"properties": {"d": {"format": "date"}}}, {"d": "2024-03-01", "e": "x"}, {"d": date(2024, 3, 1), "e": "x"}),
        ({"additionalProperties": {"format": "date"}}, {"d": "2024-03-01"}, {"d": date(2024, 3, 1)}),
        ({"anyOf": [{"format": "date"}, {"type": "null"}]}, "2024-03-01", date(2024, 3, 1)),
        ({"allOf": [{"properties": {"d": {"format": "date"}}}]}, {"d": "2024-03-01"}, {"d": date(2024, 3, 1)}),
        ({"$ref": "#/$defs/day", "$defs": {"day": {"format": "date"}}}, "2024-03-01", date(2024, 3, 1)),
    ],
)
def test_typed_gives_what_expressions_see(schema: Any, value: Any, expected: Any) -> None:
    """Formats become their types, floats exact decimals; what is not of its format is left for the schema check."""
    if expected is None and value is not None:
        expected = ["2024-03-01", date(2024, 3, 1)]
    result = typed(schema, value)
    assert expected == result
    assert type(expected) is type(result)


def test_typed_follows_a_schema_that_refers_to_itself() -> None:
    """It goes as deep as the data."""
    schema = {"properties": {"d": {"format": "date"}, "child": {"$ref": "#"}}}
    value = {"child": {"child": {"d": "2024-03-01"}}}
    assert typed(schema, value) == {"child": {"child": {"d": date(2024, 3, 1)}}}
    assert typed({"$ref": "#"}, "x") == "x"


def test_typed_shares_what_it_does_not_change() -> None:
    """Unchanged parts are the same objects, and the given value is never altered."""
    value = {"a": {"b": [1, "x"]}, "d": "2024-03-01", "f": [0.5]}
    result = typed({"properties": {"d": {"format": "date"}}}, value)
    assert result["a"] is value["a"]
    assert value == {"a": {"b": [1, "x"]}, "d": "2024-03-01", "f": [0.5]}
    assert typed({}, value["a"]) is value["a"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (Decimal("1.50"), Decimal("1.50")),
        ("x", "x"),
        (AT, "2024-03-01T08:00:00Z"),
        (AT.astimezone(timezone(timedelta(hours=8))), "2024-03-01T08:00:00Z"),
        (AT.replace(microsecond=250_000), "2024-03-01T08:00:00.25Z"),
        (date(2024, 3, 1), "2024-03-01"),
        (timedelta(days=1, hours=2), "P1DT2H"),
        (timedelta(seconds=-90), "-PT1M30S"),
        (timedelta(0), "PT0S"),
        (timedelta(days=2), "P2D"),
        (timedelta(microseconds=1), "PT0.000001S"),
        ([AT, (1, 2)], ["2024-03-01T08:00:00Z", [1, 2]]),
        ({2: "a", True: "b", "c": {3: 0.5}}, {"2": "a", "true": "b", "c": {"3": Decimal("0.5")}}),
        (MappingProxyType({"a": 1}), {"a": 1}),
    ],
)
def test_plain_gives_what_json_can_say(value: Any, expected: Any) -> None:
    """Times become ISO 8601 in UTC, keys text; numbers stay exact."""
    result = plain(value)
    assert expected == result
    assert type(expected) is type(result)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_both_ways_are_bounded() -> None:
    """Data that is nested without end, or shared until it would fill the memory, is an error."""
    inner = list(range(10_000))
    for value in (nested(5_000), [inner] * 10_000, ["x" * 100_000] * 1_000, float("nan"), {"a": object()}):
        with pytest.raises(ExpressionError):
            plain(value)
    for value in (nested(5_000), float("inf"), [float("nan")]):
        with pytest.raises(ExpressionError):
            typed({}, value)
    assert plain(nested(100)) == nested(100)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30)
@given(_JSON)
def test_data_comes_back_as_it_went(value: Any) -> None:
    """Without formats, `plain(typed(x))` is x with decimals for floats, digit for digit."""
    result = plain(typed(True, value))
    assert json.dumps(result, default=str) == json.dumps(_with_decimals(value), default=str)


def _with_decimals(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_with_decimals(item) for item in value]
    return {key: _with_decimals(item) for key, item in value.items()} if isinstance(value, dict) else value


@settings(max_examples=30)
@given(st.datetimes(timezones=st.just(UTC)), st.dates(), st.timedeltas(timedelta(days=-9_999), timedelta(days=9_999)))
def test_times_come_back_as_they_went(at: datetime, day: date, span: timedelta) -> None:
    """`typed(plain(x))` is x for every format."""
    schema = {"prefixItems": [{"format": "date-time"}, {"format": "date"}, {"format": "duration"}]}
    assert typed(schema, plain([at, day, span])) == [at, day, span]
