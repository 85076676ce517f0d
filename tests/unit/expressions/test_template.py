"""Values with expressions in them: what stays text, what keeps its type, and how values read inside a text."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest

from tests.support.expressions import DATA, ENVIRONMENT
from waystation.expressions import Expression, ExpressionError, Template, compile_value


def filled(text: str, **names: Any) -> Any:
    value = compile_value(text)
    return value if isinstance(value, str) else value.evaluate({"data": DATA, **names}, ENVIRONMENT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain {text} $ } $x", "plain {text} $ } $x"),
        ("${ data.count }", 3),
        ("${data.lines}", DATA["lines"]),
        ("${ data.absent }", None),
        ("${ data.count }\n", 3),
        (" ${ data.count }", " 3"),
        ("${ data.count }${ data.count }", "33"),
        ("no ${ data.count }!", "no 3!"),
        ("${ data.status } ${ data.absent }.", "new ."),
        ("$${ data.count }", "${ data.count }"),
        ("a$${b}${ data.count }$${c}", "a${b}3${c}"),
        ("${ '}' }", "}"),
        ("${ \"${x}\" + '}' }", "${x}}"),
        ("${ {'a': {'b': 1}}.a.b }", 1),
        ("x${ {'a': '}'}.a }y", "x}y"),
        ("${ 1 // } a comment\n + 1 }", 2),
        ("${ r'\\' }|${ '''a}'b''' }", "\\|a}'b"),
        ("金额 ${ data.金额 / 100 } 元", "金额 12 元"),
    ],
)
def test_texts_and_expressions(text: str, expected: Any) -> None:
    """A single `${ … }` keeps its type; braces, quotes and comments inside belong to the expression."""
    assert expected == filled(text)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("null", ""),
        ("true", "true"),
        ("12", "12"),
        ("1.50", "1.5"),
        ("1e20", "100000000000000000000"),
        ("data.rate", "0.1"),
        ("now()", "2024-03-01 16:00:00"),
        ("data.day", "2024-03-01"),
        ("data.took", "PT1H30M"),
        ("duration('-36h')", "-P1DT12H"),
        ("duration('0s')", "PT0S"),
        ("duration('1.5s')", "PT1.5S"),
        ("data.tags", '["a","b","a"]'),
        ("[1, 1.50, null, true, '中\"']", '[1,1.5,null,true,"中\\""]'),
        ("{'a': [{}], 'b': now()}", '{"a":[{}],"b":"2024-03-01T08:00:00Z"}'),
        ("{1: data.day, true: data.took}", None),
        ("{1: data.day, 'x': data.took}", '{"1":"2024-03-01","x":"PT1H30M"}'),
    ],
)
def test_how_values_read_inside_a_text(source: str, expected: str | None) -> None:
    """Null is nothing, decimals are plain, times are in the process's zone, lists and maps compact JSON."""
    if expected is None:
        with pytest.raises(ExpressionError):
            filled(f"<${{ {source} }}>")
    else:
        assert filled(f"<${{ {source} }}>") == f"<{expected}>"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("ab ${ 1", 3, 7),
        ("ab ${ 1 + } c", 10, 10),
        ("ab ${ 'x } c", 6, 12),
        ("ab ${ } c", 6, 6),
        ("a ${ 1 } ${ @ }", 12, 13),
        ("a ${ nope() }", 5, 9),
    ],
)
def test_places_of_errors_are_in_the_whole_text(text: str, start: int, end: int) -> None:
    """An author sees the text, not its pieces."""
    with pytest.raises(ExpressionError) as caught:
        compile_value(text)
    assert (caught.value.start, caught.value.end) == (start, end)


def test_run_time_errors_are_placed_in_the_whole_text() -> None:
    """So are errors of evaluation."""
    template = compile_value("no ${ data.count / 0 }")
    assert isinstance(template, Template)
    with pytest.raises(ExpressionError) as caught:
        template.evaluate({"data": DATA}, ENVIRONMENT)
    assert template.source[caught.value.start : caught.value.end] == "data.count / 0"
    assert caught.value.reason == "zero_division"


def test_a_template_says_what_it_reads() -> None:
    """Its expressions and their places are there for the compiler."""
    template = compile_value("a ${ data.x } b ${ item.y }")
    assert isinstance(template, Template)
    assert [expression.source for expression in template.expressions] == [" data.x ", " item.y "]
    assert [template.source[offset] for offset in template.offsets] == ["a", " ", " ", " "]
    assert repr(template) == "Template('a ${ data.x } b ${ item.y }')"


def test_compiled_values_are_cached_and_can_be_copied() -> None:
    """They are values: equal by source, whichever way they came."""
    for text in ("${ data.x }", "a ${ data.x }"):
        value = compile_value(text)
        assert isinstance(value, Expression | Template)
        assert compile_value(text) is value
        assert pickle.loads(pickle.dumps(value)) == value
        assert hash(copy.deepcopy(value)) == hash(value)


def test_texts_are_bounded() -> None:
    """What would be too long is an error, also where it is a list that shares its parts."""
    long = "x" * 60_000
    for source in ("<${ s }${ s }>", "<${ l.map(x, s) }>", "<${ [l].map(m, l.map(x, m)) }>"):
        with pytest.raises(ExpressionError) as caught:
            filled(source, s=long, l=list(range(1_000)))
        assert caught.value.reason == "too_big"
    with pytest.raises(ExpressionError):
        compile_value("${" + "1" * 200_000)


def test_numbers_of_any_size_read_plainly() -> None:
    """No exponent ever reaches a reader."""
    assert filled("<${ x }>", x=Decimal("1E-10")) == "<0.0000000001>"
    assert filled("<${ x }>", x=-0.0) == "<0>"
