"""Our evaluator against the CEL project's own, on what the two languages share.

Differences by design are left out: our decimals are exact and CEL's doubles are not, our integers do not overflow,
`/` of integers gives a decimal, a missing key is null, and null counts as absent for `has`.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.support.expressions import ENVIRONMENT, foreseen
from waystation.expressions import ExpressionError, compile_expression

cel = pytest.importorskip("cel_expr_python.cel", reason="the CEL project has no wheel for this platform")
ext_strings = pytest.importorskip("cel_expr_python.ext.ext_strings")

NAMES: dict[str, Any] = {
    "a": 3,
    "b": -7,
    "s": "中文ab",
    "t": True,
    "l": [1, 2, 3],
    "m": {"k": 5, "z": "x"},
    "n": None,
}
ORACLE = cel.NewEnv(
    variables=dict.fromkeys(NAMES, cel.Type.DYN),
    extensions=[ext_strings.ExtStrings()],
)
ERROR = "error"


def theirs(source: str) -> tuple[Any, bool]:
    """What CEL makes of it, a value or `ERROR`, and whether its checker let it pass at all."""
    try:
        program = ORACLE.compile(source)
    except Exception:  # noqa: BLE001 - the binding raises bare RuntimeError for whatever its checker refuses
        return None, False
    result = program.eval(data=NAMES)
    return (ERROR if result.type() == cel.Type.ERROR else result.plain_value()), True


def ours(source: str) -> Any:
    try:
        return compile_expression(source).evaluate(NAMES, ENVIRONMENT)
    except ExpressionError as error:
        foreseen(error, source)
        return ERROR


@pytest.mark.parametrize(
    "source",
    [
        "1 + 2 * 3 - 4", "-7 % 3", "7 % -3", "1 % 0", "a > b && t", "a in l", "7 in l", "'k' in m", "m.k + l[0]",
        "l[5]", "l[-1]", "m['k']", "has(m.k)", "has(m.q)", "n == null", "a == null", "'a' + s", "size(s)", "s.size()",
        "size(l) + size(m)", "l + [4]", "[l, l]", "{'x': l}.x[0]", "t ? 1 : 2", "!t", "!!t", "--a", "s < 'z'",
        "false && (1 % 0 > 0)", "(1 % 0 > 0) && false", "(1 % 0 > 0) || true", "(1 % 0 > 0) || false",
        "l.all(x, x > 0)", "l.exists(x, x > 2)", "l.exists_one(x, x > 1)", "l.filter(x, x > 1)", "l.map(x, x * x)",
        "l.map(x, x > 1, x * x)", "[0, 1].exists(x, 1 % x == 0)", "[0, 1].all(x, 1 % x > 5)", "m.all(k, k != '')",
        "[0].map(x, 1 % x)", "s.contains('文')", "s.startsWith('中')", "s.endsWith('b')", "s.matches('^中.*b$')",
        "s.matches('[')", "'a\\tb\\x41\\u4e2d\\101'", "r'\\d'", "'''x\ny'''", "string(a)", "string(t)", "int('42')",
        "int('4x')", "int(2.9)", "int(-2.9)", "bool('true')", "bool('x')", "string(timestamp('2024-01-01T00:00:00Z'))",
        "timestamp('2024-02-30T00:00:00Z')", "timestamp('2024-03-01T08:00:00Z').getHours('Asia/Shanghai')",
        "timestamp('2024-03-01T08:00:00Z').getHours('+08:00')", "timestamp('2024-03-01T08:00:00Z').getMonth()",
        "timestamp('2024-03-01T08:00:00Z').getDayOfWeek()", "timestamp('2024-03-01T08:00:00Z').getDayOfYear()",
        "timestamp('2024-03-01T08:00:00Z').getDate()", "timestamp('2024-03-01T08:00:00Z').getDayOfMonth()",
        "timestamp('2024-03-01T08:00:00Z').getFullYear('No/Where')", "int(timestamp('2024-03-01T08:00:00Z'))",
        "duration('90m').getHours()", "duration('-90m').getMinutes()", "duration('1.5s').getMilliseconds()",
        "string(duration('1h30m'))", "duration('1h') > duration('59m')", "duration('x')",
        "timestamp('2024-03-01T08:00:00Z') - timestamp('2024-03-01T07:00:00Z') == duration('1h')",
        "timestamp('2024-03-01T08:00:00Z') + duration('24h') > timestamp('2024-03-02T00:00:00Z')",
        "'abc'.charAt(1)", "'abc'.charAt(3)", "'abc'.charAt(4)", "'abcb'.indexOf('b')", "'abcb'.indexOf('b', 2)",
        "'abc'.indexOf('b', 9)", "'abcabc'.lastIndexOf('abc', 2)", "'abc'.lastIndexOf('')", "'ÀbC'.lowerAscii()",
        "'àbC'.upperAscii()", "'aaa'.replace('a', 'b', 2)", "'ab'.replace('', '-')", "'a,b,c'.split(',')",
        "'a,b,c'.split(',', 2)", "'a,b,c'.split(',', 0)", "''.split(',')", "'abc'.split('', 2)", "'abc'.substring(1)",
        "'abc'.substring(1, 2)", "'abc'.substring(4)", "'abc'.substring(2, 1)", "['a', 'b'].join('-')", "['a'].join()",
        "' a\\u3000'.trim()", "0x1F + 1", "[1, 2,].size()", "{'a': 1,}.a", "1 < 2 && 'a' != 'b'", "l == [1, 2, 3]",
        "m == {'z': 'x', 'k': 5}", "[[1], [2]] == [[1], [2]]", "a + s", "l < l", "!a", "t + t", "s - s", "a ? 1 : 2",
        "t && a", "m.nothing.more",
    ],
)  # fmt: skip
def test_the_shared_language_agrees(source: str) -> None:
    """Values are equal and of one type; where one has an error, so has the other, at run time or in advance."""
    expected, was_compiled = theirs(source)
    result = ours(source)
    if not was_compiled:
        assert result == ERROR
    else:
        assert (type(expected), expected) == (type(result), result)


_INTEGERS = st.sampled_from(["a", "b", "1", "2", "10", "m.k", "l[0]", "size(l)", "size(s)", "7"])
_CONDITIONS = st.sampled_from(
    ["t", "true", "false", "a > b", "s == '中文ab'", "2 in l", "has(m.k)", "has(m.q)", "n == null"]
)
_TEXTS = st.sampled_from(["s", "'x'", "m.z", "'订单'", "string(a)"])
_SUMS = st.recursive(
    _INTEGERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*%"), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"-({part})"),
        st.tuples(_CONDITIONS, inner, inner).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
        inner.map(lambda part: f"l.map(i, i + {part})[1]"),
    ),
    max_leaves=6,
)
_TESTS = st.recursive(
    st.one_of(
        _CONDITIONS,
        st.tuples(_SUMS, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), _SUMS).map(" ".join),
        st.tuples(_SUMS, st.just("in l")).map(" ".join),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        inner.map(lambda part: f"!({part})"),
        inner.map(lambda part: f"l.exists(i, i > 1 && ({part}))"),
        inner.map(lambda part: f"l.all(i, {part})"),
        inner.map(lambda part: f"l.exists_one(i, i > 2 || ({part}))"),
    ),
    max_leaves=6,
)
_ANYTHING = st.one_of(
    _SUMS,
    _TESTS,
    st.lists(_TEXTS, min_size=1, max_size=3).map(" + ".join),
    st.tuples(_SUMS, _TESTS).map(lambda parts: f"{{'p': {parts[0]}, 'q': [{parts[1]}]}}"),
    _TESTS.map(lambda part: f"l.filter(i, {part})"),
)


@seed(20240301)
@settings(max_examples=150)
@given(_ANYTHING)
def test_generated_expressions_agree(source: str) -> None:
    """The same for expressions that nobody thought of. CEL's integers have 64 bits, so larger results are left out."""
    expected, was_compiled = theirs(source)
    result = ours(source)
    if was_compiled and not (isinstance(result, int) and abs(result) >= 2**63):
        assert (type(expected), expected) == (type(result), result)
