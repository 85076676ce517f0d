"""Functions of text, and the conversions to and from text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.expressions import reason_of, value_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("size('中文👍')", 3),
        ("'abc'.size()", 3),
        ("size([1, 2]) + size({'a': 1})", 3),
        ("'abc'.contains('b')", True),
        ("contains('abc', 'z')", False),
        ("'abc'.startsWith('ab')", True),
        ("'abc'.endsWith('bc')", True),
        ("'abc123'.matches('^[a-c]+\\\\d+$')", True),
        ("'订单'.matches('^订')", True),
        ("'xabcx'.matches('abc')", True),
        ("'ABC'.matches('(?i)abc')", True),
        ("'abc'.charAt(1)", "b"),
        ("'abc'.charAt(3)", ""),
        ("'abcb'.indexOf('b')", 1),
        ("'abcb'.indexOf('b', 2)", 3),
        ("'abc'.indexOf('')", 0),
        ("'abc'.indexOf('z')", -1),
        ("'abcb'.lastIndexOf('b')", 3),
        ("'abcb'.lastIndexOf('b', 2)", 1),
        ("'abc'.lastIndexOf('')", 3),
        ("'ÀbC'.lowerAscii()", "Àbc"),
        ("'àbC'.upperAscii()", "àBC"),
        ("'  a b\\t'.trim()", "a b"),
        ("'\u3000a\u3000'.trim()", "a"),
        ("'aaa'.replace('a', 'b')", "bbb"),
        ("'aaa'.replace('a', 'b', 2)", "bba"),
        ("'aaa'.replace('a', 'b', 0)", "aaa"),
        ("'aaa'.replace('a', 'b', -1)", "bbb"),
        ("'ab'.replace('', '-')", "-a-b-"),
        ("'hello'.substring(1)", "ello"),
        ("'hello'.substring(1, 3)", "el"),
        ("'hello'.substring(5)", ""),
        ("'a,b,c'.split(',')", ["a", "b", "c"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("'a,b,c'.split(',', 0)", []),
        ("'a,b,c'.split(',', -1)", ["a", "b", "c"]),
        ("'abc'.split('')", ["a", "b", "c"]),
        ("'abc'.split('', 2)", ["a", "bc"]),
        ("''.split(',')", [""]),
        ("['a', 'b'].join()", "ab"),
        ("['a', 'b'].join('-')", "a-b"),
        ("join([], '-')", ""),
        ("join(data.tags, '、')", "a、b、a"),
    ],
)
def test_functions_of_text(source: str, expected: Any) -> None:
    """They count characters, not bytes, and behave as CEL's string extension does."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "'abc'.charAt(4)",
        "'abc'.charAt(-1)",
        "'abc'.indexOf('b', 4)",
        "'abc'.lastIndexOf('b', -1)",
        "'abc'.substring(4)",
        "'abc'.substring(2, 1)",
        "'abc'.substring(-1)",
    ],
)
def test_positions_outside_of_a_text_are_errors(source: str) -> None:
    """As in CEL there is no clamping."""
    assert reason_of(source) == "range"


@pytest.mark.parametrize("source", ["'a'.matches('(')", "'a'.matches('(?=a)')", "'a'.matches(data.long)"])
def test_patterns_that_are_no_regular_expression_are_errors(source: str) -> None:
    """RE2's syntax has no look-around; a pattern has at most a thousand characters."""
    assert reason_of(source, data={"long": "a" * 1_001}) == "pattern"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("string(12)", "12"),
        ("string(1.50)", "1.5"),
        ("string(100.0)", "100"),
        ("string(1e21)", "1000000000000000000000"),
        ("string(1e-7)", "0.0000001"),
        ("string(-0.0)", "0"),
        ("string(true)", "true"),
        ("string('x')", "x"),
        ("string(now())", "2024-03-01T08:00:00Z"),
        ("string(timestamp('2024-01-01T00:00:00.5Z'))", "2024-01-01T00:00:00.5Z"),
        ("string(data.day)", "2024-03-01"),
        ("string(data.took)", "5400s"),
        ("string(duration('-1.5s'))", "-1.5s"),
        ("int('42')", 42),
        ("int('-7')", -7),
        ("int(2.9)", 2),
        ("int(-2.9)", -2),
        ("int(timestamp('1970-01-02T00:00:00Z'))", 86400),
        ("double('1.5')", Decimal("1.5")),
        ("double('1e3')", Decimal(1000)),
        ("double(3)", Decimal(3)),
        ("bool('true')", True),
        ("bool('f')", False),
        ("bool(true)", True),
    ],
)
def test_conversions(source: str, expected: Any) -> None:
    """Equal numbers have equal texts; an integer drops the fraction."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    "source", ["int('4.2')", "int('')", "int('0x1')", "double('abc')", "double('NaN')", "bool('yes')"]
)
def test_texts_that_cannot_be_read_are_errors(source: str) -> None:
    """A conversion never guesses."""
    assert reason_of(source) == "parse"


@pytest.mark.parametrize("source", ["join([1, 2], ',')", "'a'.contains(1)", "int(true)", "string([1])", "size(1)"])
def test_wrong_arguments_are_errors(source: str) -> None:
    """Functions take the kinds they are for."""
    assert reason_of(source) == "type"


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (r"'a\nb'", "a\nb"),
        (r"'\t\\\'\"\?'", "\t\\'\"?"),
        (r'"中"', "中"),
        (r"'\x41\101\U0001F44D'", "AA👍"),
        (r"r'\d+'", r"\d+"),
        ("'''a'b\nc'''", "a'b\nc"),
        ('"""x"y"""', 'x"y'),
        ("r'''a\\b'''", "a\\b"),
        ("''", ""),
        ("''''''", ""),
    ],
)
def test_text_literals(literal: str, expected: str) -> None:
    """Text literals are those of CEL."""
    assert expected == value_of(literal)


@pytest.mark.parametrize("literal", [r"'\d'", r"'\x4'", r"'\ud800'", r"'\U00110000'", "'a\nb'", "'abc", "'''abc'"])
def test_text_literals_that_are_wrong(literal: str) -> None:
    """Unknown escapes, half characters and open quotes are syntax errors."""
    assert reason_of(literal) == "syntax"
