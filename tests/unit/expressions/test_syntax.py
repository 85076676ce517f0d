"""What is refused before anything runs: places, sentences and hints of syntax errors."""

from __future__ import annotations

import pytest

from tests.support.expressions import value_of
from waystation.expressions import ExpressionError, compile_expression


def refusal(source: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "start", "end", "sentence"),
    [
        ("", 0, 0, "the expression ends too early"),
        ("1 +", 3, 3, "the expression ends too early"),
        ("(1", 2, 2, "the expression ends too early; ')' is expected"),
        ("1)", 1, 2, "unexpected ')'"),
        ("a b", 2, 3, "unexpected 'b'"),
        ("[1, 2", 5, 5, "the expression ends too early; ']' is expected"),
        ("{'a' 1}", 5, 6, "unexpected '1'; ':' is expected"),
        ("a.", 2, 2, "the expression ends too early; a field name is expected"),
        ("a.1", 1, 3, "unexpected '0.1'"),
        ("a ? b", 5, 5, "the expression ends too early; ':' is expected"),
        ("a = 1", 2, 3, "unexpected character '=': write =="),
        ("a & b", 2, 3, "unexpected character '&': write &&"),
        ("a and b", 2, 5, "unexpected 'and': write &&"),
        ("not a", 4, 5, "unexpected 'a'"),
        ("a or b", 2, 4, "unexpected 'or': write ||"),
        ("data.金额（1", 7, 8, "unexpected character '（': write ("),
        ("“a”", 0, 1, "unexpected character '“': write \""),
        ("'abc", 0, 4, "the text is not closed: its quote is missing"),
        ("5元", 0, 2, "a number cannot go on with '元'"),
        ("1 @ 2", 2, 3, "unexpected character '@'"),
        ("a\x00b", 1, 2, "unexpected character 'U+0000'"),
        ("has(a)", 0, 6, "has() takes one field, as in has(data.amount)"),
        ("has(a.b, c.d)", 0, 13, "has() takes one field, as in has(data.amount)"),
        ("a.map(1, 2)", 6, 7, "unexpected '1'; map(x, …) is expected"),
        ("nope(1)", 0, 4, "there is no function nope()"),
        ("1 + contain('a')", 4, 11, "there is no function contain(); did you mean contains()?"),
        ("'a'.string()", 4, 10, "write string(x) instead of x.string()"),
        ("1 + round()", 4, 11, "round() takes 1 / 2 argument(s), not 0"),
        ("'a'.contains()", 0, 14, "contains() takes 1 argument(s), not 0"),
    ],
)
def test_a_refusal_names_its_place(source: str, start: int, end: int, sentence: str) -> None:
    """The place is exact, and common slips say what to write instead."""
    error = refusal(source)
    assert (error.start, error.end, error.en) == (start, end, sentence)
    assert error.code == "expression"
    assert error.zh
    assert error.zh != error.en


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 // a comment\n + 2", 3),
        ("\t1\u3000+\n2 ", 3),
        ("true?1:2", 1),
        ("true ?.5:1 == 1", 0.5),
        ("[1,2,].size() + {'a':1,}.size()", 3),
        ("{'in': 1}.in", 1),
        ("{'true': 1}.true", 1),
        ("订单 + _x1", 3),
    ],
)
def test_layout_and_names(source: str, expected: object) -> None:
    """Comments, line breaks and full-width blanks are layout; names may be Chinese; any word may be a field."""
    assert float(value_of(source, 订单=1, _x1=2)) == expected


@pytest.mark.parametrize(
    ("loose", "grouped"),
    [
        ("a || b && c", "a || (b && c)"),
        ("a && b == c", "a && (b == c)"),
        ("x ?? y == z", "(x ?? y) == z"),
        ("x ?? y + z", "x ?? (y + z)"),
        ("x + y * z", "x + (y * z)"),
        ("-x * y", "(-x) * y"),
        ("!a.b", "!(a.b)"),
        ("x < y == z", "(x < y) == z"),
        ("a ? b ? c : d : e", "a ? (b ? c : d) : e"),
    ],
)
def test_precedence(loose: str, grouped: str) -> None:
    """From loose to tight: `?:`, `||`, `&&`, comparisons, `??`, `+ -`, `* / %`, `! -`, access."""

    def shape(source: str) -> str:
        return "".join(_digest(compile_expression(source).tree))

    assert shape(loose) == shape(grouped)


def _digest(node: object) -> list[str]:
    """The tree without its places."""
    names = [
        name for name in getattr(node, "__slots__", ()) if name not in {"start", "end", "field_start", "name_start"}
    ]
    found = [type(node).__name__]
    for name in names:
        value = getattr(node, name)
        for part in value if isinstance(value, tuple) else (value,):
            for inner in part if isinstance(part, tuple) else (part,):
                found += _digest(inner) if hasattr(inner, "__slots__") and names else [repr(inner)]
    return ["(", *found, ")"]


def test_the_same_source_is_compiled_once() -> None:
    """Compiling is cached, so a plan may keep sources and still be fast."""
    assert compile_expression("data.a + 1") is compile_expression("data.a + 1")
    assert compile_expression("data.a + 1") == compile_expression("data.a + 1")
    assert repr(compile_expression("data.a")) == "Expression('data.a')"
