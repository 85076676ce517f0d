"""The macros over lists and over the keys of maps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.expressions import reason_of, value_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1, 2, 3].all(x, x > 0)", True),
        ("[1, 2, 3].all(x, x > 1)", False),
        ("[].all(x, x > 1)", True),
        ("[1, 2, 3].exists(x, x > 2)", True),
        ("[].exists(x, true)", False),
        ("[1, 2, 3].exists_one(x, x > 2)", True),
        ("[1, 2, 3].exists_one(x, x > 1)", False),
        ("[1, 2, 3].filter(x, x != 2)", [1, 3]),
        ("[1, 2, 3].map(x, x * 2)", [2, 4, 6]),
        ("[1, 2, 3].map(x, x > 1, x * 2)", [4, 6]),
        ("data.lines.map(l, l.qty * l.price)", [Decimal("1.0"), Decimal("3.75")]),
        ("data.lines.map(行, 行.sku)", ["A", "B"]),
        ("{'a': 1, 'b': 2}.all(k, k < 'c')", True),
        ("{'a': 1, 'b': 2}.map(k, k)", ["a", "b"]),
        ("data.address.exists(k, k == 'city')", True),
        ("[[1, 2], [3]].map(row, row.map(x, x + row.size()))", [[3, 4], [4]]),
        ("[1, 2].map(x, [10, 20].map(x, x))", [[10, 20], [10, 20]]),
        ("[1, 2].map(x, [10].map(y, x + y) + [x])", [[11, 1], [12, 2]]),
        ("[1, 2].map(data, data + 1)", [2, 3]),
    ],
)
def test_macros(source: str, expected: Any) -> None:
    """They go over elements in order; an inner variable hides an outer one of the same name."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [("[0, 1].all(x, 1 / x > 5)", False), ("[0, 2].exists(x, 2 / x == 1)", True)],
)
def test_one_element_that_decides_absorbs_errors(source: str, expected: bool) -> None:
    """`all` and `exists` are `&&` and `||` over the elements."""
    assert value_of(source) is expected


@pytest.mark.parametrize(
    "source",
    [
        "[0, 1].all(x, 1 / x > 0)",
        "[0, 1].exists(x, 1 / x > 5)",
        "[0, 1].exists_one(x, 1 / x == 1)",
        "[0].filter(x, 1 / x > 0)",
        "[0].map(x, 1 / x)",
    ],
)
def test_errors_that_matter_come_through(source: str) -> None:
    """The other macros, and elements that do not decide, let errors through."""
    assert reason_of(source) == "zero_division"


@pytest.mark.parametrize(
    "source", ["1.all(x, true)", "'ab'.map(x, x)", "[1].all(x, 1)", "[1].filter(x, 'a')", "[1].map(x, x, x)"]
)
def test_wrong_kinds_in_macros_are_errors(source: str) -> None:
    """They need a list or a map, and their conditions are true or false."""
    assert reason_of(source) == "type"


@pytest.mark.parametrize("source", ["[1].map(x)", "[1].all(x, true, true)", "[1].map(x, 1, 2, 3)"])
def test_macros_have_a_fixed_shape(source: str) -> None:
    """Only `map` has a form with a condition."""
    assert reason_of(source) == "arity"


def test_the_variable_is_gone_after_the_macro() -> None:
    """A variable is known only inside its macro."""
    assert reason_of("[1].all(x, x > 0) && x > 0") == "unknown_name"
