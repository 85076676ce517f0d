"""Hostile expressions: whatever is written ends soon, stays small and raises nothing but ExpressionError."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import calls
from tests.support.expressions import DATA, ENVIRONMENT, foreseen, reason_of, value_of
from waystation.expressions import (
    ExpressionError,
    Type,
    check_expression,
    check_value,
    compile_expression,
    compile_value,
)


def deep_list(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


BIG: dict[str, Any] = {
    "text": "x" * 100_000,
    "list": list(range(10_000)),
    "hundred": list(range(100)),
    "texts": ["ab" * 500] * 10_000,
    "longer": list(range(20_000)),
    "deep": deep_list(5_000),
    "half": "\ud800",
    "huge": 10**5_000,
}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("(" * 20_000, "too_deep"),
        ("[" * 20_000, "too_deep"),
        ("{" * 20_000, "too_deep"),
        ("f(" * 10_000, "too_deep"),
        ("!" * 19_000 + "a", "too_deep"),
        ("-" * 19_000 + "1", "too_deep"),
        ("a?" * 9_000, "too_deep"),
        ("1" + "+1" * 50_000, "too_long"),
        ("a" + ".b" * 9_000, "too_deep"),
        ("a" + "?.b" * 6_000, "too_deep"),
        ("a" + "[0]" * 6_000, "too_deep"),
        ("a" + ".size()" * 2_500, "too_deep"),
        ("a" + "<b" * 9_000, "too_deep"),
        ("(" * 50 + "a" + ".b" * 50 + ")" * 50, "unknown_name"),
        ("((a" + ".b" * 40 + ")" + ".c" * 40 + ")", "too_deep"),
        ("'" + "\\" * 19_998, "syntax"),
        ("x" * 201, "too_long"),
        ("1" * 71, "overflow"),
        ("1e9999999", "syntax"),
    ],
)
def test_hostile_sources_are_refused(source: str, reason: str) -> None:
    """Length, depth and names are bounded before anything is built on them."""
    assert reason == reason_of(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("d.hundred.map(a, d.hundred.map(b, d.hundred.map(c, d.hundred.map(e, a))))", "budget"),
        ("d.list.all(a, d.list.all(b, a != b || a == b))", "budget"),
        ("d.hundred.map(x, d.list.sort())", "budget"),
        ("d.hundred.map(x, d.text.matches('(a|b|x)*y'))", "budget"),
        ("d.texts.map(x, d.texts.map(y, x == y))", "budget"),
        ("d.texts.exists(t, t in d.texts && false)", "budget"),
        ("d.list.map(x, d.text == d.text + '')", "budget"),
        ("[d.list].map(m, d.list.map(x, m)) == [d.list].map(m, d.list.map(x, m))", "budget"),
        ("distinct([d.list].map(m, d.list.map(x, m)))", "budget"),
        ("d.list.map(x, d.list.map(y, x)).size()", "budget"),
        ("d.hundred.map(x, distance([1, x], [x, 1])).map(a, d.hundred.map(b, distance([0, a], [0, b])))", "range"),
        ("['ab'].map(x, x + x)" + ".map(x, x + x)" * 30, "too_big"),
        ("d.text + d.text", "too_big"),
        ("d.text.replace('x', 'yy')", "too_big"),
        ("d.text.split('')", "too_big"),
        ("d.list.map(x, 'ab').join(d.text)", "too_big"),
        ("d.list + d.list", "too_big"),
        ("d.longer.map(x, x)", "too_big"),
        ("max(d.longer)", "too_big"),
        ("d.deep == d.deep", "too_big"),
        ("distinct([d.deep])", "too_big"),
        ("d.huge + 1", "overflow"),
        ("string(d.huge)", "overflow"),
        ("d.half.matches('a')", "pattern"),
        ("'a'.matches(d.half)", "pattern"),
        ("'a'.matches('((a{100}){100}){100}')", "pattern"),
        ("split('a', 'b', 99999999999999999999)[1]", "index"),
    ],
)
def test_hostile_evaluations_end_soon(source: str, reason: str) -> None:
    """Steps, texts and lists are bounded."""
    assert calls(lambda: reason_of(source, d=BIG), at_most=5_000_000)
    assert reason == reason_of(source, d=BIG)


def test_catastrophic_patterns_are_linear() -> None:
    """RE2 has no backtracking."""
    assert value_of("(d.text + '').matches('^(x+x+)+y$')", d={"text": "x" * 50_000}) is False


def test_ordinary_lists_are_well_inside_the_bounds() -> None:
    """Ten thousand elements with a condition of ordinary size are no problem."""
    rows = [{"qty": number, "sku": str(number), "price": 0.5} for number in range(10_000)]
    source = "rows.filter(r, r.qty > 10 && r.sku != 'x').map(r, r.qty * r.price).sum() > 1000"
    assert value_of(source, rows=rows) is True


def test_ordinary_texts_and_lists_cost_little() -> None:
    """Joining, cutting and adding at the size of a real document stay far inside the budget."""
    lines = ["a line of ordinary length"] * 3_000
    assert value_of("lines.join(',').split(',').size()", lines=lines) == 3_000
    assert value_of("(lines + lines).size() + lines.join().size()", lines=lines) == 81_000
    assert value_of("lines.map(l, l.upperAscii().replace('A', 'b').trim()).join().size()", lines=lines) == 75_000


def test_the_budget_is_not_absorbed() -> None:
    """Neither `||` nor `??` nor `exists` goes on after the budget is spent."""
    spend = "d.list.all(a, d.list.all(b, a != b || a == b))"
    for source in (f"{spend} || true", f"[1].exists(x, {spend}) || true", f"({spend}) ?? true"):
        assert reason_of(source, d=BIG) == "budget"


_PIECES = st.sampled_from(
    [*"()[]{}.,:?+-*/%<>=!&|'\" \\\n", "&&", "||", "??", "?.", "==", "!=", "<=", ">=", "in", "true", "null", "0", "1",
     "2.5", "1e3", "'a'", "'2024-01-01'", "data", "data.lines", "data.tags", "data.day", "data.at", "data.took", "x",
     "订单", ".map(x,", ".all(x,", ".filter(x,", "has(", "size(", "round(", "sum(", "sort(", "min(", "date(", "days(",
     "timestamp(", "duration(", "format(", ".matches(", ".split(", ".substring(", ".getHours(", "distance(", "string(",
     "int(", "now()", "${", "}", "$${", "//"]
)  # fmt: skip


@settings(max_examples=250)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_random_texts_raise_nothing_else(source: str) -> None:
    """Compiling, checking and evaluating any text gives a value or an ExpressionError that somebody foresaw."""
    check_expression(source, {"data": Type("any")})
    check_value(source, {"data": Type("any")})
    for compile_text in (compile_expression, compile_value):
        try:
            compiled = compile_text(source)
            if not isinstance(compiled, str):
                compiled.evaluate({"data": DATA, "x": 1}, ENVIRONMENT)
        except ExpressionError as error:
            foreseen(error, source)


_ATOMS = st.sampled_from(
    ["null", "true", "1", "0", "-1", "2.5", "1e-7", "9e40", "''", "'a'", "'1'", "[]", "[1, 'a', null]", "{'a': 1}",
     "{}", "data.absent", "data.lines", "data.tags",
     "data.day", "data.at", "data.took", "now()", "data.price", "[31, 121]"]
)  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "%", "<", ">=", "==", "!=", "in", "&&", "||", "??"])
    functions = st.sampled_from(
        ["size round abs sum avg min max sort distinct first last join trim int double string bool timestamp date days",
         "duration getHours getDate getMonth getMilliseconds lowerAscii hours minutes"]
    ).flatmap(lambda names: st.sampled_from(names.split()))  # fmt: skip
    pairs = st.sampled_from(
        "contains startsWith matches charAt indexOf split join round min max format distance workdays_between "
        "add_workdays getHours getDayOfWeek substring".split()
    )
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(functions, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(pairs, inner, inner).map(lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
        st.tuples(inner, st.sampled_from("all exists exists_one filter map".split()), inner).map(
            lambda parts: f"{parts[0]}.{parts[1]}(x, {parts[2]})"
        ),
        st.tuples(inner, inner).map(lambda parts: f"{parts[0]}[{parts[1]}]"),
        inner.map(lambda part: f"-({part})"),
        inner.map(lambda part: f"!({part})"),
        inner.map(lambda part: f"({part})?.a.b"),
    )


@settings(max_examples=250)
@given(st.recursive(_ATOMS, _grown, max_leaves=6))
def test_every_operator_takes_or_refuses_every_value(source: str) -> None:
    """No combination of operators, functions and kinds ends in an error of Python's own."""
    check_expression(source, {"data": Type("any")})
    try:
        compile_expression(source).evaluate({"data": DATA}, ENVIRONMENT)
    except ExpressionError as error:
        foreseen(error, source)


def test_a_caller_deep_in_its_own_stack_gets_an_expression_error() -> None:
    """Where the stack is nearly used up, that is no crash of the expression's caller."""
    source = "(" * 50 + "1" + ")" * 50
    reasons = _at_the_bottom(source, 0)
    assert reasons <= {"too_deep", "unforeseen", "fine"}
    assert {"too_deep", "fine"} <= reasons


def _at_the_bottom(source: str, level: int) -> set[str]:
    """What compiling gives at every tenth depth of the stack down to where no further call is possible."""
    found: set[str] = set()
    try:
        found |= _at_the_bottom(source, level + 1)
    except RecursionError:
        return found
    if level % 10:
        return found
    try:
        check_expression(source, {})
        compile_expression(f"{source} + {level}")
    except ExpressionError as error:
        return found | {error.reason}
    except RecursionError:
        return found
    return found | {"fine"}
