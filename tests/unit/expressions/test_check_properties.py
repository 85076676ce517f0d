"""The checker against the evaluator: what is inferred is what comes out."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.expressions import DATA, ENVIRONMENT, foreseen
from waystation.contracts.problems import Severity
from waystation.expressions import ExpressionError, Type, check_expression, compile_expression
from waystation.expressions.functions import FUNCTIONS
from waystation.expressions.functions.signatures import Overload
from waystation.expressions.types import ANY, BOOL, DATE, DURATION, INT, NUMBER, STRING, TIMESTAMP, fits
from waystation.expressions.values import kind_of

_LINE = Type.object_of({"sku": STRING, "qty": INT, "price": NUMBER})
_POINT = Type.object_of({"lat": NUMBER, "lng": NUMBER})
SCOPE = {
    "data": Type.object_of(
        {
            "status": STRING,
            "vip": BOOL,
            "nothing": ANY,
            "count": INT,
            "rate": NUMBER,
            "price": NUMBER,
            "金额": INT,
            "tags": Type.list_of(STRING),
            "lines": Type.list_of(_LINE),
            "address": Type.object_of({"city": STRING, "point": _POINT, "zip": STRING}),
            "day": DATE,
            "at": TIMESTAMP,
            "took": DURATION,
        }
    )
}

_ATOMS = st.sampled_from(
    "1 2.5 'a' '2024-01-01' true null [] data.status data.vip data.count data.rate data.金额 data.tags data.lines "
    "data.lines[0] data.lines[0].qty data.address data.address.zip data.address.point data.day data.at data.took now() "
    "data.lines.map(l,l.qty) data.nothing".split()
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from("+ - * / % < <= == != in && || ??".split())
    ones = st.sampled_from(
        "size round abs sum avg min max sort distinct first last join trim int double string bool timestamp date days "
        "hours getHours getDate getMonth lowerAscii duration".split()
    )
    twos = st.sampled_from("contains split join round min max format distance add_workdays workdays_between".split())
    return st.one_of(
        st.tuples(inner, signs, inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(ones, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(twos, inner, inner).map(lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"),
        st.tuples(st.just("data.vip"), inner, inner).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
        st.tuples(inner, inner).map(lambda parts: f"{parts[0]}.map(x, {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"{parts[0]}.filter(x, x == {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"[{parts[0]}, {parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"{{'a': {parts[0]}, 'b': {parts[1]}}}.b"),
        inner.map(lambda part: f"(-{part})"),
    )


_SAMPLES = {
    "string": ["'a'", "'2024-01-01'", "'2024-01-01T00:00:00Z'", "'1h'", "'1'", "'true'", "'yyyy'", "'0.00'", "'UTC'"],
    "int": ["1", "0"],
    "number": ["1.5", "2"],
    "bool": ["true"],
    "date": ["data.day"],
    "timestamp": ["data.at"],
    "duration": ["data.took"],
    "list": ["data.tags", "[1, 2]", "[data.took]", "[]", "data.lines"],
    "map": ["data.address"],
    "any": ["[31.2, 121.5]", "1", "'a'", "data.day"],
}
_OVERLOADS = [(function.name, overload) for function in FUNCTIONS.values() for overload in function.overloads]


@pytest.mark.parametrize(("name", "overload"), _OVERLOADS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_function_gives_the_type_that_it_declares(name: str, overload: Overload) -> None:
    """Each overload works with some arguments of its kinds, and then the checker's type is that of the value."""
    worked = 0
    samples = product(*(_SAMPLES[parameter.kind] for parameter in overload.parameters))
    for arguments in islice(samples, 120):
        source = f"{name}({', '.join(arguments)})"
        inferred, findings = check_expression(source, SCOPE)
        try:
            value = compile_expression(source).evaluate({"data": DATA}, ENVIRONMENT)
        except ExpressionError as error:
            foreseen(error, source)
            continue
        worked += 1
        assert findings == [], source
        assert _is_of(value, inferred), f"{source}: {value!r} is no {inferred}"
    assert worked


@settings(max_examples=150)
@given(st.recursive(_ATOMS, _grown, max_leaves=5))
def test_the_inferred_type_is_the_type_of_the_value(source: str) -> None:
    """Where the checker finds nothing wrong, the value has the inferred type, in all of its elements."""
    inferred, findings = check_expression(source, SCOPE)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return
    try:
        value = compile_expression(source).evaluate({"data": DATA}, ENVIRONMENT)
    except ExpressionError as error:
        foreseen(error, source)
        return
    assert _is_of(value, inferred), f"{source}: {value!r} is no {inferred}"


def _is_of(value: Any, wanted: Type) -> bool:
    if value is None or isinstance(value, float):
        return True
    if not fits(Type(kind_of(value)), wanted):
        return False
    if isinstance(value, list):
        return all(_is_of(item, wanted.item or ANY) for item in value)
    if isinstance(value, dict):
        return all(_is_of(item, wanted.field_type(str(key)) or ANY) for key, item in value.items())
    return True


@settings(max_examples=150)
@given(st.recursive(_ATOMS, _grown, max_leaves=4))
def test_what_the_checker_calls_certain_is_certain(source: str) -> None:
    """Where it finds an error that no laziness can hide, evaluating fails, or compares what can never be equal."""
    _, findings = check_expression(source, SCOPE)
    certain = [finding for finding in findings if finding.severity is Severity.ERROR]
    lazy = any(mark in source for mark in ("?", "&&", "||", ".map", ".filter", "==", "!=", " in ", "{"))
    if not certain or lazy:
        return
    try:
        value = compile_expression(source).evaluate({"data": DATA}, ENVIRONMENT)
    except ExpressionError as error:
        foreseen(error, source)
        return
    raise AssertionError(f"{source} is {value!r}, but the checker says: {certain[0].en}")
