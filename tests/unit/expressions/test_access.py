"""Reading names, fields and elements, and what happens where they are absent."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from tests.support.expressions import ENVIRONMENT, failure_of, reason_of, value_of
from waystation.expressions import compile_expression


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data.status", "new"),
        ("data['status']", "new"),
        ("data.金额", 1200),
        ("data.address.city", "上海"),
        ("data.address.point.lat", Decimal("31.2")),
        ("data.lines[1].sku", "B"),
        ("data.lines[1]['qty']", 3),
        ("data.lines[4 / 4].sku", "B"),
        ("[10, 20][1]", 20),
        ("{'a': 1, 'b': {'c': 2}}.b.c", 2),
        ("{1: 'one', 2: 'two'}[2.0]", "two"),
        ("{true: 'yes', false: 'no'}[data.vip]", "yes"),
        ("{1: 'one'}[true]", None),
    ],
)
def test_fields_and_elements(source: str, expected: Any) -> None:
    """Fields by name, elements from 0, a float is the decimal it prints as; true and 1 are different keys."""
    assert expected == value_of(source)


@pytest.mark.parametrize("source", ["data.absent", "data.nothing", "data.address.zip", "data['absent']", "{}.a"])
def test_reading_what_is_absent_gives_null(source: str) -> None:
    """A missing field alone is no error: its value is null."""
    assert value_of(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "data.absent + 1",
        "1 - data.absent",
        "data.absent < 1",
        "data.nothing >= null",
        "!data.absent",
        "data.absent && true",
        "data.absent ? 1 : 2",
        "-data.absent",
        "data.absent.field",
        "data.nothing.field.more",
        "data.absent[0]",
        "data.tags[data.absent]",
        "1 in data.absent",
        "size(data.absent)",
        "data.absent.size()",
        "data.absent.all(x, x > 0)",
        "data.status + data.absent",
        "sum([1, data.absent])",
        "max([])  + 1",
    ],
)
def test_using_what_is_absent_is_an_error(source: str) -> None:
    """Null is neither zero nor false nor an empty text: whatever needs a value says that it is missing."""
    assert reason_of(source) == "missing"


def test_the_error_says_what_is_missing() -> None:
    """The path that is absent is named and is the place."""
    error = failure_of("data.count > 0 && data.address.floor * 2 > 3")
    assert (error.en, error.zh) == ("'data.address.floor' is missing", "'data.address.floor' 缺失")
    assert (error.start, error.end) == (18, 36)


@pytest.mark.parametrize("source", ["data.tags[3]", "data.tags[-1]", "data.tags[99999999999999999999]", "[][0]"])
def test_an_element_outside_of_a_list_is_an_error(source: str) -> None:
    """Elements do not wrap around."""
    assert reason_of(source) == "index"


@pytest.mark.parametrize("source", ["data.tags['a']", "data.tags[0.5]", "data.status[0]", "data.count.x", "true.x"])
def test_access_to_the_wrong_kind_is_an_error(source: str) -> None:
    """Texts and numbers have neither fields nor elements."""
    assert reason_of(source) == "type"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data.absent ?? 1", 1),
        ("data.nothing ?? 1", 1),
        ("data.count ?? 1", 3),
        ("data.absent.deeper.still ?? 'x'", "x"),
        ("data.tags[9] ?? 'none'", "none"),
        ("data.absent + 1 ?? 0", 0),
        ("data.absent ?? data.nothing ?? 5", 5),
        ("data.absent ?? null", None),
        ("data.count ?? 0 > 2", True),
        ("data.absent ?? 0 + 1 == 1", True),
        ("data.flag ?? false || true", True),
        ("false ?? true", False),
        ("max([]) ?? 0", 0),
        ("unknown ?? 'x'", "x"),
    ],
)
def test_coalesce_gives_the_first_that_is_there(source: str, expected: Any) -> None:
    """`??` binds tighter than comparisons and looser than sums; false and 0 are values."""
    assert expected == value_of(source)


@pytest.mark.parametrize("source", ["1 / 0 ?? 1", "(data.status + 1) ?? 1", "data.count.x ?? 1"])
def test_coalesce_hides_no_other_error(source: str) -> None:
    """Only absence is absorbed."""
    assert reason_of(source) in {"zero_division", "type"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data?.status", "new"),
        ("data.absent?.field", None),
        ("data.absent?.field.deeper[0].still", None),
        ("data.nothing?.size()", None),
        ("data.status?.size()", 3),
        ("data.absent?.all(x, x > 0)", None),
        ("data.tags?.filter(x, x == 'b')", ["b"]),
        ("data.absent?.field ?? 'x'", "x"),
        ("data.absent?.field == null", True),
        ("size([data.absent?.field, 1])", 2),
        ("data.tags.map(t, data.absent?.x)", [None, None, None]),
    ],
)
def test_quiet_access_ends_the_chain(source: str, expected: Any) -> None:
    """Where `?.` finds nothing the whole chain is null, and what follows in it is not evaluated."""
    assert expected == value_of(source)


@pytest.mark.parametrize("source", ["(data.absent?.field).deeper", "data?.absent.deeper"])
def test_quiet_access_forgives_only_its_own_link(source: str) -> None:
    """A later `.` on something missing is still an error, and so is one outside of the chain's parentheses."""
    assert reason_of(source) == "missing"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("has(data.status)", True),
        ("has(data.absent)", False),
        ("has(data.nothing)", False),
        ("has(data.address.city)", True),
        ("has(data.absent.city)", False),
        ("has(data.absent?.city)", False),
        ("has(data.lines[0].sku)", True),
        ("has(data.lines[7].sku)", False),
        ("has({'a': 1}.a)", True),
        ("!has(data.absent) || data.absent > 1", True),
        ("data.lines.all(line, has(line.sku))", True),
    ],
)
def test_has_asks_without_failing(source: str, expected: bool) -> None:
    """False where the field or anything on the way to it is absent; null counts as absent."""
    assert value_of(source) is expected


def test_has_on_something_without_fields_is_an_error() -> None:
    """`has` absorbs absence, not a mistake."""
    assert reason_of("has(data.count.x)") == "type"


def test_names_may_be_any_mapping_and_values_any_json_shape() -> None:
    """Read-only mappings and tuples are maps and lists."""
    names = MappingProxyType({"data": MappingProxyType({"points": (1, 2), "inner": MappingProxyType({"a": 0.5})})})
    evaluate = compile_expression("data.points[1] + data.inner.a").evaluate
    assert Decimal("2.5") == evaluate(names, ENVIRONMENT)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_values_without_a_kind_are_errors(value: Any) -> None:
    """What is no JSON value cannot be read, wherever it stands."""
    for source in ("x", "[x][0]", "{'a': x}.a", "[x].map(y, y)", "x == 1"):
        assert reason_of(source, x=value) in {"type", "range"}


def test_unknown_names_are_errors() -> None:
    """A name that is not in scope is no null."""
    error = failure_of("1 + nope")
    assert (error.reason, error.start, error.end) == ("unknown_name", 4, 8)
